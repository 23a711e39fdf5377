import { once } from 'node:events';
import { linkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type {
  Destination,
  MessageType as MessageTypeName,
} from '../../../configuration/values/destination.ts';
import { FileDaemonService } from '../../../file-daemon/service/file-daemon-service.ts';
import { JobTable } from '../../../file-daemon/service/job-table.ts';
import {
  MessageType,
  Replace,
  RestoreRequest,
  BackupCommand,
  EstimateCommand,
  type BackupRequest,
  type BackupResponse,
  type EstimateResponse,
  type RestoreResponse,
  type StorageTicket,
} from '../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import type { CallContext, StreamWriter } from '../../../transport/streams.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';

const NOBODY_LISTENS: StorageTicket = {
  address: '127.0.0.1',
  port: 1,
  ticketId: 'ticket',
  secret: Buffer.alloc(32, 1),
  storageName: 'File',
};

function service({ jobsMax = 5, storageConnectTimeoutMs = 5000, destinations = [] as Destination[] } = {}) {
  const jobs = new JobTable(jobsMax);
  const daemon = new FileDaemonService({
    name: 'test-fd',
    versionShort: '1.0 (01Jan26)',
    versionBanner: '1.0 (1 January 2026)',
    platform: 'x86_64 debian 12',
    startedAt: new Date(1000),
    jobs,
    workingDirectory: '/tmp',
    debugging: { level: 0, trace: false },
    storageConnectTimeoutMs: () => storageConnectTimeoutMs,
    ioClass: 'none',
    compressionThreads: 2,
    bandwidthMax: () => 5000,
    destinations: () => destinations,
    isMonitor: (name) => name === 'watcher',
  });
  return { daemon, jobs };
}

function context(
  name = 'main-dir',
  role: 'director' | 'ticket' = 'director',
  signal = new AbortController().signal,
): CallContext {
  return { peer: { role, name }, signal };
}

function collector<M>(): { writer: StreamWriter<M>; messages: M[] } {
  const messages: M[] = [];
  const writer = { write: async (message: M) => void messages.push(message) } as unknown as StreamWriter<M>;
  return { writer, messages };
}

async function* backupStart(directory: string): AsyncGenerator<Buffer> {
  const value: BackupRequest = {
    jobId: 9,
    job: 'Backup.9',
    level: 'F',
    fileSet: fileSet([include([directory])]),
    storage: NOBODY_LISTENS,
    volSessionId: 1,
    volSessionTime: 2,
    sinceNs: undefined,
    accurate: false,
    bandwidth: undefined,
  };
  yield Buffer.from(BackupCommand.encode({ command: { $case: 'start', value } }).finish());
}

async function* requests(...commands: NonNullable<RestoreRequest['command']>[]): AsyncGenerator<Buffer> {
  for (const command of commands) yield Buffer.from(RestoreRequest.encode({ command }).finish());
}

describe('the file daemon, asked', () => {
  it('says who it is and what time it has', async () => {
    const { daemon } = service();
    const before = BigInt(Date.now()) * 1_000_000n;
    const { clockNs, ...hello } = await daemon.hello(context());
    expect(hello).toEqual({ name: 'test-fd', version: '1.0 (01Jan26)', platform: 'x86_64,debian,12' });
    expect(clockNs).toBeGreaterThanOrEqual(before);
  });

  it('answers nobody but Directors, and gives a monitor its status only', async () => {
    const { daemon } = service();
    await expect(daemon.status(context('x', 'ticket'))).rejects.toMatchObject({ code: 'NET_ROLE_REFUSED' });
    const { writer } = collector<BackupResponse>();
    await expect(daemon.backup(backupStart('/'), writer, context('watcher'))).rejects.toMatchObject({
      code: 'FD_REQUEST_REFUSED',
    });
    expect((await daemon.status(context('watcher'))).running).toEqual([]);
  });

  it('tries a storage daemon again for its SD Connect Timeout, says so, then which one it cannot reach; the job has failed', async () => {
    using root = temporaryDirectory();
    const { daemon } = service({ storageConnectTimeoutMs: 200 });
    const { writer, messages } = collector<BackupResponse>();
    await expect(daemon.backup(backupStart(root.path), writer, context())).rejects.toThrow(
      /File.*127\.0\.0\.1/,
    );
    const said = messages.flatMap(({ event }) => (event?.$case === 'message' ? [event.value.text] : []));
    expect(said).toEqual([
      'Could not connect to Storage daemon on 127.0.0.1:1. ERR=Connection refused\nRetrying ...',
    ]);
    const { terminated, jobsRun, running } = await daemon.status(context());
    expect({ running, jobsRun }).toEqual({ running: [], jobsRun: 1 });
    expect(terminated).toMatchObject([{ jobId: 9, level: 'F', status: 'E' }]);
  });

  it('lists a job that the Director cancelled as canceled', async () => {
    const { jobs } = service();
    const cancel = new AbortController();
    const job = jobs.run(
      { director: 'main-dir', jobId: 1, job: 'J', kind: 'Backup', level: 'F' },
      cancel.signal,
      async (_, signal) => {
        cancel.abort(new Error('cancelled'));
        signal.throwIfAborted();
        return { errors: 0 };
      },
    );
    await expect(job).rejects.toThrow('cancelled');
    expect(jobs.terminated).toMatchObject([{ status: 'A' }]);
  });

  it('shows running jobs with their progress, and takes no more than its conf allows', async () => {
    const { daemon, jobs } = service({ jobsMax: 1 });
    const { promise: finished, resolve: finish } = Promise.withResolvers<{ errors: number }>();
    const running = jobs.run(
      { director: 'main-dir', jobId: 1, job: 'J', kind: 'Backup', level: 'I' },
      context().signal,
      async (active) => {
        active.progress({ files: 3, contentBytes: 500, errors: 1 }, '/\xc3\xa4');
        return finished;
      },
    );
    expect((await daemon.status(context())).running).toMatchObject([
      {
        jobId: 1,
        kind: 'Backup',
        level: 'I',
        files: 3,
        bytes: 500,
        errors: 1,
        currentPath: Buffer.from('/\u00e4'),
      },
    ]);
    const { writer } = collector<BackupResponse>();
    await expect(daemon.backup(backupStart('/'), writer, context())).rejects.toMatchObject({
      code: 'FD_TOO_MANY_JOBS',
    });
    finish({ errors: 1 });
    await running;
    expect(jobs.terminated).toMatchObject([{ status: 'W', files: 3 }]);
  });

  it('sets the limit of a running job for the Director that it belongs to, no higher than its own conf says', async () => {
    const { daemon, jobs } = service();
    const { promise: finished, resolve: finish } = Promise.withResolvers<{ errors: number }>();
    const description = { director: 'main-dir', jobId: 1, job: 'J', kind: 'Backup', level: 'F' } as const;
    const running = jobs.run(description, context().signal, () => finished);
    const set = (bytesPerSecond: number, who = 'main-dir') =>
      daemon.setBandwidth({ job: 'J', bandwidth: { bytesPerSecond } }, context(who));
    expect(await set(3000)).toEqual({ bandwidth: { bytesPerSecond: 3000 } });
    expect(await set(0)).toEqual({ bandwidth: { bytesPerSecond: 5000 } });
    await expect(set(3000, 'other-dir')).rejects.toMatchObject({ code: 'FD_NO_SUCH_JOB' });
    await expect(set(3000, 'watcher')).rejects.toMatchObject({ code: 'FD_REQUEST_REFUSED' });
    finish({ errors: 0 });
    await running;
    await expect(set(3000)).rejects.toMatchObject({ code: 'FD_NO_SUCH_JOB' });
  });

  it('ends running jobs when it is stopped', async () => {
    const { jobs } = service();
    const job = jobs.run(
      { director: 'main-dir', jobId: 1, job: 'J', kind: 'Backup', level: 'F' },
      context().signal,
      (_, signal) =>
        new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    jobs.stop(new Error('stopped'));
    await expect(job).rejects.toThrow('stopped');
    expect(jobs.terminated).toMatchObject([{ status: 'E' }]);
  });

  it('refuses a restore that does not begin with its start, and one to a relative place', async () => {
    const { daemon } = service();
    const { writer } = collector<RestoreResponse>();
    const none = { volSessionId: 1, volSessionTime: 1, batch: Buffer.alloc(0) };
    const entries: RestoreRequest['command'] = { $case: 'entries', value: none };
    await expect(daemon.restore(requests(entries), writer, context())).rejects.toMatchObject({
      code: 'FD_REQUEST_REFUSED',
    });
    const value = {
      jobId: 1,
      job: 'R',
      where: Buffer.from('tmp/x'),
      replace: Replace.ALWAYS,
      storage: NOBODY_LISTENS,
      regexWhere: '',
      prefixLinks: false,
      bandwidth: undefined,
      verify: undefined,
    };
    await expect(daemon.restore(requests({ $case: 'start', value }), writer, context())).rejects.toThrow(
      /"tmp\/x": it is not an absolute path/,
    );
  });
});

describe('an estimate', () => {
  async function estimate(listing: boolean, sinceNs?: bigint) {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'a'), 'x'.repeat(1000));
    linkSync(join(root.path, 'a'), join(root.path, 'b'));
    const { daemon } = service();
    const { writer, messages } = collector<EstimateResponse>();
    const set = fileSet([include([root.path, '/not/there'])]);
    const value = { jobId: 1, level: 'F', sinceNs, fileSet: set, listing, accurate: false };
    const start = EstimateCommand.encode({ command: { $case: 'start', value } }).finish();
    await daemon.estimate(Readable.from([Buffer.from(start)]), writer, context());
    return messages.map(({ event }) => event!);
  }

  it('counts what a backup would save, a hard link once, and names what it cannot see', async () => {
    const events = await estimate(false);
    expect(events).toMatchObject([
      { $case: 'message', value: { type: MessageType.NOT_SAVED } },
      { $case: 'totals', value: { files: 3, bytes: 1000 } },
    ]);
  });

  it('lists the entries', async () => {
    const [, listing] = await estimate(true);
    const records = listing?.$case === 'listing' ? listing.value.records : [];
    expect(records.map(({ type, sizeBytes }) => [type, sizeBytes])).toEqual([
      [FileType.REGULAR, 1000],
      [FileType.HARD_LINK, 1000],
      [FileType.DIRECTORY, 0],
    ]);
  });

  it('that is accurate compares with what the Director sends, and does not end without all of it', async () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'old'), 'x');
    const set = fileSet([include([root.path], [options({ accurate: 's' })])]);
    const { records } = collectBackup(set);
    writeFileSync(join(root.path, 'new'), 'xyz');
    const prior = (batchOf: readonly FileRecord[], last: boolean) => {
      const batch = Buffer.from(FileRecordBatch.encode({ records: [...batchOf] }).finish());
      return { $case: 'prior', value: { batch, last } } as const;
    };
    const start = { jobId: 1, level: 'I', sinceNs: 0n, fileSet: set, listing: true, accurate: true };
    const estimateWith = async (...sent: ReturnType<typeof prior>[]) => {
      const { writer, messages } = collector<EstimateResponse>();
      const commands = [{ $case: 'start', value: start } as const, ...sent];
      const encoded = commands.map((command) => Buffer.from(EstimateCommand.encode({ command }).finish()));
      await service().daemon.estimate(Readable.from(encoded), writer, context());
      return messages.map(({ event }) => event!);
    };
    expect(
      await estimateWith(prior(records.slice(0, 1), false), prior(records.slice(1), true)),
    ).toMatchObject([
      { $case: 'listing', value: { records: [{ path: Buffer.from(join(root.path, 'new')) }] } },
      { $case: 'totals', value: { files: 1, bytes: 3 } },
    ]);
    await expect(estimateWith(prior(records, false))).rejects.toMatchObject({
      code: 'FD_PRIOR_STATE_INCOMPLETE',
    });
  });

  it('of an Incremental leaves out what is unchanged', async () => {
    const later = BigInt(Date.now() + 60_000) * 1_000_000n;
    expect((await estimate(false, later)).at(-1)).toMatchObject({ value: { files: 0, bytes: 0 } });
  });
});

describe('the Messages resource of a client', () => {
  const line = (directorName: string, ...types: MessageTypeName[]): Destination => ({
    kind: 'director',
    where: [directorName],
    types: new Set(types),
  });

  it('with "director = NAME = all, !skipped" does not send what the rules leave out', async () => {
    using root = temporaryDirectory();
    const socket = createServer().listen(join(root.path, 'socket'));
    await once(socket, 'listening');
    const said = async (...types: MessageTypeName[]) => {
      const { writer, messages } = collector<EstimateResponse>();
      const value = {
        jobId: 1,
        level: 'F',
        sinceNs: undefined,
        fileSet: fileSet([include([root.path])]),
        listing: false,
        accurate: false,
      };
      const start = EstimateCommand.encode({ command: { $case: 'start', value } }).finish();
      const { daemon } = service({ destinations: [line('main-dir', ...types)] });
      await daemon.estimate(Readable.from([Buffer.from(start)]), writer, context());
      return messages.flatMap(({ event }) => (event?.$case === 'message' ? [event.value.type] : []));
    };
    expect(await said('Info', 'Skipped')).toEqual([MessageType.SKIPPED]);
    expect(await said('Info')).toEqual([]);
    socket.close();
  });
});
