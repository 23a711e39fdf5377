import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  nextRunnable,
  waitLetter,
  type QueueEntry,
  type StorageUse,
  type WaitReason,
} from '../../../../director/jobs/next-runnable.ts';

const NOW = new Date('2026-11-21T03:40:00Z');
const LIMITS = { directorJobsMax: 20, now: NOW };

let arrivals = 0;

function entry(jobId: number, changes: Partial<QueueEntry> = {}): QueueEntry {
  return {
    jobId,
    priority: 10,
    arrival: arrivals++,
    allowMixedPriority: false,
    job: { name: `job-${jobId}`, jobsMax: 1 },
    client: { name: `client-${jobId}`, jobsMax: 1 },
    storages: [],
    ...changes,
  };
}

function storage(
  name: string,
  jobsMax: number,
  use: 'read' | 'write' = 'write',
  readJobsMax = 0,
): StorageUse {
  return { name, jobsMax, use, readJobsMax };
}

describe('nextRunnable', () => {
  test('the most urgent run is first, and among equals the one that came first', () => {
    const waiting = [entry(1), entry(2, { priority: 8 }), entry(3, { priority: 8 })];
    expect(nextRunnable(waiting, [], LIMITS).start?.jobId).toBe(2);
    expect(nextRunnable(waiting.reverse(), [], LIMITS).start?.jobId).toBe(2);
  });

  test('when nothing runs, the first one that waits sets the priority', () => {
    const waiting = [entry(1, { priority: 12 }), entry(2, { priority: 11 })];
    const { start } = nextRunnable(waiting, [], LIMITS);
    expect(start?.jobId).toBe(2);
    expect(nextRunnable([waiting[0]!], [start!], LIMITS).waiting.get(1)).toBe('priority');
  });

  test('a run whose time has not come is passed over', () => {
    const later = entry(1, { priority: 1, notBefore: new Date(NOW.getTime() + 1) });
    const decision = nextRunnable([later, entry(2)], [], LIMITS);
    expect(decision.start?.jobId).toBe(2);
    expect(decision.waiting.get(1)).toBe('start time');
  });

  test('a run starts at the very moment of its start time', () => {
    expect(nextRunnable([entry(1, { notBefore: NOW })], [], LIMITS).start?.jobId).toBe(1);
  });

  test('no more run at once than the Director allows', () => {
    const decision = nextRunnable([entry(1)], [entry(2), entry(3)], { ...LIMITS, directorJobsMax: 2 });
    expect(decision.start).toBeUndefined();
    expect(decision.waiting.get(1)).toBe('director');
  });

  test('a less urgent run waits until none of another priority runs', () => {
    const decision = nextRunnable([entry(1, { priority: 11 })], [entry(2)], LIMITS);
    expect(decision.waiting.get(1)).toBe('priority');
  });

  test('a more urgent run waits as well, and nobody of the running priority passes it', () => {
    const decision = nextRunnable([entry(1), entry(2, { priority: 5 })], [entry(3)], LIMITS);
    expect(decision.start).toBeUndefined();
    expect([...decision.waiting]).toEqual([
      [2, 'priority'],
      [1, 'priority'],
    ]);
  });

  test('with Allow Mixed Priority on all sides a more urgent run joins those that run', () => {
    const mixed = { allowMixedPriority: true };
    const urgent = entry(1, { priority: 5, ...mixed });
    expect(nextRunnable([urgent], [entry(2, mixed)], LIMITS).start?.jobId).toBe(1);
    expect(nextRunnable([urgent], [entry(2)], LIMITS).waiting.get(1)).toBe('priority');
    expect(nextRunnable([entry(3, { priority: 5 })], [entry(2, mixed)], LIMITS).waiting.get(3)).toBe(
      'priority',
    );
  });

  test('with Allow Mixed Priority a less urgent run still waits', () => {
    const mixed = { allowMixedPriority: true };
    const decision = nextRunnable([entry(1, { priority: 11, ...mixed })], [entry(2, mixed)], LIMITS);
    expect(decision.waiting.get(1)).toBe('priority');
  });

  test('a run that waits for its storage only lets those behind it pass', () => {
    const busy = [storage('Tape', 1)];
    const decision = nextRunnable(
      [entry(1, { storages: busy }), entry(2)],
      [entry(3, { storages: busy })],
      LIMITS,
    );
    expect(decision.start?.jobId).toBe(2);
    expect(decision.waiting.get(1)).toBe('storage');
  });

  test('reading jobs have a limit of their own within that of the storage', () => {
    const running = [entry(1, { storages: [storage('Disk', 5, 'read', 1)] })];
    const reader = entry(2, { storages: [storage('Disk', 5, 'read', 1)] });
    const writer = entry(3, { storages: [storage('Disk', 5, 'write', 1)] });
    expect(nextRunnable([reader], running, LIMITS).waiting.get(2)).toBe('storage');
    expect(nextRunnable([writer], running, LIMITS).start?.jobId).toBe(3);
  });

  test('a client and a Job take no more runs than they allow', () => {
    const client = { name: 'peer-fd', jobsMax: 1 };
    const job = { name: 'Gzip', jobsMax: 1 };
    expect(nextRunnable([entry(1, { client })], [entry(2, { client })], LIMITS).waiting.get(1)).toBe(
      'client',
    );
    expect(nextRunnable([entry(1, { job })], [entry(2, { job })], LIMITS).waiting.get(1)).toBe('job');
  });

  test('runs of one Job for one client follow each other, even when the Job may run several times at once', () => {
    const job = { name: 'Gzip', jobsMax: 5 };
    const client = { name: 'peer-fd', jobsMax: 5 };
    const first = entry(1, { job, client, exclusiveKey: 'peer-fd' });
    const second = entry(2, { job, client, exclusiveKey: 'peer-fd' });
    const elsewhere = entry(3, { job, exclusiveKey: 'other-fd' });
    expect(nextRunnable([second], [first], LIMITS).waiting.get(2)).toBe('job');
    expect(nextRunnable([elsewhere], [first], LIMITS).start?.jobId).toBe(3);
  });
});

