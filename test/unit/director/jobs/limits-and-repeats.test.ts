import { describe, expect, test } from 'vitest';
import { appendAll, backupAll, HANGING, type Script } from './fake-daemons.ts';
import { TestDirector, until } from './test-director.ts';

function job(directives: string, name = 'Limited'): string {
  return `Job { Name = ${name}; JobDefs = Defaults; ${directives.replaceAll('\n', ';')} }\n`;
}

describe('a job that comes to a time limit is cancelled, and its report says which', () => {
  test.each([
    ['Max Run Time = 1', 'Max run time exceeded. Job canceled. Max Run Time is 1 sec.'],
    ['Full Max Run Time = 1', 'Max run time exceeded. Job canceled. Full Max Run Time is 1 sec.'],
    ['Max Run Sched Time = 1', 'Max run sched time exceeded. Job canceled. Max Run Sched Time is 1 sec.'],
  ])('%s', async (directive, reason) => {
    await using director = await TestDirector.start({ conf: { extra: job(directive) }, script: HANGING });
    const { status, text } = await director.outcome('Limited', { level: 'Full' });
    expect(status).toBe('A');
    expect(text).toContain(`Fatal error: ${reason}`);
    expect(text).toMatch(/Termination: +Backup Canceled/);
  });

  test.each([
    ['Max Start Delay = 1', 'Job canceled because max start delay time exceeded. Max Start Delay is 1 sec.'],
    ['Max Wait Time = 1', 'Max wait time exceeded. Job canceled. Max Wait Time is 1 sec.'],
  ])('%s, in the queue', async (directive, reason) => {
    await using director = await TestDirector.start({ conf: { extra: job(directive) }, script: HANGING });
    await director.run('Gzip');
    await until(() => director.jobs.running()[0]?.status === 'R');
    const { status, text } = await director.outcome('Limited');
    expect(status).toBe('A');
    expect(text).toContain(`Fatal error: ${reason}`);
  });
});

describe('a Job with Allow Duplicate Jobs = no', () => {
  const DUPLICATES = job('Allow Duplicate Jobs = no', 'Alone');

  test('is not run beside itself: the new run is cancelled, with its reason', async () => {
    await using director = await TestDirector.start({ conf: { extra: DUPLICATES }, script: HANGING });
    const first = await director.run('Alone');
    await until(() => director.jobs.running()[0]?.status === 'R');
    const { status, text } = await director.outcome('Alone');
    expect(status).toBe('A');
    expect(text).toContain(`JobId ${first} already running. Duplicate job not allowed.`);
    expect(director.jobs.running().map(({ jobId }) => jobId)).toEqual([first]);
    expect(await director.run('Alone', { ignoreDuplicates: true })).toBeGreaterThan(first);
    expect(director.jobs.running()).toHaveLength(2);
  });

  test('and Cancel Running Duplicates = yes: the new run takes the place of the old', async () => {
    const extra = job('Allow Duplicate Jobs = no\nCancel Running Duplicates = yes', 'Alone');
    await using director = await TestDirector.start({ conf: { extra }, script: HANGING });
    const first = await director.run('Alone');
    await until(() => director.jobs.running()[0]?.status === 'R');
    const second = await director.run('Alone');
    expect(await director.jobs.ended(first)).toBe('A');
    expect(await director.text()).toContain(`JobId ${second} of the same Job takes its place.`);
    expect(director.jobs.running().map(({ jobId }) => jobId)).toEqual([second]);
  });

  test('and Cancel Queued Duplicates = yes: one that waits goes, one that runs stays', async () => {
    const extra = job('Allow Duplicate Jobs = no\nCancel Queued Duplicates = yes', 'Alone');
    await using director = await TestDirector.start({ conf: { extra }, script: HANGING });
    const inHours = new Date(Date.now() + 3_600_000);
    const queued = await director.run('Alone', { when: inHours });
    const running = await director.run('Alone');
    expect(await director.jobs.ended(queued)).toBe('A');
    await until(() => director.jobs.running()[0]?.status === 'R');
    expect(await director.jobs.ended(await director.run('Alone'))).toBe('A');
    expect(director.jobs.running().map(({ jobId }) => jobId)).toEqual([running]);
  });

  test('and Cancel Queued Duplicates = yes: one that is still waiting for the storage of its level (state s) goes', async () => {
    const extra = `Storage { Name = Small; Address = 127.0.0.1; Password = x; Device = D; Media Type = Small }
Client { Name = many-fd; Address = 127.0.0.1; Password = x; Catalog = MyCatalog; Maximum Concurrent Jobs = 9 }
Pool { Name = Small-Pool; Pool Type = Backup; Storage = Small; Label Format = "Small-" }
${job('Full Backup Pool = Small-Pool', 'Holder')}
${job('Client = many-fd\nFull Backup Pool = Small-Pool\nAllow Duplicate Jobs = no\nCancel Queued Duplicates = yes', 'Alone')}`;
    await using director = await TestDirector.start({ conf: { extra }, script: HANGING });
    await director.run('Holder', { level: 'Full' });
    await until(() => director.jobs.running()[0]?.status === 'R');
    const waiting = await director.run('Alone', { level: 'Incremental' });
    await until(() => director.jobs.running()[1]?.status === 's');
    const second = await director.run('Alone', { level: 'Incremental' });
    expect(await director.jobs.ended(waiting)).toBe('A');
    await until(() => director.jobs.running()[1]?.jobId === second);
  });

  test('and Cancel Lower Level Duplicates = yes: a Full takes the place of an Incremental, and not the other way', async () => {
    const extra = job('Allow Duplicate Jobs = no\nCancel Lower Level Duplicates = yes', 'Alone');
    await using director = await TestDirector.start({ conf: { extra }, script: HANGING });
    const inHours = new Date(Date.now() + 3_600_000);
    const incremental = await director.run('Alone', { when: inHours });
    const full = await director.run('Alone', { level: 'Full', when: inHours });
    expect(await director.jobs.ended(incremental)).toBe('A');
    expect(await director.jobs.ended(await director.run('Alone'))).toBe('A');
    expect(director.jobs.running().map(({ jobId }) => jobId)).toEqual([full]);
  });

  test('runs beside other Jobs of its Client and FileSet: these are no duplicates', async () => {
    const extra = DUPLICATES + job('Allow Duplicate Jobs = no', 'Other');
    await using director = await TestDirector.start({ conf: { extra }, script: HANGING });
    const jobIds = [await director.run('Alone'), await director.run('Other')];
    expect(director.jobs.running().map(({ jobId }) => jobId)).toEqual(jobIds);
  });

  test('is run when the other run has been cancelled and is only coming to its end', async () => {
    await using director = await TestDirector.start({ conf: { extra: DUPLICATES }, script: HANGING });
    const first = await director.run('Alone');
    await until(() => director.jobs.running()[0]?.status === 'R');
    director.jobs.cancel(first, 'by hand');
    const second = await director.run('Alone');
    await until(() => director.jobs.running().some((one) => one.jobId === second && one.status === 'R'));
  });
});

