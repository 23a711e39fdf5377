const SEQUENCE_LIMIT = 100;

/**
 * Makes the unique names of runs: `Name.YYYY-MM-DD_HH.MM.SS_NN` in local time, blanks of the name as `_`.
 * The number counts all runs of this Director, so that runs of one Job within a second differ.
 */
export class JobNames {
  #sequence = 0;

  next(jobName: string, at: Date): string {
    this.#sequence = (this.#sequence + 1) % SEQUENCE_LIMIT;
    const two = (value: number) => String(value).padStart(2, '0');
    const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const time = `${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
    return `${jobName.replaceAll(' ', '_')}.${date}_${time}_${two(this.#sequence)}`;
  }
}
