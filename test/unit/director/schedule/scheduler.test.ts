import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DirectorConf } from '../../../../configuration/director-conf.ts';
import { LastLook } from '../../../../director/schedule/last-look.ts';
import { Scheduler } from '../../../../director/schedule/scheduler.ts';
import type { RunRequest } from '../../../../director/services.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { siteConf } from '../site.ts';

/** A Saturday. */
const START = new Date(2026, 10, 21, 22, 0, 0);

const EXTRA = `
Schedule { Name = Nightly
  Run = Level=Full Pool=Manual-Pool Priority=7 sat at 22:30
  Run = Incremental sun-fri at 22:10
}
Job { Name = Night; JobDefs = Defaults; Schedule = Nightly }
`;

let conf: DirectorConf;
let requests: RunRequest[];
let said: string[];
let looked: Date | undefined;
let refuse: Error | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  conf = siteConf(scratchDirectory(), { extra: EXTRA });
  requests = [];
  said = [];
  looked = undefined;
  refuse = undefined;
});

afterEach(() => {
  vi.useRealTimers();
});

function start(): Promise<Scheduler> {
  return Scheduler.start({
    conf: () => conf,
    jobs: {
      run: async (request) => {
        if (refuse) throw refuse;
        return requests.push(request);
      },
    },
    messages: { add: async (type, text) => void said.push(`${type}: ${text}`) },
    lastLook: {
      read: async () => looked,
      write: async (at) => {
        looked = at;
      },
    },
    now: () => new Date(),
  });
}

/** Lets the clock run to this time, with all that is due on the way. */
async function passTo(...time: [number, number, number, number, number, number]): Promise<void> {
  await vi.advanceTimersByTimeAsync(new Date(...time).getTime() - Date.now());
}

