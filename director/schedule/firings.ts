import { nextFiring } from '../../calendar/next-firing.ts';
import type { RunLine } from '../../calendar/run-line.ts';
import type { DirectorConf, JobResource, ScheduledRunLine } from '../../configuration/director-conf.ts';

/** A Run line of a Job's Schedule that comes due. */
export interface Firing {
  readonly at: Date;
  readonly job: JobResource;
  readonly run: ScheduledRunLine;
}

/** A search that finds more than this is cut off. */
export const FIRINGS_MAX = 5_000;

/**
 * What the schedules start after `after` and not after `until`, by time, then by priority. Jobs, Clients and
 * Schedules that are disabled start nothing.
 */
export function firingsBetween(conf: DirectorConf, after: Date, until: Date): Firing[] {
  const firings: Firing[] = [];
  for (const { job, run } of scheduledLines(conf)) {
    let at = nextFiring(run.line.times, after);
    while (at && at <= until && firings.length < FIRINGS_MAX) {
      firings.push({ at, job, run });
      at = nextFiring(run.line.times, at);
    }
  }
  return firings.sort(byTimeThenPriority);
}

/** When the schedules next start something after `after`; undefined: never. */
export class NextFirings {
  /** What was found last for a line: it holds until that time has passed. */
  readonly #known = new WeakMap<RunLine, { readonly after: number; readonly next: number }>();

  after(conf: DirectorConf, after: Date): Date | undefined {
    let first = Infinity;
    const seen = new Set<RunLine>();
    for (const { run } of scheduledLines(conf)) {
      if (seen.has(run.line)) continue;
      seen.add(run.line);
      first = Math.min(first, this.#nextOf(run.line, after));
    }
    return Number.isFinite(first) ? new Date(first) : undefined;
  }

  #nextOf(line: RunLine, after: Date): number {
    const known = this.#known.get(line);
    if (known && known.after <= after.getTime() && after.getTime() < known.next) return known.next;
    const next = nextFiring(line.times, after)?.getTime() ?? Infinity;
    this.#known.set(line, { after: after.getTime(), next });
    return next;
  }
}

export function firingPriority({ job, run }: Firing): number {
  return run.line.overrides.priority ?? job.priority;
}

function* scheduledLines(conf: DirectorConf): Generator<{ job: JobResource; run: ScheduledRunLine }> {
  const schedules = new Map(conf.schedules.map((schedule) => [schedule.name, schedule]));
  for (const job of conf.jobs) {
    if (!job.enabled || !job.client.enabled || !job.schedule) continue;
    const schedule = schedules.get(job.schedule.name);
    if (!schedule?.enabled) continue;
    for (const run of schedule.runs) yield { job, run };
  }
}

function byTimeThenPriority(a: Firing, b: Firing): number {
  return a.at.getTime() - b.at.getTime() || firingPriority(a) - firingPriority(b);
}
