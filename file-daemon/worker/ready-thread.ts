import { Worker } from 'node:worker_threads';

/** How long no job must have run. What a thread loads is not loaded while a job comes to its end, or the next one begins. */
export const QUIET_MS = 1000;

/**
 * Threads for jobs. What a thread loads takes longer than to save a small file; so where no job runs, one thread is kept
 * that has loaded what the last job needed and waits for the task of the next. There is never more than this one, and none
 * beside a job: the memory of the daemon stays that of its jobs.
 */
export class ReadyThread {
  #kept: { readonly module: string; readonly worker: Worker } | undefined;
  #running = 0;
  #quiet: NodeJS.Timeout | undefined;

  /** The thread that is kept when it runs `module`, else a new one. It waits for a message with its task. */
  take(module: URL): Worker {
    clearTimeout(this.#quiet);
    const worker = this.#takeKept(module) ?? new Worker(module);
    this.#running++;
    worker.once('exit', () => {
      this.#running--;
      if (this.#running === 0) this.#quiet = setTimeout(() => this.#keep(module), QUIET_MS).unref();
    });
    return worker;
  }

  #takeKept(module: URL): Worker | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept?.module === module.href) {
      kept.worker.ref();
      return kept.worker;
    }
    void kept?.worker.terminate();
    return undefined;
  }

  #keep(module: URL): void {
    const worker = new Worker(module);
    worker.unref(); // the daemon may end
    worker.once('error', () => {}); // the next job starts its own, and tells what is wrong
    worker.once('exit', () => {
      if (this.#kept?.worker === worker) this.#kept = undefined;
    });
    this.#kept = { module: module.href, worker };
  }
}
