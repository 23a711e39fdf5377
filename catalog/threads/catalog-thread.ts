import { extname } from 'node:path';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { CatalogError } from '../catalog-error.ts';
import type { OperationName } from '../operations.ts';
import { restoreBuffers, unpackError, type Reply, type Request, type ThreadStart } from './protocol.ts';

/** Requests handed to the worker at once: enough that it never waits for the next one. */
const HANDED_OVER_MAX = 4;

/** Requests that may wait. More means that callers do not await their answers. */
const WAITING_MAX = 10_000;

const HEAP: ResourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };

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
 *     IDLE --call--> OPENING --opened--> RUNNING --lost--> IDLE        any --close--> CLOSED
 *                       \--cannot open--> IDLE, waiting calls fail
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
    if (this.#isClosed) {
      return Promise.reject(new CatalogError('CAT_CLOSED', `The catalog ${this.#start.file} is closed`));
    }
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(
        new CatalogError('CAT_OVERLOADED', `${WAITING_MAX} requests wait for the catalog ${this.#start.file}`, {
          hint: 'Look for a long query or a slow disk; try again later.',
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, args, resolve, reject });
      this.#handOver();
    });
  }

  /** Starts the thread. Resolves when the database is open. @throws CatalogError */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = this.#startWorker();
      worker.on('message', (reply: Reply) => {
        if ('opened' in reply) resolve();
        if ('openError' in reply) reject(unpackError(reply.openError));
      });
      worker.on('error', reject);
    });
  }

  /** Resolves when all calls made before are answered and the thread has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#handOver();
    await this.#ended;
  }

  #handOver(): void {
    if (this.#worker === undefined) {
      if (this.#waiting.length === 0) return;
      this.#startWorker();
    }
    if (!this.#isOpen) return;
    while (this.#handedOver.size < HANDED_OVER_MAX) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      const id = ++this.#lastId;
      this.#handedOver.set(id, call);
      this.#post({ id, operation: call.operation, args: call.args });
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
    worker.on('message', (reply: Reply) => this.#receive(reply));
    let failure: unknown;
    worker.on('error', (error) => (failure = error));
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

  #lose(cause: unknown): void {
    this.#worker = undefined;
    this.#isOpen = false;
    for (const call of this.#handedOver.values()) {
      call.reject(
        new CatalogError('CAT_THREAD_LOST', `The catalog's ${this.#start.role} thread ended during ${call.operation}`, {
          cause,
          hint: 'Try again; if it happens again, give the Director more memory or ask for less at once.',
        }),
      );
    }
    this.#handedOver.clear();
    this.#handOver();
  }
}
