/** Remembered over all running jobs. Forgetting one costs its user a superfluous question, nothing else. */
const KNOWN_MAX = 200_000;

/** Which directories are already dealt with, for each running job. */
export class KnownDirectories {
  readonly #byJob = new Map<number, Set<number>>();
  #count = 0;

  has(jobId: number, pathId: number): boolean {
    return this.#byJob.get(jobId)?.has(pathId) ?? false;
  }

  add(jobId: number, pathId: number): void {
    if (this.has(jobId, pathId)) return;
    if (this.#count === KNOWN_MAX) this.clear();
    let known = this.#byJob.get(jobId);
    if (known === undefined) this.#byJob.set(jobId, (known = new Set()));
    known.add(pathId);
    this.#count++;
  }

  forgetJob(jobId: number): void {
    this.#count -= this.#byJob.get(jobId)?.size ?? 0;
    this.#byJob.delete(jobId);
  }

  clear(): void {
    this.#byJob.clear();
    this.#count = 0;
  }
}
