const PROGRESS_INTERVAL_MS = 1000;
/** Looking at the clock for every file would show in a walk of small ones. */
const CALLS_PER_LOOK_AT_CLOCK = 16;
/** Of a large file a call is a MiB, and that may take seconds where there is a limit. */
const BYTES_PER_LOOK_AT_CLOCK = 256 * 1024;

/** Says about once a second that it is time to report progress. To be asked often. */
export class ProgressClock {
  readonly #nowMs: () => number;
  #calls = 0;
  #bytesLookedAt = 0;
  #nextAtMs: number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#nextAtMs = nowMs() + PROGRESS_INTERVAL_MS;
  }

  /** @param contentBytes How many have been moved so far. */
  isDue(contentBytes: number): boolean {
    const isFar = contentBytes - this.#bytesLookedAt >= BYTES_PER_LOOK_AT_CLOCK;
    if (this.#calls++ % CALLS_PER_LOOK_AT_CLOCK !== 0 && !isFar) return false;
    this.#bytesLookedAt = contentBytes;
    const now = this.#nowMs();
    if (now < this.#nextAtMs) return false;
    this.#nextAtMs = now + PROGRESS_INTERVAL_MS;
    return true;
  }
}
