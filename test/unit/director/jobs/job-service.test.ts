import { describe, expect, test } from 'vitest';
import {
  appendAll,
  backupAll,
  durable,
  finish,
  mountVolume,
  openSession,
  type Script,
} from './fake-daemons.ts';
import { TestDirector, until } from './test-director.ts';
import { named } from '../site.ts';

/** Backups that go on until they are let go. */
function heldBackups(): { script: Script; release: () => void; started: string[] } {
  const gate = Promise.withResolvers<void>();
  const started: string[] = [];
  return {
    started,
    release: gate.resolve,
    script: {
      backup: async function* (request) {
        started.push(request.job.split('.')[0] ?? '');
        await gate.promise;
        yield* backupAll();
      },
      append: async (call) => {
        await openSession(call);
        const use = await mountVolume(call);
        await gate.promise;
        call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
        finish(call);
      },
    },
  };
}

const JOBS = `
Job { Name = Second; JobDefs = Defaults }
Job { Name = Elsewhere; JobDefs = Defaults; Client = other-fd }
Job { Name = Urgent; JobDefs = Defaults; Client = other-fd; Priority = 5 }
Job { Name = Admin; Type = Admin; Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Manual-Pool
  Run Before Job = "echo hello" }
Job { Name = Check; Type = Verify; Level = Catalog; Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Manual-Pool }
`;

