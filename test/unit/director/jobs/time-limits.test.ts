import { describe, expect, test } from 'vitest';
import { deadlinesOf, type TimedJob, type TimeLimits } from '../../../../director/jobs/time-limits.ts';

const NONE: TimeLimits = {
  maxStartDelay: 0,
  maxWaitTime: 0,
  maxRunTime: 0,
  maxRunSchedTime: 0,
  fullMaxRunTime: 0,
  differentialMaxRunTime: 0,
  incrementalMaxRunTime: 0,
};
const at = (seconds: number) => new Date(seconds * 1000);
const QUEUED: TimedJob = { dueAt: at(1000), level: 'F', waitedMs: 0, isWaiting: false };
const RUNS: TimedJob = { ...QUEUED, startTime: at(1500) };

/** Seconds at which a job is cancelled, and why. */
function first(job: TimedJob, limits: Partial<TimeLimits>, now = 1600): [number, string] | undefined {
  const [deadline] = deadlinesOf(job, { ...NONE, ...limits }, at(now));
  return deadline && [deadline.atMs / 1000, deadline.reason];
}

describe('time limits of a job', () => {
  test('MaxStartDelay counts from the scheduled time, and only until the job starts', () => {
    const limits = { maxStartDelay: 600 };
    expect(first(QUEUED, limits)).toEqual([
      1600,
      'Job canceled because max start delay time exceeded. Max Start Delay is 10 mins.',
    ]);
    expect(first(RUNS, limits)).toBeUndefined();
  });

  test('MaxWaitTime is the sum of the time blocked on resources', () => {
    const limits = { maxWaitTime: 100 };
    expect(first({ ...RUNS, waitedMs: 40_000, isWaiting: true }, limits)?.[0]).toBe(1660);
    expect(first({ ...QUEUED, waitedMs: 40_000, isWaiting: true }, limits)?.[0]).toBe(1660);
    expect(first({ ...RUNS, waitedMs: 40_000 }, limits)).toBeUndefined();
  });

  test('MaxRunTime counts from the real start', () => {
    expect(first(RUNS, { maxRunTime: 60 })).toEqual([
      1560,
      'Max run time exceeded. Job canceled. Max Run Time is 1 min.',
    ]);
    expect(first(QUEUED, { maxRunTime: 60 })).toBeUndefined();
  });

  test.each([
    ['F', 'fullMaxRunTime', 'Full Max Run Time'],
    ['D', 'differentialMaxRunTime', 'Differential Max Run Time'],
    ['I', 'incrementalMaxRunTime', 'Incremental Max Run Time'],
  ] as const)('of level %s: its own, beside Max Run Time', (level, directive, title) => {
    const limits = { [directive]: 30, maxRunTime: 60 };
    expect(first({ ...RUNS, level }, limits)).toEqual([
      1530,
      `Max run time exceeded. Job canceled. ${title} is 30 secs.`,
    ]);
    expect(first({ ...RUNS, level: 'S' }, limits)?.[0]).toBe(1560);
  });

  test('MaxRunSchedTime counts from the scheduled time, whether the job runs or waits', () => {
    expect(first(RUNS, { maxRunSchedTime: 700 })?.[0]).toBe(1700);
    expect(first(QUEUED, { maxRunSchedTime: 700 })?.[0]).toBe(1700);
  });

  test('the limit that strikes first decides, and there is none without directives', () => {
    expect(first(RUNS, { maxRunTime: 500, maxRunSchedTime: 700 })?.[0]).toBe(1700);
    expect(first(RUNS, {})).toBeUndefined();
  });
});
