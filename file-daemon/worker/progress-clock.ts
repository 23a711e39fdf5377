const PROGRESS_INTERVAL_MS = 1000;
/** Looking at the clock for every file would show in a walk of small ones; of a large one a call is a MiB. */
const CALLS_PER_LOOK_AT_CLOCK = 16;

/** Says about once a second that it is time to report progress. To be asked often. */
export class ProgressClock {
  #calls = 0;
  #nextAtMs = performance.now() + PROGRESS_INTERVAL_MS;

  isDue(): boolean {
    if (this.#calls++ % CALLS_PER_LOOK_AT_CLOCK !== 0) return false;
    const now = performance.now();
    if (now < this.#nextAtMs) return false;
    this.#nextAtMs = now + PROGRESS_INTERVAL_MS;
    return true;
  }
}
