import { describe, expect, test } from 'vitest';
import type { DirectorConf } from '../../../../configuration/director-conf.ts';
import { firingsAfter, firingsBetween, scheduledJobs } from '../../../../configuration/runs/firings.ts';
import { askedLevel, chosenPool, chosenStorage } from '../../../../configuration/runs/run-choice.ts';
import { JOB_FRAME, loadInFrame } from '../support/director-text.ts';

/** Saturday noon, in the time zone of the process. */
const NOON = new Date(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

function after(conf: DirectorConf, hours: number, countMax?: number): string[] {
  const until = new Date(NOON.getTime() + hours * HOUR_MS);
  return firingsBetween(conf, NOON, until, countMax).map(
    ({ at, job }) =>
      `${at.getDate()}. ${at.getHours()}:${String(at.getMinutes()).padStart(2, '0')} ${job.name}`,
  );
}

const TWO = `
Schedule { Name = Evening
  Run = at 22:00
  Run = Priority=1 at 23:00
}
Schedule { Name = Late; Enabled = no
  Run = at 23:30
}
Job { Name = a; ${JOB_FRAME}; Schedule = Evening; Priority = 20 }
Job { Name = b; ${JOB_FRAME}; Schedule = Evening; Priority = 5 }
Job { Name = off; ${JOB_FRAME}; Schedule = Evening; Enabled = no }
Job { Name = late; ${JOB_FRAME}; Schedule = Late }
`;

describe('the firings of a conf', () => {
  test('come by time, then by priority, as long as one asks', () => {
    expect(after(loadInFrame(TWO), 34)).toEqual([
      '21. 22:00 b',
      '21. 22:00 a',
      '21. 23:00 a',
      '21. 23:00 b',
      '22. 22:00 b',
      '22. 22:00 a',
    ]);
  });

  test('can be cut off behind the first ones', () => {
    expect(after(loadInFrame(TWO), 34, 3)).toEqual(['21. 22:00 b', '21. 22:00 a', '21. 23:00 a']);
  });

  test('end when nothing fires any more', () => {
    const never = loadInFrame(`
Schedule { Name = Never
  Run = on 31 feb at 3:00
}
Job { Name = a; ${JOB_FRAME}; Schedule = Never }
`);
    expect([...firingsAfter(never, NOON)]).toEqual([]);
    expect([...firingsAfter(loadInFrame(''), NOON)]).toEqual([]);
  });

  test('are worked out once for all Jobs of a Schedule', () => {
    expect(scheduledJobs(loadInFrame(TWO)).map(({ jobs }) => jobs.map(({ name }) => name))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});

describe('what a run gets', () => {
  const conf = loadInFrame(`
Pool { Name = Fulls; Pool Type = Backup; Label Format = "F-"; Storage = Far }
Pool { Name = Other; Pool Type = Backup; Label Format = "O-" }
Storage { Name = Far; Address = far; Password = "p"; Device = D; Media Type = Far }
Job { Name = a; ${JOB_FRAME}; Full Backup Pool = Fulls }
Job { Name = v; ${JOB_FRAME.replace('Backup', 'Verify')} }
`);
  const job = (name: string) => conf.jobs.find((one) => one.name === name) ?? expect.unreachable();
  const pool = (name: string) => conf.pools.find((one) => one.name === name) ?? expect.unreachable();
  const storage = (name: string) => conf.storages.find((one) => one.name === name) ?? expect.unreachable();

  test.each([
    [{}, 'Full', 'Fulls', 'job for level'],
    [{ pool: pool('Other') }, 'Full', 'Fulls', 'job for level'],
    [{ fullPool: pool('Other') }, 'Full', 'Other', 'run for level'],
    [{ fullPool: pool('Other') }, 'Incremental', 'Default', 'job'],
    [{ pool: pool('Other') }, 'Incremental', 'Other', 'run'],
    [{}, 'VirtualFull', 'Default', 'job'],
    [{}, undefined, 'Default', 'job'],
  ])('with %j at level %s is Pool %s, named by the %s', (choice, level, name, by) => {
    expect(chosenPool({ job: job('a'), ...choice }, level)).toMatchObject({ resource: { name }, by });
  });

  test('is a level-specific pool for backups only', () => {
    expect(chosenPool({ job: job('v'), fullPool: pool('Other') }, 'Full').resource.name).toBe('Default');
  });

  test('is the Storage of the run, else of the pool, else of the Job', () => {
    const run = { job: job('a') };
    expect(chosenStorage({ ...run, storage: storage('S') }, pool('Fulls'))).toMatchObject({
      resource: { name: 'S' },
      by: 'run',
    });
    expect(chosenStorage(run, pool('Fulls'))).toMatchObject({ resource: { name: 'Far' }, by: 'pool' });
    expect(chosenStorage(run, pool('Other'))).toMatchObject({ resource: { name: 'S' }, by: 'job' });
  });

  test('is the level of the run, else of the Job, else that of its type', () => {
    expect(askedLevel(job('a'), 'Full')).toBe('Full');
    expect(askedLevel(job('a'), undefined)).toBe('Incremental');
    expect(askedLevel(job('v'), undefined)).toBe('Catalog');
    expect(askedLevel({ ...job('a'), type: 'Admin' }, undefined)).toBeUndefined();
  });
});