const arbitraryEntry = fc.record({
  priority: fc.integer({ min: 1, max: 3 }),
  allowMixedPriority: fc.boolean(),
  job: fc.constantFrom('a', 'b', 'c', 'd'),
  client: fc.constantFrom('x', 'y', 'z'),
  storage: fc.constantFrom('s', 't'),
  lasts: fc.integer({ min: 1, max: 4 }),
});

describe('a queue that is run to its end', () => {
  test('never exceeds a limit, never mixes priorities unasked, and leaves nobody behind', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryEntry, { maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        (jobs, directorJobsMax) => {
          const lasts = new Map<number, number>();
          let waiting = jobs.map((job, index) => {
            lasts.set(index, job.lasts);
            return entry(index, {
              priority: job.priority,
              allowMixedPriority: job.allowMixedPriority,
              job: { name: job.job, jobsMax: 2 },
              client: { name: job.client, jobsMax: 2 },
              storages: [storage(job.storage, 2)],
            });
          });
          let running: QueueEntry[] = [];
          for (let step = 0; waiting.length + running.length > 0; step++) {
            expect(step).toBeLessThan(500);
            for (;;) {
              const { start } = nextRunnable(waiting, running, { directorJobsMax, now: NOW });
              if (!start) break;
              waiting = waiting.filter((one) => one !== start);
              running = [...running, start];
              checkRunning(running, directorJobsMax);
            }
            if (waiting.length > 0) expect(running.length).toBeGreaterThan(0);
            running = running.filter((one) => {
              const left = (lasts.get(one.jobId) ?? 0) - 1;
              lasts.set(one.jobId, left);
              return left > 0;
            });
          }
        },
      ),
    );
  });
});

function checkRunning(running: readonly QueueEntry[], directorJobsMax: number): void {
  expect(running.length).toBeLessThanOrEqual(directorJobsMax);
  for (const one of running) {
    expect(running.filter(({ job }) => job.name === one.job.name).length).toBeLessThanOrEqual(2);
    expect(running.filter(({ client }) => client.name === one.client.name).length).toBeLessThanOrEqual(2);
    const sharing = running.filter(({ storages }) => storages[0]?.name === one.storages[0]?.name);
    expect(sharing.length).toBeLessThanOrEqual(2);
  }
  const priorities = new Set(running.map(({ priority }) => priority));
  if (priorities.size > 1) expect(running.every(({ allowMixedPriority }) => allowMixedPriority)).toBe(true);
}

test.each<[string, WaitReason, string]>([
  ['waiting for its start time', 'start time', 't'],
  ["waiting for the Director's job limit", 'director', 'd'],
  ['waiting for jobs of other priority to end', 'priority', 'p'],
  ['waiting for a storage resource (limit)', 'storage', 's'],
  ['waiting for a client resource (limit)', 'client', 'c'],
  ['waiting for a job resource (limit of the Job)', 'job', 'j'],
])('a run that is %s has the letter of Bacula', (_, reason, letter) => {
  expect(waitLetter(reason)).toBe(letter);
});
