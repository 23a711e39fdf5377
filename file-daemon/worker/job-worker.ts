import { setTimeout as delay } from 'node:timers/promises';
import type { Transferable, Worker } from 'node:worker_threads';
import { OperatorError, messageOf } from '../../errors/operator-error.ts';
import { ReadyThread } from './ready-thread.ts';

/** How long a cancelled worker may take to notice; it may be in the middle of a slow system call. */
const CANCEL_GRACE_MS = 3000;

/** How a worker ends that could not do its job: the OperatorError it threw, taken apart for the way between threads. */
export interface FailedEvent {
  readonly kind: 'failed';
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** An OperatorError that was thrown in the worker of a job. */
export class WorkerFailed extends OperatorError {
  readonly code: string;
  override readonly hint: string | undefined;
  constructor({ code, message, hint }: FailedEvent) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** The worker of a job ended without a result. A bug, or no memory left. */
export class WorkerDied extends OperatorError {
  readonly code = 'FD_WORKER_DIED';
  override readonly hint = 'See the log of the file daemon; the other jobs go on.';
  constructor(job: string, problem: string, options?: ErrorOptions) {
    super(`The worker of job "${job}" died: ${problem}`, options);
  }
}

/**
 * URL of the module `name` beside the module `from`, in the form that is running: sources (.ts) or built files (.js).
 */
export function workerModule(name: string, from: string): URL {
  return new URL(`${name}${from.slice(from.lastIndexOf('.'))}`, from);
}

export interface JobWorkerOptions {
  readonly module: URL;
  /** Name of the job, for messages. */
  readonly job: string;
  /** The task, which the worker takes with `receiveTask`. */
  readonly data: unknown;
  /** What of `data` the worker gets for itself. */
  readonly transfer?: readonly Transferable[];
  /** Tells the worker to end. Called once, when it is disposed of. */
  cancel(): void;
  /** Ends the events with its reason. */
  readonly signal: AbortSignal;
}

const threads = new ReadyThread();

/** The thread that does the file work of one job, seen from the main thread. Disposing of it ends the thread. */
export class JobWorker<E extends { readonly kind: string }> implements AsyncDisposable {
  readonly #options: JobWorkerOptions;
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  #events: E[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(options: JobWorkerOptions) {
    this.#options = options;
    this.#worker = threads.take(options.module);
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.on('message', (event: E | FailedEvent) => {
      if (isFailed(event)) this.#fail(new WorkerFailed(event));
      else this.#events.push(event);
      this.#wake?.();
    });
    this.#worker.once('error', (cause) =>
      this.#fail(new WorkerDied(options.job, messageOf(cause), { cause })),
    );
    this.#worker.once('exit', () => this.#fail(new WorkerDied(options.job, 'it ended without a result')));
    this.post(options.data, options.transfer);
    if (options.signal.aborted) this.#abort();
    else options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /**
   * What the worker posts, in order. The caller knows which event is the last and stops there.
   * @throws WorkerFailed, WorkerDied, or the reason of the signal
   */
  async *events(): AsyncGenerator<E, never> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        yield event;
      } else if (this.#failure !== undefined) {
        throw this.#failure;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#options.cancel();
    const grace = new AbortController();
    const late = delay(CANCEL_GRACE_MS, 'late', { signal: grace.signal }).catch(() => 'in time');
    // A worker stuck in a system call cannot be ended; nobody should wait for it.
    if ((await Promise.race([this.#exited, late])) === 'late') void this.#worker.terminate();
    grace.abort();
  }

  readonly #abort = (): void => {
    this.#events = [];
    this.#fail(this.#options.signal.reason as Error);
  };

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}

function isFailed(event: { readonly kind: string }): event is FailedEvent {
  return event.kind === 'failed';
}
