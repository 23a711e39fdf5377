import { JobFailed } from '../director-errors.ts';

/** How long a daemon has to bring a broken-off job to an orderly end before its call is cut. */
const GRACE_MS = 30_000;

/**
 * The signal of a call that survives the abort of its job for a while, so that the other side can say how it ended.
 * It dies with the job at once until `detach`, and in any case when it is disposed of.
 */
export class GraceLine implements Disposable {
  readonly #controller = new AbortController();
  readonly #job: AbortSignal;
  readonly #cut = () => this.#controller.abort(this.#job.reason);
  #timer: NodeJS.Timeout | undefined;

  constructor(job: AbortSignal) {
    this.#job = job;
    job.addEventListener('abort', this.#cut, { once: true });
    if (job.aborted) this.#cut();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on the abort of the job does not cut the call. */
  detach(): void {
    this.#job.removeEventListener('abort', this.#cut);
  }

  /** The call may last this much longer. */
  startGrace(): void {
    this.#timer ??= setTimeout(() => {
      this.#controller.abort(new JobFailed(`There was no orderly end within ${GRACE_MS / 1000} s`));
    }, GRACE_MS);
  }

  [Symbol.dispose](): void {
    this.detach();
    clearTimeout(this.#timer);
    this.#controller.abort(new JobFailed('The call is over'));
  }
}
