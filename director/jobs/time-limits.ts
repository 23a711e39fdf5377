import type { JobResource } from '../../configuration/director-conf.ts';
import { durationText } from '../../text/numbers.ts';

/** What the limits are counted from. */
export interface TimedJob {
  /** When it should start: its scheduled time, or the one for which it was queued again. */
  readonly dueAt: Date;
  /** Undefined while it is in the queue. */
  readonly startTime?: Date | undefined;
  /** Letter of the catalog. */
  readonly level: string;
  /** How long it has waited for resources, in the queue and since. */
  readonly waitedMs: number;
  /** Whether it does so now. */
  readonly isWaiting: boolean;
}

/** The directives of a Job, in seconds; 0 = no limit. */
export type TimeLimits = Pick<
  JobResource,
  | 'maxStartDelay'
  | 'maxWaitTime'
  | 'maxRunTime'
  | 'maxRunSchedTime'
  | 'fullMaxRunTime'
  | 'differentialMaxRunTime'
  | 'incrementalMaxRunTime'
>;

export interface Deadline {
  readonly atMs: number;
  /** Why the job is cancelled then, as Bacula says it, and the limit. */
  readonly reason: string;
}

/**
 * When a job has to be cancelled as things are now, the earliest first (reference bacula-jobs, section 4, time limits).
 * A job that stands in the queue beyond its Max Start Delay cannot start in time any more, so it does not wait for its turn to hear it.
 */
export function deadlinesOf(job: TimedJob, limits: TimeLimits, now: Date): Deadline[] {
  const { dueAt, startTime, waitedMs, isWaiting } = job;
  const deadlines: Deadline[] = [];
  const add = (what: string, seconds: number, fromMs: number | undefined, title: string) => {
    if (seconds === 0 || fromMs === undefined) return;
    deadlines.push({
      atMs: fromMs + seconds * 1000,
      reason: `${what} ${title} is ${durationText(seconds)}.`,
    });
  };
  const sayStart = 'Job canceled because max start delay time exceeded.';
  add(sayStart, limits.maxStartDelay, startTime ? undefined : dueAt.getTime(), 'Max Start Delay');
  const waitingFromMs = isWaiting ? now.getTime() - waitedMs : undefined;
  add('Max wait time exceeded. Job canceled.', limits.maxWaitTime, waitingFromMs, 'Max Wait Time');
  const sayRun = 'Max run time exceeded. Job canceled.';
  add(sayRun, limits.maxRunTime, startTime?.getTime(), 'Max Run Time');
  const ofLevel = limitOfLevel(job.level, limits);
  if (ofLevel) add(sayRun, ofLevel.seconds, startTime?.getTime(), ofLevel.title);
  const sayScheduled = 'Max run sched time exceeded. Job canceled.';
  add(sayScheduled, limits.maxRunSchedTime, dueAt.getTime(), 'Max Run Sched Time');
  return deadlines.sort((a, b) => a.atMs - b.atMs);
}

function limitOfLevel(level: string, limits: TimeLimits): { seconds: number; title: string } | undefined {
  switch (level) {
    case 'F':
      return { seconds: limits.fullMaxRunTime, title: 'Full Max Run Time' };
    case 'D':
      return { seconds: limits.differentialMaxRunTime, title: 'Differential Max Run Time' };
    case 'I':
      return { seconds: limits.incrementalMaxRunTime, title: 'Incremental Max Run Time' };
    default:
      return undefined;
  }
}
