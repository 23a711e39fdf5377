import { createCipheriv, createHash, type Cipheriv } from 'node:crypto';

/** Numbers and bytes that are the same for the same seed, on every machine. */
export class SeededRandom {
  #state: number;
  readonly #stream: Cipheriv;

  constructor(seed: string) {
    const digest = createHash('sha256').update(seed).digest();
    this.#state = digest.readUInt32LE() | 1;
    this.#stream = createCipheriv('aes-128-ctr', digest.subarray(0, 16), digest.subarray(16));
  }

  /** 0 <= number < 1 (xorshift32). */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from `from` up to, not including, `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from));
  }

  /** One of them; with `skew` over 1 the first ones more often. */
  pick<T>(values: readonly T[], skew = 1): T {
    return values[Math.floor(values.length * this.next() ** skew)]!;
  }

  /** Bytes that nothing compresses. */
  bytes(count: number): Buffer {
    return this.#stream.update(Buffer.alloc(count));
  }
}
