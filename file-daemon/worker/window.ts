/** A bound on how much may be under way: whoever is one too many waits until another leaves. */
export class Window {
  #free: number;
  readonly #signal: AbortSignal;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  constructor(size: number, signal: AbortSignal) {
    this.#free = size;
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(signal.reason);
    });
  }

  /** @throws the reason of the signal */
  async enter(): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn);
    await turn.promise;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.resolve();
  }
}