describe('Reschedule On Error', () => {
  const AGAIN = 'Reschedule On Error = yes\nReschedule Interval = 0\nReschedule Times = 2';

  /** Backups that fail so many times before one goes well; `after` bytes of it came. */
  function failing(times: number): { script: Script; begun: () => number } {
    let begun = 0;
    return {
      begun: () => begun,
      script: {
        backup: async function* () {
          begun += 1;
          if (begun <= times) throw new Error('the connection broke');
          yield* backupAll();
        },
        append: appendAll,
      },
    };
  }

  test('runs it again under its JobId when nothing was written, and it ends once', async () => {
    const { script, begun } = failing(2);
    await using director = await TestDirector.start({ conf: { extra: job(AGAIN) }, script });
    const { jobId, status, text } = await director.outcome('Limited');
    expect([status, begun()]).toEqual(['T', 3]);
    expect(text.match(/Rescheduled Job Limited\.\S+ to run again in 0 secs/g)).toHaveLength(2);
    expect(text.match(/Termination:/g)).toHaveLength(1);
    expect((await director.catalog.listJobs({})).map((row) => row.jobId)).toEqual([jobId]);
  });

  test('gives it a new JobId when something was written: the first run has failed, and stands in the catalog', async () => {
    let begun = 0;
    const script: Script = {
      backup: async function* () {
        begun += 1;
        if (begun > 1) {
          yield* backupAll();
          return;
        }
        yield {
          event: { $case: 'progress', value: { files: 1, bytes: 1000, currentPath: Buffer.from('/a') } },
        };
        throw new Error('the connection broke');
      },
      append: appendAll,
    };
    await using director = await TestDirector.start({ conf: { extra: job(AGAIN) }, script });
    const first = await director.run('Limited', { level: 'Full' });
    expect(await director.jobs.ended(first)).toBe('f');
    const second = director.jobs.running()[0]?.jobId ?? first + 1;
    expect(await director.jobs.ended(second)).toBe('T');
    const rows = await director.catalog.listJobs({});
    expect(rows.map(({ jobId, level, jobStatus }) => [jobId, level, jobStatus])).toEqual([
      [first, 'F', 'f'],
      [second, 'F', 'T'],
    ]);
  });

  test('gives up after Reschedule Times', async () => {
    const { script, begun } = failing(10);
    await using director = await TestDirector.start({ conf: { extra: job(AGAIN) }, script });
    const { status } = await director.outcome('Limited');
    expect([status, begun()]).toEqual(['f', 3]);
    expect(director.jobs.running()).toEqual([]);
  });

  test('gives up after Reschedule Times, also when each run has a JobId of its own', async () => {
    const script: Script = {
      backup: async function* () {
        const value = { files: 1, bytes: 1000, currentPath: Buffer.from('/a') };
        yield { event: { $case: 'progress', value } };
        throw new Error('the connection broke');
      },
      append: appendAll,
    };
    const extra = job(AGAIN);
    await using director = await TestDirector.start({ conf: { extra }, script });
    await director.run('Limited', { level: 'Full' });
    await director.jobs.idle();
    const rows = await director.catalog.listJobs({});
    expect(rows.map(({ jobStatus }) => jobStatus)).toEqual(['f', 'f', 'f']);
  });

  test('waits Reschedule Interval, and can be cancelled meanwhile', async () => {
    const { script } = failing(10);
    const extra = job('Reschedule On Error = yes');
    await using director = await TestDirector.start({ conf: { extra }, script });
    const jobId = await director.run('Limited');
    await until(() => director.jobs.running()[0]?.status === 't');
    expect(director.jobs.running()[0]?.statusText).toContain('is waiting for its start time');
    expect(await director.catalog.jobById(jobId)).toMatchObject({ jobStatus: 't' });
    expect(director.jobs.cancel(jobId, 'by hand')).toBe(true);
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect(director.jobs.running()).toEqual([]);
  });

  test('does not run a cancelled job again', async () => {
    await using director = await TestDirector.start({ conf: { extra: job(AGAIN) }, script: HANGING });
    const jobId = await director.run('Limited');
    await until(() => director.jobs.running()[0]?.status === 'R');
    director.jobs.cancel(jobId, 'by hand');
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect(director.jobs.running()).toEqual([]);
  });
});
