import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MessageType } from '../../../configuration/values/destination.ts';
import {
  UseMode,
  type AppendOpened,
  type Durable,
  type HelloResponse,
  type LabelResponse,
  type ReadRange,
  type StatusResponse,
  type TruncateResponse,
} from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { openFetch, openStore } from '../../../transport/bulk.ts';
import { unary } from '../../../transport/streams.ts';
import { decodeBlockContent } from '../../../volume/block.ts';
import { Relay } from '../../support/relay.ts';
import { listWithTar } from '../volume/gnu-tar.ts';
import { blocksOf, encodeSample, piecesOf } from '../volume/sample-volume.ts';
import { volume, volumeBytes } from './append-harness.ts';
import { director, holderOf, openAppend, openRead, startStorage, type Storage } from './wire-harness.ts';

const files = [
  { name: 'one/a', content: Buffer.alloc(700, 'a') },
  { name: 'one/b', content: Buffer.alloc(30_000, 'b') },
];
const never = new AbortController().signal;

async function membersFor(opened: AppendOpened): Promise<Buffer[]> {
  return encodeSample(files, { ...opened, blockBytes: 8192 });
}

async function backUp(storage: Storage, volumeName: string, mode: UseMode = UseMode.CREATE) {
  const append = openAppend(storage, 1);
  const opened = await append.next('opened');
  await append.next('volumeWanted');
  await append.send({ command: { $case: 'useVolume', value: volume(volumeName, mode) } });
  const store = openStore(holderOf(storage, opened), never);
  for (const member of await membersFor(opened)) await store.write(member);
  const response = await store.finish();
  const durable = await append.next('durable');
  return { append, opened, response, durable, finished: await append.next('finished') };
}

