import { messageOf } from '../errors/operator-error.ts';

export interface PeriodicLookOptions {
  readonly everyMs: number;
  readonly look: () => Promise<void>;
  /** Told of a failure, and not again while it stays the same. */
  readonly onFailure: (failure: string) => Promise<void>;
}

/** Looks again and again, one look after the other, from the first call of `now` until it is disposed of. */
export class PeriodicLook implements AsyncDisposable {
  readonly #options: PeriodicLookOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  #lastFailure = '';

  constructor(options: PeriodicLookOptions) {
    this.#options = options;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Looks now and from then on. Resolves when this look is done; never rejects. */
  now(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#isStopped) return;
    const { everyMs, look, onFailure } = this.#options;
    try {
      await look();
      this.#lastFailure = '';
    } catch (error) {
      const failure = messageOf(error);
      if (failure !== this.#lastFailure && !this.#isStopped) await onFailure(failure);
      this.#lastFailure = failure;
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.now(), everyMs);
  }
}
