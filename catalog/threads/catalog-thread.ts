import { extname } from 'node:path';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { CatalogError } from '../catalog-error.ts';
import type { OperationName, Roles } from '../operations.ts';
import { restoreBuffers, unpackError, type Reply, type Request, type ThreadStart } from './protocol.ts';

/** Requests handed to the worker at once: enough that it never waits for the next one. */
const HANDED_OVER_MAX = 4;

/** Requests that may wait. More means that callers do not await their answers. */
const WAITING_MAX = 10_000;

/** A small young generation keeps what is garbage at once from piling up: half the memory for a tenth of the speed. */
const HEAP: ResourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 4 };

/** Runs from the sources as well as compiled. */
const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

interface Call {
  readonly operation: OperationName;
  readonly args: readonly unknown[];
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * One worker thread with its queue: calls are answered in the order in which they were made. The thread starts with
 * the first call. When it is lost (out of memory, say), the calls it had at hand fail, since nobody knows how far they
 * got; the waiting ones go to a new thread.
 *
 *     IDLE --call, open--> OPENING --opened--> RUNNING --lost--> IDLE        any --close--> CLOSED
 *                             \--cannot open, lost--> IDLE, waiting calls fail
 */
export class CatalogThread {
  readonly #start: ThreadStart;
  readonly #waiting: Call[] = [];
  readonly #handedOver = new Map<number, Call>();
  #worker: Worker | undefined;
  #isOpen = false;
  #isClosed = false;
  #ended: Promise<void> = Promise.resolve();
  #lastId = 0;

  constructor(start: ThreadStart) {
    this.#start = start;
  }

  /** @throws CatalogError of the operation, of opening, or because the queue is full or closed. */
  call(operation: OperationName, args: readonly unknown[]): Promise<unknown> {
    const { file } = this.#start;
    if (this.#isClosed)
      return Promise.reject(new CatalogError('CAT_CLOSED', `The catalog ${file} is closed`));
    if (this.#waiting.length >= WAITING_MAX) {
      const hint = 'Look for a long query or a slow disk; try again later.';
      const message = `${WAITING_MAX} requests wait for the catalog ${file}`;
      return Promise.reject(new CatalogError('CAT_OVERLOADED', message, { hint }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, args, resolve, reject });
      this.#handOver();
    });
  }

  /** Starts the thread. Resolves when the database is open, with the thread of each operation. @throws CatalogError */
  open(): Promise<Roles> {
    return new Promise((resolve, reject) => {
      const worker = this.#startWorker();
      worker.once('message', (reply: Reply) => {
        if ('openError' in reply) reject(unpackError(reply.openError));
        else if ('opened' in reply) resolve(reply.opened);
      });
      worker.once('error', reject);
    });
  }

  /** Resolves when all calls made before are answered and the thread has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#handOver();
    while (this.#worker !== undefined) await this.#ended;
  }

  #handOver(): void {
    if (this.#worker === undefined && this.#waiting.length > 0) this.#startWorker();
    if (!this.#isOpen) return;
    while (this.#handedOver.size < HANDED_OVER_MAX) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      const id = ++this.#lastId;
      try {
        this.#post({ id, operation: call.operation, args: call.args });
        this.#handedOver.set(id, call);
      } catch (error) {
        // Arguments that cannot cross to another thread: a bug of this caller, not of the next one.
        call.reject(error);
      }
    }
    if (this.#isClosed && this.#handedOver.size === 0) this.#post({ close: true });
  }

  #post(request: Request): void {
    this.#worker?.postMessage(request);
  }

  #startWorker(): Worker {
    const worker = new Worker(WORKER, {
      name: `catalog ${this.#start.role}`,
      workerData: this.#start,
      resourceLimits: HEAP,
    });
    this.#worker = worker;
    let failure: unknown;
    worker.on('message', (reply: Reply) => this.#receive(reply));
    worker.on('error', (error: unknown) => (failure = error));
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#lose(failure);
        resolve();
      });
    });
    return worker;
  }

  #receive(reply: Reply): void {
    if ('opened' in reply) {
      this.#isOpen = true;
    } else if ('openError' in reply) {
      const error = unpackError(reply.openError);
      for (const call of this.#waiting.splice(0)) call.reject(error);
    } else {
      const call = this.#handedOver.get(reply.id);
      this.#handedOver.delete(reply.id);
      if ('error' in reply) call?.reject(unpackError(reply.error));
      else call?.resolve(restoreBuffers(reply.result));
    }
    this.#handOver();
  }

  /** The thread has ended, as it was told to or not. */
  #lose(cause: unknown): void {
    const calls = [...this.#handedOver.values()];
    // One that did not even open would not do so the next time.
    if (!this.#isOpen) calls.push(...this.#waiting.splice(0));
    this.#worker = undefined;
    this.#isOpen = false;
    this.#handedOver.clear();
    for (const call of calls) {
      const message = `The catalog's ${this.#start.role} thread ended during ${call.operation}`;
      const hint = 'Try again; if it happens again, give the Director more memory or ask for less at once.';
      call.reject(new CatalogError('CAT_THREAD_LOST', message, { cause, hint }));
    }
    this.#handOver();
  }
}
