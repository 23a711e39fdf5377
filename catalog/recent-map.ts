/**
 * Remembers what was used last: between `sizeMax` and twice as many entries. In two generations, since a Map from which the oldest
 * key is taken again and again gets slow: what is asked for moves to the young one, and what is in the old one when the
 * young one is full is forgotten.
 */
export class RecentMap<K, V> {
  readonly #sizeMax: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#sizeMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
