import { setTimeout as delay } from 'node:timers/promises';
import { TokenBucket } from './token-bucket.ts';

export interface ThrottleClock {
  nowMs(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const SYSTEM_CLOCK: ThrottleClock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

/** A timer holds no more (2^31 ms). */
const SLEEP_MS_MAX = 3_600_000;

/** Lets the bytes of one job pass no faster than its limit, which may change at any time. For one sender. */
export class Throttle {
  readonly #clock: ThrottleClock;
  /** Undefined while there is no limit. */
  #bucket: TokenBucket | undefined;
  #limitChanged = new AbortController();

  constructor(clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /** 0 = no limit. Holds at once, also for bytes that wait. What was owed under the old limit is forgiven. */
  setLimit(bytesPerSecond: number): void {
    this.#bucket = bytesPerSecond > 0 ? new TokenBucket(bytesPerSecond, this.#clock.nowMs()) : undefined;
    this.#limitChanged.abort();
    this.#limitChanged = new AbortController();
  }

  /** Resolves when so many bytes may pass. @throws the reason of the signal */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const waitMs = this.#bucket?.waitMs(this.#clock.nowMs()) ?? 0;
      if (waitMs === 0) break;
      await this.#sleep(waitMs, signal);
    }
    this.#bucket?.take(bytes);
  }

  /** Also ends when the limit changes or the signal aborts. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const woken = AbortSignal.any([signal, this.#limitChanged.signal]);
    try {
      await this.#clock.sleep(Math.min(ms, SLEEP_MS_MAX), woken);
    } catch (error) {
      if (!woken.aborted) throw error;
    }
  }
}