describe('the scheduler', () => {
  test('starts a run at its minute, once, with what its Run line overrides', async () => {
    await using _scheduler = await start();
    await passTo(2026, 10, 21, 22, 29, 59);
    expect(requests).toEqual([]);
    await passTo(2026, 10, 21, 22, 30, 0);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      job: { name: 'Night' },
      level: 'Full',
      pool: { name: 'Manual-Pool' },
      priority: 7,
      when: new Date(2026, 10, 21, 22, 30, 0),
      startedBy: 'scheduler',
    });
    await passTo(2026, 10, 21, 23, 30, 0);
    expect(requests).toHaveLength(1);
  });

  test('goes on for days', async () => {
    await using _scheduler = await start();
    await passTo(2026, 10, 28, 23, 0, 0);
    expect(requests.map(({ level }) => level)).toEqual([
      'Full',
      ...Array<string>(6).fill('Incremental'),
      'Full',
    ]);
  });

  test.each([
    ['Job', EXTRA.replace('Job { Name = Night;', 'Job { Name = Night; Enabled = no;')],
    ['Schedule', EXTRA.replace('Name = Nightly', 'Name = Nightly; Enabled = no')],
    [
      'Client',
      `${EXTRA.replace('Schedule = Nightly }', 'Schedule = Nightly; Client = off-fd }')}
Client { Name = off-fd; Address = x; Password = x; Catalog = MyCatalog; Enabled = no }`,
    ],
  ])('starts nothing of a %s that is disabled', async (_what, extra) => {
    conf = siteConf(scratchDirectory(), { extra });
    await using scheduler = await start();
    await passTo(2026, 10, 22, 23, 0, 0);
    expect(requests).toEqual([]);
    expect(scheduler.upcoming(7)).toEqual([]);
  });

  test('follows a new conf at once', async () => {
    await using scheduler = await start();
    conf = siteConf(scratchDirectory(), { extra: EXTRA.replace('sat at 22:30', 'sat at 22:05') });
    void scheduler.look();
    await passTo(2026, 10, 21, 22, 5, 0);
    expect(requests).toHaveLength(1);
    await passTo(2026, 10, 21, 23, 0, 0);
    expect(requests).toHaveLength(1);
  });

  test('says so when a run cannot be started, and goes on', async () => {
    await using _scheduler = await start();
    refuse = new Error('the queue is full');
    await passTo(2026, 10, 21, 22, 30, 0);
    expect(said).toEqual([
      'Error: Job "Night" of 2026-11-21 22:30:00 was not started by its schedule: the queue is full',
    ]);
    refuse = undefined;
    await passTo(2026, 10, 22, 22, 10, 0);
    expect(requests).toHaveLength(1);
  });

  test('reports the runs that were missed while the Director was down', async () => {
    looked = new Date(2026, 10, 19, 22, 0, 0);
    await using _scheduler = await start();
    expect(requests).toEqual([]);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('Warning: 2 scheduled runs were missed');
    expect(said[0]).toContain('2026-11-19 22:10:00  Job "Night"');
    expect(said[0]).toContain('2026-11-20 22:10:00  Job "Night"');
  });

  test('makes up for what was missed when the Schedule says so: once, at the highest level', async () => {
    conf = siteConf(scratchDirectory(), {
      extra: EXTRA.replace('Name = Nightly', 'Name = Nightly; Catch Up = yes'),
    });
    looked = new Date(2026, 10, 12, 0, 0, 0);
    await using _scheduler = await start();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      job: { name: 'Night' },
      level: 'Full',
      pool: { name: 'Manual-Pool' },
      comment: 'Catch up of 2026-11-14 22:30:00',
    });
    expect(requests[0]?.when).toBeUndefined();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^Warning: 9 scheduled runs were missed/);
    expect(said[0]).toContain('Catch Up = yes":\n    Job "Night", level Full');
    await passTo(2026, 10, 21, 22, 29, 0);
    expect(requests).toHaveLength(1);
  });

  test('makes up for the runs of one Job when only that says so', async () => {
    const other = 'Job { Name = Other; JobDefs = Defaults; Schedule = Nightly; Catch Up = yes }';
    conf = siteConf(scratchDirectory(), { extra: `${EXTRA}\n${other}` });
    looked = new Date(2026, 10, 20, 0, 0, 0);
    await using _scheduler = await start();
    expect(requests.map(({ job, level }) => `${job.name} ${level}`)).toEqual(['Other Incremental']);
  });

  test('need not make up for what a run that is due now brings', async () => {
    conf = siteConf(scratchDirectory(), {
      extra: EXTRA.replace('Name = Nightly', 'Name = Nightly; Catch Up = yes'),
    });
    looked = new Date(2026, 10, 20, 0, 0, 0);
    vi.setSystemTime(new Date(2026, 10, 21, 22, 31, 0));
    await using _scheduler = await start();
    expect(requests.map(({ level, comment }) => ({ level, comment }))).toEqual([{ level: 'Full' }]);
    expect(said[0]).toContain('Runs that are due now make up for them.');
  });

  test('starts each of thousands of jobs that are due in one minute', async () => {
    const jobs = Array.from(
      { length: 6_000 },
      (_, n) => `Job { Name = n${n}; JobDefs = Defaults; Schedule = Nightly }`,
    );
    conf = siteConf(scratchDirectory(), { extra: `${EXTRA}\n${jobs.join('\n')}` });
    await using _scheduler = await start();
    await passTo(2026, 10, 21, 22, 30, 0);
    expect(requests).toHaveLength(6_001);
  });

  test('follows Cron lines as it does Run lines', async () => {
    const cron = EXTRA.replace(
      'Run = Incremental sun-fri at 22:10',
      'Cron = Level=Differential "15 22 * * *"',
    );
    conf = siteConf(scratchDirectory(), { extra: cron });
    await using scheduler = await start();
    expect(scheduler.upcoming(1).map(({ level, runLine }) => `${level}: ${runLine}`)).toEqual([
      'Differential: Level=Differential "15 22 * * *"',
      'Full: Level=Full Pool=Manual-Pool Priority=7 sat at 22:30',
    ]);
    await passTo(2026, 10, 21, 22, 15, 0);
    expect(requests.map(({ level }) => level)).toEqual(['Differential']);
  });

  test('starts a run that is a little late, as after a restart in that minute', async () => {
    looked = new Date(2026, 10, 21, 21, 59, 0);
    vi.setSystemTime(new Date(2026, 10, 21, 22, 31, 0));
    await using _scheduler = await start();
    expect(requests).toHaveLength(1);
    expect(said).toEqual([]);
  });

  test('reports what was missed while the machine slept', async () => {
    await using scheduler = await start();
    vi.setSystemTime(new Date(2026, 10, 22, 8, 0, 0));
    await scheduler.look();
    expect(requests).toEqual([]);
    expect(said[0]).toContain('1 scheduled run was missed');
  });

  test('does not start a run twice when the clock is set back a little', async () => {
    await using scheduler = await start();
    await passTo(2026, 10, 21, 22, 30, 0);
    vi.setSystemTime(new Date(2026, 10, 21, 22, 20, 0));
    await scheduler.look();
    await passTo(2026, 10, 21, 22, 45, 0);
    expect(requests).toHaveLength(1);
  });

  test('shows what comes after a time', async () => {
    await using scheduler = await start();
    const from = new Date(2026, 10, 28);
    const [first] = scheduler.upcoming(7, from);
    expect(first?.at).toEqual(scheduler.upcoming(14).find(({ at }) => at > from)?.at);
    expect(first?.at.getTime()).toBeGreaterThan(from.getTime());
  });

  test('shows what is to come, by time, with the pool that the level has', async () => {
    await using scheduler = await start();
    const runs = scheduler.upcoming(2).map(({ at, level, priority, poolName, runLine }) => ({
      at,
      level,
      priority,
      poolName,
      runLine,
    }));
    expect(runs).toEqual([
      {
        at: new Date(2026, 10, 21, 22, 30),
        level: 'Full',
        priority: 7,
        poolName: 'A-Full-Pool',
        runLine: 'Level=Full Pool=Manual-Pool Priority=7 sat at 22:30',
      },
      {
        at: new Date(2026, 10, 22, 22, 10),
        level: 'Incremental',
        priority: 10,
        poolName: 'A-Incr-Pool',
        runLine: 'Incremental sun-fri at 22:10',
      },
    ]);
  });
});

describe('the time of the last look', () => {
  test('is kept in a file', async () => {
    vi.useRealTimers();
    const lastLook = new LastLook(path.join(scratchDirectory(), 'schedules'));
    expect(await lastLook.read()).toBeUndefined();
    await lastLook.write(START);
    expect(await lastLook.read()).toEqual(START);
  });
});
