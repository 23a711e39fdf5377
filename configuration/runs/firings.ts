import { nextFiring } from '../../calendar/next-firing.ts';
import type { DirectorConf } from '../director-conf.ts';
import type { JobResource, ScheduledRunLine, ScheduleResource } from '../director-resources.ts';

/** A line of a Job's Schedule that comes due. */
export interface Firing {
  readonly at: Date;
  readonly job: JobResource;
  readonly run: ScheduledRunLine;
}

/** A line that starts something, with the Jobs that it starts. */
export interface ScheduledJobs {
  readonly run: ScheduledRunLine;
  readonly jobs: readonly JobResource[];
}

/** The lines of all Schedules that start a Job. Jobs, Clients and Schedules that are disabled start nothing. */
export function scheduledJobs(conf: DirectorConf): ScheduledJobs[] {
  const jobsOf = new Map<ScheduleResource, JobResource[]>();
  for (const job of conf.jobs) {
    const { schedule } = job;
    if (!job.enabled || !job.client.enabled || !schedule?.enabled) continue;
    const jobs = jobsOf.get(schedule);
    if (jobs) jobs.push(job);
    else jobsOf.set(schedule, [job]);
  }
  return [...jobsOf].flatMap(([schedule, jobs]) => schedule.runs.map((run) => ({ run, jobs })));
}

/**
 * What the schedules start after `after`, by time, then by priority; it may go on for ever. The times of a line are
 * worked out once for all its Jobs.
 */
export function* firingsAfter(conf: DirectorConf, after: Date): Generator<Firing, undefined> {
  const lines = scheduledJobs(conf).map((line) => ({
    ...line,
    next: nextFiring(line.run.line.times, after),
  }));
  for (;;) {
    let first: Date | undefined;
    for (const { next } of lines) if (next && (!first || next < first)) first = next;
    if (!first) return;
    const due: Firing[] = [];
    for (const line of lines) {
      if (line.next?.getTime() !== first.getTime()) continue;
      for (const job of line.jobs) due.push({ at: first, job, run: line.run });
      line.next = nextFiring(line.run.line.times, first);
    }
    yield* due.sort((a, b) => firingPriority(a) - firingPriority(b));
  }
}

/** Those of them that come not after `until`; no more than `countMax`, the first ones. */
export function firingsBetween(conf: DirectorConf, after: Date, until: Date, countMax = Infinity): Firing[] {
  const firings: Firing[] = [];
  for (const firing of firingsAfter(conf, after)) {
    if (firing.at > until || firings.length >= countMax) break;
    firings.push(firing);
  }
  return firings;
}

/** 1 is most urgent. */
export function firingPriority({ job, run }: Firing): number {
  return run.line.overrides.priority ?? job.priority;
}
