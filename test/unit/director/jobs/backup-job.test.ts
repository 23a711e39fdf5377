import { describe, expect, test } from 'vitest';
import { CatalogError } from '../../../../catalog/catalog-error.ts';
import { MessageType } from '../../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { UseMode } from '../../../../proto/noctule/storage/v1/storage_daemon.ts';
import { PeerLost, PeerRefusedPassword, PeerUnreachable } from '../../../../transport/peer-errors.ts';
import {
  appendAll,
  askForVolume,
  backupAll,
  durable,
  fileMessage,
  finish,
  mounted,
  mountVolume,
  openSession,
  TOTALS,
} from './fake-daemons.ts';
import { named } from '../site.ts';
import { TestDirector, until } from './test-director.ts';

const target = {
  host: '127.0.0.1',
  port: 9102,
  self: { role: 'director', name: 'peer-dir' },
  peerKind: 'File daemon',
  peerName: 'peer-fd',
} as const;
const storageTarget = { ...target, port: 9103, peerKind: 'Storage daemon', peerName: 'File1' } as const;

describe('a backup', () => {
  test('that finds no Full becomes one, makes a volume, and ends OK with its report', async () => {
    await using director = await TestDirector.start();
    const { jobId, status, text } = await director.outcome('Gzip');
    expect(status).toBe('T');
    const row = await director.catalog.jobById(jobId);
    expect(row).toMatchObject({
      level: 'F',
      jobFiles: 2,
      jobBytes: 500,
      readBytes: 2000,
      poolName: 'A-Full-Pool',
    });
    const job = row?.job ?? '';
    const lines = text.split('\n');
    expect(lines.slice(0, 5)).toEqual([
      `peer-dir JobId ${jobId}: No prior Full backup Job record found.`,
      `peer-dir JobId ${jobId}: No prior or suitable Full backup found in catalog. Doing FULL backup.`,
      `peer-dir JobId ${jobId}: Start Backup JobId ${jobId}, Job=${job}`,
      `peer-dir JobId ${jobId}: Using Device "FileStorage" to write.`,
      `peer-dir JobId ${jobId}: Created new Volume="A-Full-0001", Pool="A-Full-Pool", MediaType="File" in catalog.`,
    ]);
    expect(lines[5]).toMatch(/^peer-dir JobId \d+: Noctule peer-dir /);
    expect(text).toContain('\n  Backup Level:           Full (upgraded from Incremental)\n');
    expect(text).toContain('\n  Pool:                   "A-Full-Pool" (From Job FullPool override)\n');
    expect(text).toContain('\n  Software Compression:   75.0% 4.0:1\n');
    expect(text).toContain('\n  Volume name(s):         A-Full-0001\n');
    expect(text).toContain('\n  Termination:            Backup OK\n\n');
  });

  test('that follows a good Full is an Incremental since the start of that Full', async () => {
    await using director = await TestDirector.start();
    const first = await director.outcome('Gzip');
    const full = await director.catalog.jobById(first.jobId);
    director.daemons.script.append = async (call) => {
      await openSession(call);
      const use = await mountVolume(call);
      call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
      finish(call);
    };
    const { jobId, status } = await director.outcome('Gzip');
    expect(status).toBe('T');
    expect(await director.catalog.jobById(jobId)).toMatchObject({ level: 'I', poolName: 'A-Incr-Pool' });
    const { sinceNs = 0n } = director.daemons.backups[1] ?? {};
    const startNs = BigInt(full?.startTime?.getTime() ?? 0) * 1_000_000n;
    expect(sinceNs).toBeLessThanOrEqual(startNs);
    expect(startNs - sinceNs).toBeLessThan(5_000_000_000n);
    expect(director.daemons.backups[0]?.sinceNs).toBeUndefined();
  });

  test('since a given time saves from then on without a Full before it, and is none for the next one', async () => {
    await using director = await TestDirector.start();
    const since = new Date('2026-11-20T12:00:00');
    const { jobId, status, text } = await director.outcome('Gzip', {
      level: 'Since',
      since,
      pool: named(director.conf.pools, 'A-Full-Pool'),
    });
    expect(status).toBe('T');
    expect(await director.catalog.jobById(jobId)).toMatchObject({ level: 'S' });
    expect(text).toContain('\n  Backup Level:           Since, since=2026-11-20 12:00:00\n');
    const { sinceNs = 0n } = director.daemons.backups[0] ?? {};
    const wantedNs = BigInt(since.getTime()) * 1_000_000n;
    expect(sinceNs).toBeLessThanOrEqual(wantedNs);
    expect(wantedNs - sinceNs).toBeLessThan(5_000_000_000n);
    const next = await director.outcome('Gzip', { level: 'Incremental' });
    expect(await director.catalog.jobById(next.jobId)).toMatchObject({ level: 'F' });
  });

  test('that is accurate fails when the catalog cannot say what was there before', async () => {
    await using director = await TestDirector.start({
      catalog: (real) => ({
        ...real,
        fileStatePage: () => Promise.reject(new CatalogError('CAT_PLAN_GONE', 'The list is gone')),
      }),
    });
    expect((await director.outcome('Gzip')).status).toBe('T');
    director.daemons.script.append = async (call) => {
      await openSession(call);
      await call.take();
    };
    director.daemons.script.backup = async function* (_request, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      yield* [];
    };
    const { status, text, jobId } = await director.outcome('Gzip', { accurate: true });
    expect((await director.catalog.jobById(jobId))?.accurate).toBe(true);
    expect(status).toBe('f');
    expect(text).toContain('Fatal error: The list is gone');
    expect(director.daemons.backups.map(({ accurate }) => accurate)).toEqual([false, true]);
  });

  test('at level Since is refused without a time', async () => {
    await using director = await TestDirector.start();
    await expect(director.run('Gzip', { level: 'Since' })).rejects.toMatchObject({
      message: 'Job "Gzip" cannot run at level Since without a time',
      hint: 'Add since="YYYY-MM-DD HH:MM:SS".',
    });
  });

  test('at another level takes the time given with it, and is not raised to a Full', async () => {
    await using director = await TestDirector.start();
    const since = new Date('2026-11-20T12:00:00');
    const { jobId, text } = await director.outcome('Gzip', { level: 'Incremental', since, accurate: true });
    expect(await director.catalog.jobById(jobId)).toMatchObject({ level: 'I' });
    expect(text).toContain('\n  Backup Level:           Incremental, since=2026-11-20 12:00:00\n');
  });

  test('of a FileSet whose File lines have changed is a Full again, and the report says since when', async () => {
    await using director = await TestDirector.start();
    await director.outcome('Gzip');
    const before = named(director.conf.fileSets, 'Gzip');
    const [include] = before.includes;
    const fileSet = { ...before, includes: [{ ...include!, files: ['/srv/data', '/srv/more'] }] };
    const { jobId, text } = await director.outcome('Gzip', { fileSet });
    expect(await director.catalog.jobById(jobId)).toMatchObject({ level: 'F' });
    expect(text).toContain('The FileSet "Gzip" was modified since the last Full backup.');
    expect(text).toContain('Backup Level:           Full (upgraded from Incremental)');
  });

  test('names every file that could not be read and ends with warnings', async () => {
    await using director = await TestDirector.start({
      script: {
        backup: async function* () {
          yield fileMessage(
            MessageType.NOT_SAVED,
            'Could not stat "/no/such/path": ERR=No such file or directory',
          );
          yield { event: { $case: 'totals', value: { ...TOTALS, errors: 1 } } };
        },
      },
    });
    const { jobId, status, text } = await director.outcome('Gzip');
    expect(status).toBe('W');
    expect(text).toContain(`peer-fd JobId ${jobId}:      Could not stat "/no/such/path": ERR=No such file`);
    expect(text).toContain('\n  Non-fatal FD errors:    1\n');
    expect(text).toContain('\n  Termination:            Backup OK -- with warnings\n');
  });

  test('is not OK when less became durable than the client sent', async () => {
    await using director = await TestDirector.start({
      script: {
        backup: async function* () {
          yield { event: { $case: 'totals', value: { ...TOTALS, streamBytes: 8192 } } };
        },
      },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(text).toContain('Fatal error: The client sent a stream of 8192 bytes, but 4096 became durable');
    expect(text).toContain(': Error: Noctule peer-dir');
    expect(text).toContain('*** Backup Error ***');
  });

  test('is not OK when a file record is missing', async () => {
    await using director = await TestDirector.start({
      script: {
        backup: async function* () {
          yield { event: { $case: 'totals', value: { ...TOTALS, files: 3 } } };
        },
      },
    });
    expect((await director.outcome('Gzip')).status).toBe('f');
  });

  test('fails at once, with the sentence for the admin, when the client refuses the password', async () => {
    await using director = await TestDirector.start({
      script: { clientReady: () => Promise.reject(new PeerRefusedPassword(target)) },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(text).toContain('Fatal error: File daemon "peer-fd" at 127.0.0.1:9102 refused the password');
    expect(text).toContain('\n  FD termination status:  Error\n  SD termination status:  Waiting on FD\n');
  });

  test('waits for a client that is down, says so, and can be cancelled meanwhile', async () => {
    await using director = await TestDirector.start({
      script: { clientReady: () => Promise.reject(new PeerUnreachable(target, 'ECONNREFUSED')) },
    });
    const jobId = await director.run('Gzip');
    await until(async () =>
      (await director.catalog.jobLog(jobId)).some(({ text }) => text.includes('Retrying ...')),
    );
    expect(director.jobs.running()[0]).toMatchObject({
      status: 'F',
      statusText: 'is waiting on Client peer-fd',
    });
    expect(director.jobs.cancel(jobId, 'cancelled by console test')).toBe(true);
    expect(await director.jobs.ended(jobId)).toBe('A');
    const text = await director.text();
    expect(text).toContain(
      'Warning: Could not connect to Client: peer-fd on 127.0.0.1:9102. ERR=Connection refused\nRetrying ...',
    );
    expect(text).toContain('Backup Canceled');
    expect(text).toContain('\n  FD termination status:  Canceled\n  SD termination status:  Canceled\n');
  });

  test('gives up on a client that stays down when FD Connect Timeout is over', async () => {
    await using director = await TestDirector.start({
      conf: { director: 'FD Connect Timeout = 1 second' },
      script: { clientReady: () => Promise.reject(new PeerUnreachable(target, 'ECONNREFUSED')) },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(text).toContain('Fatal error: File daemon "peer-fd" at 127.0.0.1:9102 cannot be reached');
  });

  test('waits for a storage daemon that is down, and its report says that neither side was reached', async () => {
    await using director = await TestDirector.start({
      script: { storageReady: () => Promise.reject(new PeerUnreachable(storageTarget, 'ECONNREFUSED')) },
    });
    const jobId = await director.run('Gzip');
    await until(() => director.jobs.running()[0]?.status === 'S');
    expect(director.jobs.running()[0]?.statusText).toBe('is waiting on Storage "File1"');
    director.jobs.cancel(jobId, 'cancelled');
    await director.jobs.ended(jobId);
    const text = await director.text();
    expect(text).toContain('\n  FD termination status:  \n  SD termination status:  \n');
    expect(text).toContain(
      'Warning: Could not connect to Storage daemon on 127.0.0.1:9103. ERR=Connection refused\nRetrying ...',
    );
  });

  test('fails when the client dies in the middle, and the storage daemon is told to cut back', async () => {
    const aborted = Promise.withResolvers<string>();
    const isMounted = Promise.withResolvers<void>();
    await using director = await TestDirector.start({
      script: {
        backup: async function* () {
          yield* [];
          await isMounted.promise;
          throw new PeerLost(target, 'socket closed');
        },
        append: async (call) => {
          await openSession(call);
          await mountVolume(call);
          call.answer({ event: { $case: 'durable', value: durable({ paths: [] }) } });
          isMounted.resolve();
          const { command } = (await call.take()) ?? {};
          aborted.resolve(command?.$case ?? '');
          // What the storage daemon took back from the volume.
          const cut = { ...durable({ paths: [], volumeBytes: 250 }), blocks: undefined };
          call.answer({ event: { $case: 'durable', value: cut } });
          finish(call, 'E', 'aborted');
        },
      },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(await aborted.promise).toBe('abort');
    expect(text).toContain("Fatal error: Director's connection to the File daemon for this Job was lost.");
    expect(await director.catalog.volumeByName('A-Full-0001')).toMatchObject({
      volBytes: 250,
      volStatus: 'Append',
    });
    expect(director.volumes.inUseByOthers(0).size).toBe(0);
  });

  test('fails when the storage daemon dies in the middle, and the client is stopped', async () => {
    let isStopped = false;
    await using director = await TestDirector.start({
      script: {
        append: async (call) => {
          await openSession(call);
          await mountVolume(call);
          throw new PeerLost(storageTarget, 'socket closed');
        },
      },
    });
    director.daemons.script.backup = async function* (_request, signal) {
      yield* [];
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          isStopped = true;
          reject(signal.reason as Error);
        });
      });
    };
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(isStopped).toBe(true);
    expect(text).toContain("Fatal error: Director's connection to SD for this Job was lost.");
    expect(director.volumes.inUseByOthers(0).size).toBe(0);
  });

  test('gives the reason of the client when the storage daemon broke off because of it', async () => {
    await using director = await TestDirector.start({
      script: {
        backup: async function* () {
          yield* backupAll();
          await new Promise((resolve) => setImmediate(resolve));
          throw new Error('the disk of the client is on fire');
        },
        append: async (call) => {
          await openSession(call);
          await mountVolume(call);
          finish(call, 'E', 'The file daemon broke off');
        },
      },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(text).toContain('Fatal error: Client "peer-fd": the disk of the client is on fire');
  });

  test('fails when the catalog cannot take what is durable', async () => {
    await using director = await TestDirector.start({
      catalog: (real) => ({
        ...real,
        [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
        addDurable: () => Promise.reject(new Error('database disk image is malformed')),
      }),
      script: {
        append: async (call) => {
          await openSession(call);
          await mountVolume(call);
          call.answer({ event: { $case: 'durable', value: durable() } });
          // Either it is told to stop, or it finishes before the failure is noticed.
          finish(call);
        },
      },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('f');
    expect(text).toContain('database disk image is malformed');
  });

  test('that is stopped before the catalog names a file of it is cancelled, and says why it cannot be resumed', async () => {
    await using director = await TestDirector.start({
      script: { clientReady: () => Promise.reject(new PeerUnreachable(target, 'ECONNREFUSED')) },
    });
    const jobId = await director.run('Gzip');
    await until(async () =>
      (await director.catalog.jobLog(jobId)).some(({ text }) => text.includes('Retrying ...')),
    );
    expect(director.jobs.stopJob(jobId, 'by hand')).toBe(true);
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect(await director.text()).toMatch(
      /stopped: by hand\n.*Nothing is kept to go on from: the catalog names no file of the job yet/,
    );
  });

  test('that is cancelled while data flows ends as cancelled on all sides', async () => {
    await using director = await TestDirector.start({
      script: {
        backup: async function* (_request, signal) {
          yield* backupAll();
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
    const jobId = await director.run('Gzip');
    await until(() => (director.jobs.running()[0]?.files ?? 0) > 0);
    director.jobs.cancel(jobId, 'cancelled by console test');
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect(await director.text()).toContain('Backup Canceled');
    expect((await director.catalog.jobById(jobId))?.jobStatus).toBe('A');
  });
});

describe('the volumes of a backup', () => {
  test('state M, waiting for a mount: while the storage daemon waits for a disk, status says so, and again that it runs', async () => {
    const gate = Promise.withResolvers<void>();
    await using director = await TestDirector.start({
      script: {
        append: async (call) => {
          await openSession(call);
          const use = await mountVolume(call);
          const waiting = (waitingFor: string) =>
            call.answer({ event: { $case: 'waiting', value: { waitingFor } } });
          waiting('room on the device');
          await gate.promise;
          waiting('');
          await until(() => director.jobs.running()[0]?.statusText === 'is running');
          call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
          finish(call);
        },
      },
    });
    const jobId = await director.run('Gzip');
    await until(() => director.jobs.running()[0]?.status === 'M');
    expect(director.jobs.running()[0]?.statusText).toBe('is waiting for room on the device');
    // Nothing is durable yet, and perhaps never will be: the volume is written all the same.
    expect(await director.catalog.volumeByName('A-Full-0001')).toHaveProperty(
      'lastWritten',
      expect.any(Date),
    );
    gate.resolve();
    expect(await director.jobs.ended(jobId)).toBe('T');
  });

  test('a job without a volume asks the operator, and goes on when one is labelled', async () => {
    const pools = {
      conf: { extra: 'Job { Name = NeedsLabel; JobDefs = Defaults; Full Backup Pool = Manual-Pool }' },
    };
    await using director = await TestDirector.start({
      ...pools,
      script: {
        append: async (call) => {
          await openSession(call);
          const use = await mountVolume(call);
          call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
          finish(call);
        },
      },
    });
    const jobId = await director.run('NeedsLabel');
    await until(() => director.jobs.running()[0]?.status === 'm');
    expect(director.jobs.running()[0]?.statusText).toBe('is waiting for an appendable Volume');
    await until(async () =>
      (await director.catalog.jobLog(jobId)).some(({ text }) => text.includes('label')),
    );
    const job = director.jobs.running()[0]?.job ?? '';
    expect(await director.text()).toContain(
      [
        `Job ${job} is waiting. Cannot find any appendable volumes.`,
        'Please use the "label" command to create a new Volume for:',
        '    Storage:      "FileStorage" (/backup/volumes)',
        '    Pool:         Manual-Pool',
        '    Media type:   File',
      ].join('\n'),
    );
    const [pool] = await director.catalog.listPools({ name: 'Manual-Pool' });
    const media = await director.catalog.createVolume({
      volumeName: 'Manual-0001',
      poolId: pool?.poolId ?? 0,
      mediaType: 'File',
      storageId: 1,
      status: 'Append',
    });
    await director.catalog.setVolume(media.mediaId, { labelDate: new Date(), volBytes: 200 });
    director.volumes.changes.notify();
    expect(await director.jobs.ended(jobId)).toBe('T');
  });

  test('a job whose volume fills up goes on in the next one', async () => {
    const used: string[] = [];
    await using director = await TestDirector.start({
      script: {
        backup: async function* () {
          yield { event: { $case: 'totals', value: { ...TOTALS, streamBytes: 8192 } } };
        },
        append: async (call) => {
          await openSession(call);
          const first = await mountVolume(call);
          call.answer({ event: { $case: 'durable', value: durable({ paths: [] }) } });
          const closed = {
            volumeName: first.volumeName,
            status: 'Full',
            reason: 'Maximum Volume Bytes',
            volumeBytes: 1100,
          };
          call.answer({ event: { $case: 'volumeClosed', value: closed } });
          const second = await mountVolume(call);
          used.push(first.volumeName, second.volumeName);
          const rest = durable({ firstBlock: 1, volumeName: second.volumeName });
          call.answer({ event: { $case: 'durable', value: rest } });
          finish(call);
        },
      },
    });
    const { status, text } = await director.outcome('Gzip');
    expect(status).toBe('T');
    expect(used).toEqual(['A-Full-0001', 'A-Full-0002']);
    expect(text).toContain('\n  Volume name(s):         A-Full-0001|A-Full-0002\n');
    expect(await director.catalog.volumeByName('A-Full-0001')).toMatchObject({
      volStatus: 'Full',
      volBytes: 1100,
    });
  });

  test('two jobs that run together write to different volumes', async () => {
    const bothMounted = Promise.withResolvers<void>();
    const used: string[] = [];
    await using director = await TestDirector.start({
      conf: { extra: 'Job { Name = Other; JobDefs = Defaults; Client = other-fd }' },
      script: {
        append: async (call) => {
          await openSession(call);
          const use = await mountVolume(call);
          used.push(use.volumeName);
          if (used.length === 2) bothMounted.resolve();
          await bothMounted.promise;
          call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
          finish(call);
        },
      },
    });
    const jobIds = [await director.run('Gzip'), await director.run('Other')];
    expect(await Promise.all(jobIds.map((jobId) => director.jobs.ended(jobId)))).toEqual(['T', 'T']);
    expect(used.sort()).toEqual(['A-Full-0001', 'A-Full-0002']);
  });

  test('a volume that is not what the catalog believes is marked in Error, and another one is taken', async () => {
    await using director = await TestDirector.start();
    await director.outcome('Gzip');
    director.daemons.script.append = async (call) => {
      await openSession(call);
      const first = await askForVolume(call);
      expect(first).toMatchObject({
        volumeName: 'A-Full-0001',
        mode: UseMode.APPEND,
        expectedVolumeBytes: 1000,
      });
      const second = await askForVolume(call, { text: 'too short', code: 'short', volume: first.volumeName });
      mounted(call, second);
      call.answer({ event: { $case: 'durable', value: durable({ volumeName: second.volumeName }) } });
      finish(call);
    };
    const { status, text } = await director.outcome('Gzip', { level: 'Full' });
    expect(status).toBe('W');
    expect(text).toContain('Marking Volume "A-Full-0001" in Error in Catalog.');
    expect(text).toContain('Warning: What JobId(s) 1 have on Volume "A-Full-0001" may be lost:');
    expect(await director.catalog.volumeByName('A-Full-0001')).toMatchObject({ volStatus: 'Error' });
  });

  test('a volume that takes one job only is closed when that job has ended', async () => {
    const extra = `Pool { Name = Once; Pool Type = Backup; Label Format = "Once-"; Maximum Volume Jobs = 1 }
Job { Name = Single; JobDefs = Defaults; Full Backup Pool = Once }`;
    await using director = await TestDirector.start({
      conf: { extra },
      script: {
        append: async (call) => {
          await openSession(call);
          const use = await mountVolume(call);
          call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
          finish(call);
        },
      },
    });
    const { status, text } = await director.outcome('Single');
    expect(status).toBe('T');
    expect(text).toContain('Max Volume jobs=1 exceeded. Marking Volume "Once-0001" as Used.');
    expect(text.indexOf('Max Volume jobs')).toBeLessThan(text.indexOf('Termination:'));
    expect(await director.catalog.volumeByName('Once-0001')).toMatchObject({ volStatus: 'Used', volJobs: 1 });
  });
});

describe('scripts of a job', () => {
  test('on the Director run before and after it, their output is in the messages', async () => {
    const extra = `Job { Name = Scripted; JobDefs = Defaults
  Run Before Job = "echo before %n %l"
  Run After Job = "echo after %e %F" }`;
    await using director = await TestDirector.start({ conf: { extra }, script: { append: appendAll } });
    const { status, text } = await director.outcome('Scripted');
    expect(status).toBe('T');
    expect(text).toContain('shell command: run BeforeJob "echo before %n %l"');
    expect(text).toContain('BeforeJob: before Scripted Full\n');
    expect(text).toContain('AfterJob: after OK 2\n');
    expect(text.indexOf('Termination:')).toBeLessThan(text.indexOf('AfterJob: after'));
  });

  test('one that fails before the job keeps it from starting', async () => {
    const extra = 'Job { Name = Fails; JobDefs = Defaults; Run Before Job = "/bin/false" }';
    await using director = await TestDirector.start({ conf: { extra } });
    const { status, text } = await director.outcome('Fails');
    expect(status).toBe('f');
    expect(text).toContain(
      'Error: Runscript: BeforeJob returned non-zero status=1. ERR=Child exited with code 1',
    );
    expect(director.daemons.backups).toEqual([]);
  });

  test('Queued run before the job begins, AtJobCompletion when the After scripts have decided how it ended', async () => {
    const extra = `Job { Name = Scripted; JobDefs = Defaults; Level = Full; Run After Job = "/bin/false"
  RunScript { Runs When = Queued; Runs On Client = no; Command = "echo queued %i %e" }
  RunScript { Runs When = AtJobCompletion; Runs On Client = no; Command = "echo never" }
  RunScript { Runs When = AtJobCompletion; Runs On Client = no; Runs On Failure = yes; Command = "echo done %e" } }`;
    await using director = await TestDirector.start({ conf: { extra }, script: { append: appendAll } });
    const { status, text, jobId } = await director.outcome('Scripted');
    expect(status).toBe('E');
    const steps = [
      `Queued: queued ${jobId} Running\n`,
      'Start Backup JobId',
      'Termination:',
      'AtJobCompletion: done Error\n',
    ];
    const places = steps.map((step) => text.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text).not.toContain('never');
  });

  test('AtJobCompletion that fails marks the job as failed', async () => {
    const extra =
      'Job { Name = Fails; JobDefs = Defaults; RunScript { Runs When = AtJobCompletion; Console = "fail" } }';
    await using director = await TestDirector.start({ conf: { extra }, script: { append: appendAll } });
    const { status, jobId } = await director.outcome('Fails');
    expect(status).toBe('E');
    expect((await director.catalog.jobById(jobId))?.jobStatus).toBe('E');
  });

  test('one that fails in the queue ends the job before it begins', async () => {
    const extra =
      'Job { Name = Fails; JobDefs = Defaults; RunScript { Runs When = Queued; Runs On Client = no; Command = "/bin/false" } }';
    await using director = await TestDirector.start({ conf: { extra } });
    const { status, text } = await director.outcome('Fails');
    expect(status).toBe('f');
    expect(text).toContain('Error: Runscript: Queued returned non-zero status=1.');
    expect(director.daemons.backups).toEqual([]);
  });

  test('a job waits for its Queued scripts without holding up others, and ends at once when it is cancelled', async () => {
    const extra = `Job { Name = Sleeps; JobDefs = Defaults
  RunScript { Runs When = Queued; Runs On Client = no; Command = "sleep 3600" } }`;
    await using director = await TestDirector.start({ conf: { extra }, script: { append: appendAll } });
    const jobId = await director.run('Sleeps');
    expect(director.jobs.running()).toMatchObject([
      { status: 'C', statusText: 'is waiting for its scripts of the moment Queued' },
    ]);
    expect((await director.outcome('Gzip')).status).toBe('T');
    expect(director.jobs.cancel(jobId, 'by hand')).toBe(true);
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect(director.daemons.backups).toHaveLength(1);
  });

  test('one that fails after the job marks it as failed', async () => {
    const extra = 'Job { Name = Fails; JobDefs = Defaults; Run After Job = "/bin/false" }';
    await using director = await TestDirector.start({ conf: { extra } });
    expect((await director.outcome('Fails')).status).toBe('E');
  });

  test('with no client to run on at their moment make the job fail before anything is done', async () => {
    const extra =
      'Job { Name = Client; JobDefs = Defaults; RunScript { Runs When = AtJobCompletion; Command = "x" } }';
    await using director = await TestDirector.start({ conf: { extra } });
    const { status, text } = await director.outcome('Client');
    expect(status).toBe('f');
    expect(text).toContain(
      'Command = "x" (Runs When = AtJobCompletion on the client); no client is in reach at that moment',
    );
    expect(director.daemons.backups).toEqual([]);
  });
});
