/** Hands the newest value from one side to the other: a value that nobody took before the next came is dropped. */
export class Latest<T> {
  #value: { readonly value: T } | undefined;
  #taker: PromiseWithResolvers<T> | undefined;

  put(value: T): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker) taker.resolve(value);
    else this.#value = { value };
  }

  /** One taker at a time. */
  take(): Promise<T> {
    const held = this.#value;
    this.#value = undefined;
    if (held) return Promise.resolve(held.value);
    this.#taker ??= Promise.withResolvers<T>();
    return this.#taker.promise;
  }
}