describe('the jobs of a Director', () => {
  test('get a JobId and a unique name at once, and wait for what their limits say', async () => {
    const held = heldBackups();
    await using director = await TestDirector.start({ conf: { extra: JOBS }, script: held.script });
    const first = await director.run('Gzip');
    const second = await director.run('Second');
    const urgent = await director.run('Urgent');
    const elsewhere = await director.run('Elsewhere');
    expect([second, urgent, elsewhere]).toEqual([first + 1, first + 2, first + 3]);
    await until(() => held.started.length === 1);
    expect(director.jobs.running().map(({ name, statusText }) => [name, statusText])).toEqual([
      ['Gzip', 'is running'],
      ['Second', 'is waiting for higher priority jobs to finish'],
      ['Urgent', 'is waiting for higher priority jobs to finish'],
      ['Elsewhere', 'is waiting for higher priority jobs to finish'],
    ]);
    expect(director.jobs.running()[0]?.job).toMatch(/^Gzip\.\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d_\d\d$/);
    held.release();
    await director.jobs.idle();
    expect(held.started[1]).toBe('Urgent');
    expect(director.jobs.runCount).toBe(4);
    expect(director.jobs.running()).toEqual([]);
  });

  test('carry the Tags of their Job', async () => {
    const extra = 'Job { Name = Tagged; JobDefs = Defaults; Tag = "monthly", "audit" }';
    await using director = await TestDirector.start({ conf: { extra }, script: { append: appendAll } });
    const { jobId } = await director.outcome('Tagged');
    const tags = await director.catalog.listTags({ kind: 'job', id: jobId });
    expect(tags.map(({ tag }) => tag)).toEqual(['audit', 'monthly']);
  });

  test('get another priority while they wait, and not any more when they have begun', async () => {
    const held = heldBackups();
    await using director = await TestDirector.start({ conf: { extra: JOBS }, script: held.script });
    const first = await director.run('Gzip');
    await director.run('Second');
    const urgent = await director.run('Urgent');
    await until(() => held.started.length === 1);
    expect(await director.jobs.setPriority(first, 1)).toBe(false);
    expect(await director.jobs.setPriority(urgent, 11)).toBe(true);
    expect(await director.catalog.jobById(urgent)).toMatchObject({ priority: 11 });
    held.release();
    await director.jobs.idle();
    expect(held.started).toEqual(['Gzip', 'Second', 'Urgent']);
    expect(await director.text()).toContain('  Priority:               11\n');
  });

  test('of one client follow each other, those of another run beside', async () => {
    const held = heldBackups();
    await using director = await TestDirector.start({ conf: { extra: JOBS }, script: held.script });
    await director.run('Gzip');
    await director.run('Second');
    await director.run('Elsewhere');
    await until(() => held.started.length === 2);
    expect(held.started.sort()).toEqual(['Elsewhere', 'Gzip']);
    expect(director.jobs.running()[1]).toMatchObject({
      status: 'c',
      statusText: 'is waiting on max Client jobs',
    });
    held.release();
    await director.jobs.idle();
  });

  test('a second run of a Job whose first Full still runs is an Incremental', async () => {
    const held = heldBackups();
    const extra = `Client { Name = many-fd; Address = 127.0.0.1; Password = x; Catalog = MyCatalog; Maximum Concurrent Jobs = 5 }
Job { Name = Often; JobDefs = Defaults; Client = many-fd; Maximum Concurrent Jobs = 5 }`;
    await using director = await TestDirector.start({ conf: { extra }, script: held.script });
    const first = await director.run('Often');
    const second = await director.run('Often');
    await until(() => held.started.length === 1);
    expect(director.jobs.running()[1]).toMatchObject({
      status: 'j',
      statusText: 'is waiting on max Job jobs',
    });
    held.release();
    await director.jobs.idle();
    const levels = await Promise.all([first, second].map((jobId) => director.catalog.jobById(jobId)));
    expect(levels.map((row) => row?.level)).toEqual(['F', 'I']);
  });

  test('a Full that failed, or was cancelled in the queue, is run again with Rerun Failed Levels', async () => {
    const extra = 'Job { Name = Again; JobDefs = Defaults; Rerun Failed Levels = yes }';
    await using director = await TestDirector.start({ conf: { extra }, script: { append: appendAll } });
    const levelOf = async (jobId: number) => (await director.catalog.jobById(jobId))?.level;
    expect((await director.outcome('Again')).status).toBe('T');
    const cancelled = await director.run('Again', { level: 'Full', when: new Date(Date.now() + 3_600_000) });
    director.jobs.cancel(cancelled, 'by hand');
    await director.jobs.ended(cancelled);
    const { jobId } = await director.outcome('Again');
    expect(await levelOf(jobId)).toBe('F');
    expect(await levelOf((await director.outcome('Again')).jobId)).toBe('I');
  });

  test('status dir says for each waiting job what it waits for', async () => {
    const held = heldBackups();
    const extra = `Storage { Name = Small; Address = 127.0.0.1; Password = x; Device = D; Media Type = Small }
Client { Name = many-fd; Address = 127.0.0.1; Password = x; Catalog = MyCatalog; Maximum Concurrent Jobs = 9 }
Job { Name = Holder; JobDefs = Defaults; Client = many-fd; Storage = Small }
Job { Name = Waiter; JobDefs = Defaults; Client = many-fd; Storage = Small }
Job { Name = Later; JobDefs = Defaults; Client = many-fd; Priority = 11 }
Job { Name = Narrow; JobDefs = Defaults; Storage = File1 }
Job { Name = Narrow2; JobDefs = Defaults; Storage = File1 }`;
    await using director = await TestDirector.start({ conf: { extra }, script: held.script });
    for (const name of ['Holder', 'Narrow', 'Waiter', 'Narrow2', 'Holder']) await director.run(name);
    await director.run('Later');
    await director.run('Waiter', { when: new Date(2036, 10, 21, 22, 30) });
    await until(() => held.started.length === 2);
    expect(director.jobs.running().map(({ name, statusText }) => `${name} ${statusText}`)).toEqual([
      'Holder is running',
      'Narrow is running',
      'Waiter is waiting on max Storage jobs (Small)',
      'Narrow2 is waiting on max Client jobs',
      'Holder is waiting on max Storage jobs (Small)',
      'Later is waiting for higher priority jobs to finish',
      'Waiter is waiting for its start time (21-Nov-2036 22:30:00)',
    ]);
    held.release();
    for (const { jobId, status } of director.jobs.running())
      if (status === 't') director.jobs.cancel(jobId, 'the end of the test');
    await director.jobs.idle();
  });

  test('a job whose level decides for another storage waits for room there', async () => {
    const held = heldBackups();
    const extra = `Storage { Name = Small; Address = 127.0.0.1; Password = x; Device = D; Media Type = Small }
Pool { Name = Small-Pool; Pool Type = Backup; Storage = Small; Label Format = "Small-" }
Job { Name = Holder; JobDefs = Defaults; Client = other-fd; Full Backup Pool = Small-Pool }
Job { Name = Mover; JobDefs = Defaults; Full Backup Pool = Small-Pool }`;
    await using director = await TestDirector.start({ conf: { extra }, script: held.script });
    await director.run('Holder', { level: 'Full' });
    await until(() => held.started.length === 1);
    const mover = await director.run('Mover', { level: 'Incremental' });
    await until(() => director.jobs.running()[1]?.status === 's');
    expect(director.jobs.running()[1]).toMatchObject({
      storageName: 'Small',
      statusText: 'is waiting on max Storage jobs (Small)',
    });
    held.release();
    expect(await director.jobs.ended(mover)).toBe('T');
  });

  test('one that is not to start yet waits for its time, and can be cancelled meanwhile', async () => {
    await using director = await TestDirector.start();
    const when = new Date(2030, 0, 1, 12, 0, 0);
    const jobId = await director.run('Gzip', { when });
    expect(director.jobs.running()[0]).toMatchObject({
      status: 't',
      statusText: 'is waiting for its start time (01-Jan-2030 12:00:00)',
    });
    expect(director.jobs.cancel(jobId, 'console test')).toBe(true);
    expect(await director.jobs.ended(jobId)).toBe('A');
    const text = await director.text();
    expect(text).toMatch(/peer-dir JobId \d+: Job Gzip\.\S+ canceled: console test\n/);
    expect(text).toContain('Backup Canceled');
    expect(director.daemons.backups).toEqual([]);
    expect(director.jobs.cancel(jobId, 'again')).toBe(false);
  });

  test('the end of one that has ended long ago is known, of one that never was is not', async () => {
    await using director = await TestDirector.start();
    const { jobId } = await director.outcome('Gzip');
    expect(await director.jobs.ended(jobId)).toBe('T');
    await expect(director.jobs.ended(jobId + 1)).rejects.toThrow(`no job with JobId ${jobId + 1}`);
  });

  test('those that can never run are refused at once', async () => {
    await using director = await TestDirector.start({ conf: { extra: JOBS } });
    await expect(director.run('Check', { level: 'Full' })).rejects.toThrow(
      '"Full" is no level of a Verify job',
    );
    await expect(director.run('Gzip', { level: 'base' })).rejects.toThrow('cannot run at level base');
    await expect(director.run('Gzip', { level: 'Bogus' })).rejects.toThrow('there is no level "Bogus"');
    expect(await director.catalog.listJobs({})).toEqual([]);
  });

  test('an Admin job runs its scripts and contacts nobody', async () => {
    await using director = await TestDirector.start({ conf: { extra: JOBS } });
    const { status, text } = await director.outcome('Admin');
    expect(status).toBe('T');
    expect(text).toContain('BeforeJob: hello');
    expect(text).toContain('\n  Termination:            Admin OK\n');
  });

  test('overrides of a run reach the job', async () => {
    await using director = await TestDirector.start({ script: { append: appendAll } });
    const client = named(director.conf.clients, 'other-fd');
    const jobId = await director.run('Gzip', { client, level: 'Full', priority: 3, comment: 'by hand' });
    await director.jobs.ended(jobId);
    expect(await director.catalog.jobById(jobId)).toMatchObject({
      clientName: 'other-fd',
      priority: 3,
      comment: 'by hand',
    });
  });

  test('a bug in a job fails that job, and is told in the log', async () => {
    await using director = await TestDirector.start({
      script: {
        storageReady: () => Promise.reject(new TypeError('undefined is not a function')),
      },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(text).toContain('Fatal error: Internal error: undefined is not a function');
    expect(director.logged[0]).toContain('TypeError');
  });

  test('when the Director is stopped, waiting jobs are cancelled and running ones after the grace', async () => {
    const held = heldBackups();
    await using director = await TestDirector.start({
      script: {
        backup: async function* (request, signal) {
          held.started.push(request.job);
          yield* [];
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          );
        },
        append: async (call) => {
          await openSession(call);
          await mountVolume(call);
          await call.take();
          finish(call, 'E', 'aborted');
        },
      },
    });
    const first = await director.run('Gzip');
    const second = await director.run('Gzip');
    await until(() => held.started.length === 1);
    await director.jobs.stop(20);
    const rows = await Promise.all([first, second].map((jobId) => director.catalog.jobById(jobId)));
    expect(rows.map((row) => row?.jobStatus)).toEqual(['A', 'A']);
    await expect(director.run('Gzip')).rejects.toThrow('being stopped');
  });
});
