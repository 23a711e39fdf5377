import { describe, expect, test } from 'vitest';
import { againAfter } from '../../../../director/jobs/reschedule.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const NOTHING = { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: 1 };
const SOMETHING = { ...NOTHING, jobFiles: 1, jobBytes: 1000 };

/** A backup that failed at its first attempt, with what is different. */
function again(changes: Partial<Parameters<typeof againAfter>[0]> = {}) {
  const job = { rescheduleOnError: true, rescheduleIncompleteJobs: true, rescheduleTimes: 2 };
  return againAfter({ job, type: 'B', status: 'f', attempt: 1, totals: SOMETHING, ...changes });
}

describe('with Reschedule On Error', () => {
  test.each(['f', 'E', 'e'])('a backup that ended as %s is queued again', (status) => {
    expect(again({ status })).toBeDefined();
  });

  test.each(['T', 'W', 'A'])('one that ended as %s is not', (status) => {
    expect(again({ status })).toBeUndefined();
  });

  test.each(['R', 'V', 'D'])('jobs of type %s are not: backups only', (type) => {
    expect(again({ type })).toBeUndefined();
  });

  test('it is done so many times more as Reschedule Times says', () => {
    expect([1, 2, 3].map((attempt) => again({ attempt }) !== undefined)).toEqual([true, true, false]);
  });

  test('Reschedule Times = 0 is without limit', () => {
    const job = { rescheduleOnError: true, rescheduleIncompleteJobs: true, rescheduleTimes: 0 };
    expect(again({ job, attempt: 10_000 })).toBeDefined();
  });

  test('the JobId stays when nothing had been written, else there is a new one', () => {
    expect(again({ totals: NOTHING })).toBe('same JobId');
    expect(again({ totals: SOMETHING })).toBe('new JobId');
    expect(again({ totals: { ...NOTHING, jobFiles: 1 } })).toBe('new JobId');
    expect(again({ totals: { ...NOTHING, jobBytes: 1 } })).toBe('new JobId');
  });
});

test('without Reschedule On Error nothing that failed is queued again', () => {
  const job = { rescheduleOnError: false, rescheduleIncompleteJobs: true, rescheduleTimes: 0 };
  expect(again({ job })).toBeUndefined();
});

describe('an incomplete backup', () => {
  const job = { rescheduleOnError: false, rescheduleIncompleteJobs: true, rescheduleTimes: 2 };

  test('is queued again and continues where it was, also without Reschedule On Error', () => {
    expect(again({ job, status: 'I' })).toBe('resumed');
  });

  test('is not with Reschedule Incomplete Jobs = no, nor as one that failed', () => {
    const off = { rescheduleOnError: true, rescheduleIncompleteJobs: false, rescheduleTimes: 0 };
    expect(again({ job: off, status: 'I' })).toBeUndefined();
  });

  test('is so many times as Reschedule Times says', () => {
    expect([1, 2, 3].map((attempt) => again({ job, status: 'I', attempt }))).toEqual([
      'resumed',
      'resumed',
      undefined,
    ]);
  });
});

test('the interval is 30 minutes when the Job says nothing', () => {
  expect(named(siteConf(scratchDirectory()).jobs, 'Gzip').rescheduleInterval).toBe(1800);
});