describe('over the wire', () => {
  test('a backup goes onto a volume and comes back from it', async () => {
    const storage = await startStorage();
    const { opened, response, durable, finished } = await backUp(storage, 'A-Full-0001');
    expect(opened).toMatchObject({
      volSessionId: 1,
      volSessionTime: 1_795_232_374,
      deviceName: 'FileStorage',
    });
    expect(response).toEqual({ complete: true, reason: '' });
    expect(finished).toMatchObject({ status: 'T', errors: 0 });
    expect(listWithTar(volumeBytes(storage.device, 'A-Full-0001'))).toMatchObject({
      names: ['one/a', 'one/b'],
      status: 0,
    });

    const { firstBlock, volumeOffset, memberBytes } = durable.blocks!;
    const range: ReadRange = {
      volumeName: 'A-Full-0001',
      volSessionId: opened.volSessionId,
      volSessionTime: opened.volSessionTime,
      volumeOffset,
      firstBlock,
      blockCount: memberBytes.length,
    };
    const read = openRead(storage, 2);
    const ticket = await read.next('opened');
    await read.send({ command: { $case: 'ranges', value: { ranges: [range] } } });
    read.end();
    const blocks = await Array.fromAsync(openFetch(holderOf(storage, ticket), never));
    const stream = Buffer.concat((await piecesOf(files, 8192)).map(({ content }) => content));
    expect(Buffer.concat(blocks.map((block) => decodeBlockContent(block))).equals(stream)).toBe(true);
    expect(await read.next('finished')).toMatchObject({ status: 'T', blocks: memberBytes.length });
  });

  test.each<[types: MessageType[], isSaid: boolean]>([
    [['Info', 'Error'], true],
    [['Error'], false],
  ])('a Director that is to get %s only: messages of a job go to it: %s', async (types, isSaid) => {
    const destination = { kind: 'director', where: [director.name], types: new Set(types) } as const;
    const storage = await startStorage({ destinations: [destination] });
    const { opened, durable, append } = await backUp(storage, 'A-Full-0001');
    expect(append.seen.has('message')).toBe(isSaid);
    const { volSessionId, volSessionTime } = opened;
    const { firstBlock, volumeOffset, memberBytes } = durable.blocks!;
    const place = { volumeName: 'A-Full-0001', volSessionId, volSessionTime, volumeOffset, firstBlock };
    const read = openRead(storage, 2);
    const ticket = await read.next('opened');
    const ranges = [{ ...place, blockCount: memberBytes.length }];
    await read.send({ command: { $case: 'ranges', value: { ranges } } });
    read.end();
    await Array.fromAsync(openFetch(holderOf(storage, ticket), never));
    await read.next('finished');
    expect(read.seen.has('message')).toBe(isSaid);
  });

  test('two jobs at once write two volumes; one volume is not given to both', async () => {
    const storage = await startStorage();
    const [one, two] = [openAppend(storage, 1), openAppend(storage, 2)];
    const tickets = [await one.next('opened'), await two.next('opened')];
    for (const append of [one, two]) {
      await append.next('volumeWanted');
      await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.CREATE) } });
      if (append === one) await one.next('volumeMounted');
    }
    expect(await two.next('volumeWanted')).toMatchObject({ problemCode: 'busy', problemVolume: 'A' });
    await two.send({ command: { $case: 'useVolume', value: volume('B', UseMode.CREATE) } });
    for (const opened of tickets) {
      const store = openStore(holderOf(storage, opened), never);
      for (const member of await membersFor(opened)) await store.write(member);
      expect(await store.finish()).toEqual({ complete: true, reason: '' });
    }
    for (const name of ['A', 'B']) expect(listWithTar(volumeBytes(storage.device, name)).status).toBe(0);
  });

  test('a Director that dies ends the session; its ticket is worth nothing then', async () => {
    const storage = await startStorage();
    const append = openAppend(storage, 1);
    const opened = await append.next('opened');
    await append.next('volumeWanted');
    await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.CREATE) } });
    await append.next('volumeMounted');
    const store = openStore(holderOf(storage, opened), never);
    const [first] = await membersFor(opened);
    await store.write(first!);
    await expect.poll(() => storage.sessions.running[0]?.status().bytes).toBeGreaterThan(0);
    append.leave();
    await expect(store.failed).rejects.toThrow('The Director broke off its connection');
    await expect.poll(() => storage.sessions.running).toEqual([]);
    expect(storage.sessions.terminated).toMatchObject([{ jobId: 1, status: 'E' }]);
    await expect(holderOf(storage, opened).ready(5000)).rejects.toThrow();
    expect((await backUp(storage, 'A', UseMode.APPEND)).finished.status).toBe('T');
  });

  test('a file daemon that dies ends the session, and the Director hears why', async () => {
    const storage = await startStorage();
    const append = openAppend(storage, 1);
    const opened = await append.next('opened');
    await append.next('volumeWanted');
    await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.CREATE) } });
    const dying = new AbortController();
    const store = openStore(holderOf(storage, opened), dying.signal);
    const [first] = await membersFor(opened);
    await store.write(first!);
    await expect.poll(() => storage.sessions.running[0]?.status().bytes).toBeGreaterThan(0);
    dying.abort(new Error('killed'));
    expect(await append.next('finished')).toMatchObject({
      status: 'E',
      reason: 'The file daemon broke off its connection before the job was complete',
    });
  });

  test('a ticket lets its holder store into its own session and nothing else', async () => {
    const storage = await startStorage();
    const append = openAppend(storage, 1);
    const opened = await append.next('opened');
    const holder = holderOf(storage, opened);
    const refusal = { code: 'NET_ROLE_REFUSED' };
    await expect(unary<StatusResponse>((reply) => holder.client.status({}, reply))).rejects.toMatchObject(
      refusal,
    );
    const label = { volumeName: 'X', poolName: '', mediaType: 'File', deviceName: 'FileStorage' };
    await expect(unary<LabelResponse>((reply) => holder.client.label(label, reply))).rejects.toMatchObject(
      refusal,
    );
    await expect(Array.fromAsync(openFetch(holder, never))).rejects.toThrow(
      'This ticket is not one to fetch with',
    );

    await append.next('volumeWanted');
    await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.CREATE) } });
    const store = openStore(holder, never);
    const foreign = blocksOf(await piecesOf(files, 8192), opened.volSessionId + 1);
    await store.write(foreign[0]!);
    expect((await append.next('finished')).reason).toContain('The file daemon sent a member of session 2/');
    const stranger = { ...opened, ticketSecret: Buffer.alloc(32, 1) };
    await expect(holderOf(storage, stranger).ready(5000)).rejects.toThrow();
  });

  test('neither a console nor a Director that may only look can write', async () => {
    const storage = await startStorage();
    const asConsole = openAppend(storage, 1, { role: 'console', name: 'c' });
    await expect(asConsole.next('opened')).rejects.toMatchObject({ code: 'NET_ROLE_REFUSED' });
    const monitor = { role: 'director', name: 'monitor-dir' } as const;
    const asMonitor = openAppend(storage, 1, monitor);
    await expect(asMonitor.next('opened')).rejects.toThrow('Monitor = yes');
    const status = await unary<StatusResponse>((reply) =>
      storage.connectAs(monitor).client.status({}, reply),
    );
    expect(status.name).toBe('zebulon-sd');
  });

  test('more jobs than Maximum Concurrent Jobs are refused, with the numbers', async () => {
    const storage = await startStorage({ sessionsMax: 1 });
    const first = openAppend(storage, 1);
    await first.next('opened');
    await expect(openAppend(storage, 2).next('opened')).rejects.toThrow(
      'already has 1 jobs, its Maximum Concurrent Jobs',
    );
    await first.send({ command: { $case: 'abort', value: { reason: 'Job canceled' } } });
    expect((await first.next('finished')).reason).toBe('Job canceled');
    await expect.poll(() => storage.sessions.running).toEqual([]);
    await openAppend(storage, 3).next('opened');
  });

  test('truncate leaves a volume its label and nothing else, and a job can go on with it', async () => {
    const storage = await startStorage();
    await backUp(storage, 'A');
    const { client } = storage.connectAs(director);
    const request = { volumeName: 'A', poolName: 'Default', mediaType: 'File', deviceNames: ['FileStorage'] };
    const truncate = () => unary<TruncateResponse>((reply) => client.truncate(request, reply));
    const before = volumeBytes(storage.device, 'A').length;
    const { freedBytes, volumeBytes: left } = await truncate();
    expect([freedBytes, left]).toEqual([before - left, volumeBytes(storage.device, 'A').length]);
    expect((await truncate()).freedBytes).toBe(0);
    expect((await backUp(storage, 'A', UseMode.RECYCLE)).finished.status).toBe('T');
  });

  test('truncate touches no volume that a job has open, no file with another label, and none that is not there', async () => {
    const storage = await startStorage();
    await backUp(storage, 'A');
    const { client } = storage.connectAs(director);
    const truncate = (volumeName: string) =>
      unary<TruncateResponse>((reply) =>
        client.truncate(
          { volumeName, poolName: 'P', mediaType: 'File', deviceNames: ['FileStorage'] },
          reply,
        ),
      );
    renameSync(join(storage.device.path, 'A'), join(storage.device.path, 'B'));
    const bytes = volumeBytes(storage.device, 'B');
    await expect(truncate('B')).rejects.toThrow('has the label of Volume "A"');
    await expect(truncate('A')).rejects.toThrow('Volume "A" on device');
    await expect(truncate('../B')).rejects.toMatchObject({ code: 'SD_VOLUME_LABEL' });
    expect(volumeBytes(storage.device, 'B').equals(bytes)).toBe(true);
    renameSync(join(storage.device.path, 'B'), join(storage.device.path, 'A'));
    using _reading = storage.device.claim('A', 'read');
    await expect(truncate('A')).rejects.toMatchObject({ code: 'SD_VOLUME_BUSY' });
    expect(volumeBytes(storage.device, 'A').equals(bytes)).toBe(true);
  });

  test('label makes a volume once', async () => {
    const storage = await startStorage({ device: { labelMedia: false } });
    const { client } = storage.connectAs(director);
    const request = {
      volumeName: 'Manual-0001',
      poolName: 'Default',
      mediaType: 'File',
      deviceName: 'FileStorage',
    };
    const label = (volumeName: string) =>
      unary<LabelResponse>((reply) => client.label({ ...request, volumeName }, reply));
    const { volumeBytes: bytes, ...where } = await label('Manual-0001');
    expect(where).toEqual({ deviceName: 'FileStorage', archiveDevice: storage.device.path });
    expect(volumeBytes(storage.device, 'Manual-0001')).toHaveLength(bytes);
    await expect(label('Manual-0001')).rejects.toMatchObject({ code: 'SD_VOLUME_EXISTS' });
    await expect(label('bad name/1')).rejects.toThrow('Illegal character " " in a volume name.');
    expect(existsSync(storage.device.placeOf('bad name').path)).toBe(false);
  });

  test('status shows what runs, what it waits for, what ended, and the devices', async () => {
    const storage = await startStorage();
    const { client } = storage.connectAs(director);
    const status = () => unary<StatusResponse>((reply) => client.status({}, reply));
    expect(await unary<HelloResponse>((reply) => client.hello({}, reply))).toEqual({
      name: 'zebulon-sd',
      version: '0.1.0',
      platform: 'test',
    });
    await backUp(storage, 'A');
    const append = openAppend(storage, 5);
    await append.next('volumeWanted');
    expect(await status()).toMatchObject({
      jobsRun: 1,
      running: [{ jobId: 5, direction: 'append', waitingFor: 'an appendable Volume', volumeName: '' }],
      terminated: [{ jobId: 1, status: 'T', files: 1 }],
      devices: [{ name: 'FileStorage', archiveDevice: storage.device.path, mounted: [] }],
    });
    await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.APPEND) } });
    await append.next('volumeMounted');
    await expect.poll(async () => (await status()).running[0]?.waitingFor).toBe('the Client to connect');
    const [device] = (await status()).devices;
    expect(device!.mounted).toMatchObject([{ volumeName: 'A', writing: true, jobId: 5 }]);
    expect(device!.freeBytes).toBeGreaterThan(0);
  });

  test('a daemon that stops takes no new job, and cuts back those that do not end in time', async () => {
    const storage = await startStorage();
    const append = openAppend(storage, 1);
    await append.next('volumeWanted');
    const closed = storage.sessions.close(10);
    await expect(openAppend(storage, 2).next('opened')).rejects.toThrow('The storage daemon is stopping');
    expect(await append.next('finished')).toMatchObject({
      status: 'E',
      reason: 'The storage daemon was stopped',
    });
    await closed;
  });
});

