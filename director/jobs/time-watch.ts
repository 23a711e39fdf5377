import type { ActiveJob } from './active-job.ts';
import { deadlinesOf } from './time-limits.ts';

/** Deadlines move when a job begins or ceases to wait, and clocks are set: they are looked at again at least this often. */
const LOOK_AGAIN_MS = 60_000;

/** Cancels jobs that have come to one of their time limits. */
export class TimeWatch {
  readonly #jobs: () => Iterable<ActiveJob>;
  readonly #cancel: (jobId: number, reason: string) => void;
  readonly #now: () => Date;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    jobs: () => Iterable<ActiveJob>;
    cancel: (jobId: number, reason: string) => void;
    now: () => Date;
  }) {
    this.#jobs = options.jobs;
    this.#cancel = options.cancel;
    this.#now = options.now;
  }

  /** Looks now, and again when the next limit strikes. To be called when a job came or began. */
  look(): void {
    clearTimeout(this.#timer);
    const now = this.#now();
    let nextMs = LOOK_AGAIN_MS;
    let hasLimits = false;
    for (const job of this.#jobs()) {
      const [first] = job.signal.aborted ? [] : deadlinesOf(job.timed, job.plan.job, now);
      if (!first) {
        hasLimits ||= job.plan.job.maxWaitTime > 0;
        continue;
      }
      hasLimits = true;
      if (first.atMs <= now.getTime()) this.#cancel(job.jobId, first.reason);
      else nextMs = Math.min(nextMs, first.atMs - now.getTime());
    }
    if (hasLimits) this.#timer = setTimeout(() => this.look(), nextMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
