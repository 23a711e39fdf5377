const SEQUENCE_LIMIT = 100;
/** In autumn the clocks show an hour twice. */
const REMEMBERED_MS = 2 * 3_600_000;

/**
 * Makes the unique names of runs: `Name.YYYY-MM-DD_HH.MM.SS_NN` in local time, blanks of the name as `_`.
 * The number counts all runs of this Director, so that runs of one Job within a second differ. It passes over what was given
 * before, and has more digits for a Job of which more than a hundred runs come within a second.
 */
export class JobNames {
  #sequence = 0;
  /** When each name was given (ms since the epoch), the oldest first. */
  readonly #given = new Map<string, number>();

  next(jobName: string, at: Date): string {
    this.#forgetBefore(at.getTime() - REMEMBERED_MS);
    const two = (value: number) => String(value).padStart(2, '0');
    const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const time = `${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
    const start = `${jobName.replaceAll(' ', '_')}.${date}_${time}_`;
    this.#sequence = (this.#sequence + 1) % SEQUENCE_LIMIT;
    let name = start + two(this.#sequence);
    for (let more = 1; this.#given.has(name); more++) {
      const number = this.#sequence + more;
      name = start + two(more < SEQUENCE_LIMIT ? number % SEQUENCE_LIMIT : number);
    }
    this.#given.set(name, at.getTime());
    return name;
  }

  #forgetBefore(ms: number): void {
    for (const [name, givenAt] of this.#given) {
      if (givenAt >= ms) return;
      this.#given.delete(name);
    }
  }
}