describe('a copy', () => {
  /** All of a session on Volume A-Full-0001, as a part of the new stream. */
  function partOf({ volSessionId, volSessionTime }: AppendOpened, { blocks, records }: Durable) {
    const { firstBlock, volumeOffset, streamOffset, memberBytes, contentBytes } = blocks!;
    const session = { volSessionId, volSessionTime };
    const blockCount = memberBytes.length;
    const streamBytes = contentBytes.reduce((sum, bytes) => sum + bytes, 0);
    return {
      stretches: [{ ...session, streamOffset, streamBytes }],
      ranges: [{ ...session, volumeName: 'A-Full-0001', volumeOffset, firstBlock, blockCount }],
      records,
    };
  }

  /** The append session of a copy, which writes on Volume Copy-0001. */
  async function openWriter(to: Storage) {
    const append = openAppend(to, 2);
    const opened = await append.next('opened');
    await append.next('volumeWanted');
    await append.send({ command: { $case: 'useVolume', value: volume('Copy-0001', UseMode.CREATE) } });
    return { append, opened };
  }

  async function copy(from: Storage, to: Storage, port: number) {
    const { opened: old, durable } = await backUp(from, 'A-Full-0001');
    const { append, opened } = await openWriter(to);
    const read = openRead(from, 3, { ...opened, address: '127.0.0.1', port, storageName: 'zebulon-sd' });
    await read.next('opened');
    await read.send({ command: { $case: 'part', value: partOf(old, durable) } });
    await read.send({ command: { $case: 'end', value: { files: 2, contentBytes: 30_700 } } });
    read.end();
    const copied = await append.next('durable');
    return { copied, finished: await append.next('finished'), readFinished: await read.next('finished') };
  }

  async function expectCopied(from: Storage, to: Storage, port: number): Promise<void> {
    const { copied, finished, readFinished } = await copy(from, to, port);
    expect(readFinished).toMatchObject({ status: 'T', errors: 0 });
    expect(finished).toMatchObject({ status: 'T', files: 2, errors: 0 });
    expect(copied.blocks?.contentBytes.length).toBeGreaterThan(2);
    expect(listWithTar(volumeBytes(to.device, 'Copy-0001'))).toMatchObject({
      names: ['one/a', 'one/b'],
      status: 0,
    });
  }

  test('goes from volume to volume of one storage daemon, without a connection', async () => {
    const storage = await startStorage({ device: { maximumConcurrentJobs: 1 } });
    await expectCopied(storage, storage, 1);
  });

  test('goes to another storage daemon with the ticket of its session', async () => {
    const [from, to] = [await startStorage(), await startStorage()];
    await expectCopied(from, to, to.port);
  });

  test('tries the other storage daemon again while it cannot be reached, and says so', async () => {
    const [from, to] = [await startStorage(), await startStorage()];
    const address = '127.0.0.9';
    const { append, opened } = await openWriter(to);
    const target = { ...opened, address, port: to.port, storageName: 'zebulon-sd' };
    const read = openRead(from, 3, target);
    expect((await read.next('message')).text).toBe(
      `Could not connect to Storage daemon on ${address}:${to.port}. ERR=Connection refused\nRetrying ...`,
    );
    await using _line = await Relay.open(address, to.port);
    await read.send({ command: { $case: 'end', value: { files: 0, contentBytes: 0 } } });
    read.end();
    expect(await append.next('finished')).toMatchObject({ status: 'T', errors: 0 });
    expect(await read.next('finished')).toMatchObject({ status: 'T', errors: 0 });
  });

  test('tries the storage daemon that it fetches from again, and says so', async () => {
    const [from, to] = [await startStorage(), await startStorage()];
    const address = '127.0.0.9';
    const { opened: old, durable } = await backUp(from, 'A-Full-0001');
    const { append, opened } = await openWriter(to);
    const maker = openRead(to, 3, { ...opened, address: '', port: 1, storageName: 'zebulon-sd' });
    const source = openRead(from, 4);
    const ticket = await source.next('opened');
    await maker.send({
      command: { $case: 'source', value: { ...ticket, address, port: from.port, storageName: 'Old' } },
    });
    const part = partOf(old, durable);
    await source.send({ command: { $case: 'ranges', value: { ranges: part.ranges } } });
    source.end();
    await maker.send({ command: { $case: 'part', value: part } });
    await maker.send({ command: { $case: 'end', value: { files: 2, contentBytes: 30_700 } } });
    maker.end();
    expect((await maker.next('message')).text).toBe(
      `Could not connect to Storage daemon on ${address}:${from.port}. ERR=Connection refused\nRetrying ...`,
    );
    await using _line = await Relay.open(address, from.port);
    expect(await append.next('finished')).toMatchObject({ status: 'T', files: 2, errors: 0 });
    expect(await maker.next('finished')).toMatchObject({ status: 'T', errors: 0 });
  });

  test('ends both sessions when the other storage daemon is not there', async () => {
    const [from, to] = [await startStorage({ clientConnectTimeoutMs: 0 }), await startStorage()];
    const { opened } = await backUp(from, 'A-Full-0001');
    const append = openAppend(to, 2);
    const ticket = await append.next('opened');
    const target = { ...ticket, address: '127.0.0.1', port: 1, storageName: 'zebulon-sd' };
    const read = openRead(from, 3, target);
    const finished = await read.next('finished');
    expect(finished.status).toBe('E');
    expect(finished.reason).toContain('zebulon-sd');
    expect(opened.volSessionId).toBe(1);
    append.leave();
  });
});
