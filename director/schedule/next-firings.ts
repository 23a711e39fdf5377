import { nextFiring } from '../../calendar/next-firing.ts';
import type { DirectorConf, ScheduledRunLine } from '../../configuration/director-conf.ts';
import { scheduledJobs } from '../../configuration/runs/firings.ts';

/** When the schedules next start something after `after`; undefined: never. */
export class NextFirings {
  /** What was found last for a line: it holds until that time has passed. */
  readonly #known = new WeakMap<ScheduledRunLine, { readonly after: number; readonly next: number }>();

  after(conf: DirectorConf, after: Date): Date | undefined {
    let first = Infinity;
    for (const { run } of scheduledJobs(conf)) first = Math.min(first, this.#nextOf(run, after));
    return Number.isFinite(first) ? new Date(first) : undefined;
  }

  #nextOf(run: ScheduledRunLine, after: Date): number {
    const known = this.#known.get(run);
    if (known && known.after <= after.getTime() && after.getTime() < known.next) return known.next;
    const next = nextFiring(run.line.times, after)?.getTime() ?? Infinity;
    this.#known.set(run, { after: after.getTime(), next });
    return next;
  }
}
