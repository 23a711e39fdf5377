/**
 * Actions that are started in order and run on while more come, at most a few at a time. After one has failed no
 * further one is started.
 */
export class InFlight {
  readonly #max: number;
  readonly #running: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  /** Resolves when the action has been started. @throws what an earlier one threw. */
  async start(action: () => Promise<void>): Promise<void> {
    while (this.#running.length >= this.#max) await this.#running[0];
    this.#throwIfFailed();
    const running = action()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.splice(this.#running.indexOf(running), 1));
    this.#running.push(running);
  }

  /** Resolves when all have ended. @throws what the first that failed threw. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
