/** How long an idle sender may save up for: what it may send at once, as a share of a second. */
const BURST_SECONDS = 0.25;

/**
 * Counts bytes against a speed. A sender goes when the bucket is not in debt, and may then put it into debt by as much as
 * it likes: so what is larger than the burst is not stuck, and over time no more than the speed goes through.
 */
export class TokenBucket {
  readonly #bytesPerSecond: number;
  /** At `#atMs`; negative = debt. */
  #bytes: number;
  #atMs: number;

  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#bytes = bytesPerSecond * BURST_SECONDS;
    this.#atMs = nowMs;
  }

  /** How long until something may be sent, in whole milliseconds; 0 = now. */
  waitMs(nowMs: number): number {
    const gained = ((nowMs - this.#atMs) / 1000) * this.#bytesPerSecond;
    this.#bytes = Math.min(this.#bytes + gained, this.#bytesPerSecond * BURST_SECONDS);
    this.#atMs = nowMs;
    return this.#bytes >= 0 ? 0 : Math.ceil((-this.#bytes / this.#bytesPerSecond) * 1000);
  }

  take(bytes: number): void {
    this.#bytes -= bytes;
  }
}
