import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DeviceAction,
  UseMode,
  type ControlDeviceResponse,
  type RelabelResponse,
  type StatusResponse,
} from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { unary } from '../../../transport/streams.ts';
import { openStore } from '../../../transport/bulk.ts';
import {
  directorWith,
  openSession,
  runSession,
  sampleDevice,
  scratchDirectory,
  volume,
  volumeBytes,
} from './append-harness.ts';
import { encodeSample, sessionMembers } from '../volume/sample-volume.ts';
import { errno, faultyFiles } from './faulty-files.ts';
import { director, holderOf, openAppend, startStorage, type Storage } from './wire-harness.ts';

const files = [{ name: 'one/a', content: Buffer.alloc(30_000, 'a') }];
const never = new AbortController().signal;

async function sent(volSessionId: number): Promise<Buffer[]> {
  return (await sessionMembers(files, { volSessionId, blockBytes: 8192 })).slice(1);
}

const control = (storage: Storage, action: DeviceAction, deviceName = 'FileStorage', drive?: number) =>
  unary<ControlDeviceResponse>((reply) =>
    storage.connectAs(director).client.controlDevice({ deviceName, action, drive }, reply),
  );

const statusOf = (storage: Storage) =>
  unary<StatusResponse>((reply) => storage.connectAs(director).client.status({}, reply));

type Append = ReturnType<typeof openAppend>;

/** Until the session's messages say this. */
async function said(append: Append, what: string): Promise<string> {
  for (;;) {
    const { text } = await append.next('message');
    if (text.includes(what)) return text;
  }
}

/** Runs a job to its end on a volume, in a session that is open. */
async function goOn(storage: Storage, append: Append, opened: Awaited<ReturnType<typeof openedOf>>) {
  await append.next('volumeWanted');
  await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.CREATE) } });
  const store = openStore(holderOf(storage, opened), never);
  for (const member of await encodeSample(files, { ...opened, blockBytes: 8192 })) await store.write(member);
  await store.finish();
  return append.next('finished');
}

const openedOf = (append: Append) => append.next('opened');

describe.each([
  [DeviceAction.UNMOUNT, DeviceAction.MOUNT, 'unmounted'],
  [DeviceAction.DISABLE, DeviceAction.ENABLE, 'disabled'],
] as const)('an admin takes a device out of use (%i)', (out, back, word) => {
  test('jobs wait for it, say so, and go on when it is back', async () => {
    const storage = await startStorage();
    const { devices } = await control(storage, out);
    expect(devices).toMatchObject([{ changed: true, text: expect.stringContaining(` ${word}.`) as string }]);
    expect(devices[0]!.device?.problem).toContain(`it was ${word} at the console`);
    expect((await control(storage, out)).devices[0]).toMatchObject({ changed: false });

    const append = openAppend(storage, 1);
    const opened = await openedOf(append);
    expect(await said(append, 'is waiting for a drive')).toContain(`it was ${word} at the console`);
    const { running, devices: states } = await statusOf(storage);
    expect(running).toMatchObject([{ jobId: 1, waitingFor: 'a drive' }]);
    expect(states).toMatchObject([{ [word]: true, sessions: 0 }]);

    expect(await append.next('waiting')).toEqual({ waitingFor: 'a drive' });
    await control(storage, back);
    expect(await append.next('waiting')).toEqual({ waitingFor: '' });
    expect(await goOn(storage, append, opened)).toMatchObject({ status: 'T' });
    expect((await statusOf(storage)).devices).toMatchObject([{ [word]: false, problem: '' }]);
  });

  test('a job that has a volume goes on with it', async () => {
    const storage = await startStorage();
    const append = openAppend(storage, 1);
    const opened = await openedOf(append);
    await append.next('volumeWanted');
    await append.send({ command: { $case: 'useVolume', value: volume('A', UseMode.CREATE) } });
    await append.next('volumeMounted');
    const [controlled] = (await control(storage, out)).devices;
    expect(controlled!.text).toContain(`${word}; JobId 1 (Volume "A") may go on with what is open.`);
    const store = openStore(holderOf(storage, opened), never);
    for (const member of await encodeSample(files, { ...opened, blockBytes: 8192 }))
      await store.write(member);
    await store.finish();
    expect(await append.next('finished')).toMatchObject({ status: 'T' });
  });
});

test('a drive that is named by its number is controlled alone, or is not there', async () => {
  const storage = await startStorage();
  const { devices } = await control(storage, DeviceAction.UNMOUNT, 'FileStorage', 0);
  expect(devices).toMatchObject([{ changed: true, device: { name: 'FileStorage' } }]);
  await expect(control(storage, DeviceAction.UNMOUNT, 'FileStorage', 1)).rejects.toThrow(
    '"FileStorage" has no drive 1',
  );
});

test('devices that nobody knows, or that the conf disables, cannot be controlled', async () => {
  const storage = await startStorage({ device: { enabled: false } });
  await expect(control(storage, DeviceAction.MOUNT, 'Tape')).rejects.toThrow(
    'Storage daemon "zebulon-sd" has no Device or Autochanger "Tape"',
  );
  await expect(control(storage, DeviceAction.ENABLE)).rejects.toThrow('its resource says "Enabled = no"');
});

test('mount and release of a device that is in use as always say so and change nothing', async () => {
  const storage = await startStorage();
  const texts = [];
  for (const action of [DeviceAction.MOUNT, DeviceAction.RELEASE, DeviceAction.ENABLE]) {
    texts.push((await control(storage, action)).devices[0]!.text.replace(/ ""FileStorage" \(.*\)"/, ''));
  }
  expect(texts).toEqual([
    '3906 File device is always mounted.',
    '3921 Device already released.',
    '3003 Device already enabled.',
  ]);
});

test('beyond Maximum Concurrent Jobs of the device a job waits for a drive, and gets it when another ends', async () => {
  const storage = await startStorage({ device: { maximumConcurrentJobs: 1 } });
  const first = openAppend(storage, 1);
  await first.next('volumeWanted');
  const second = openAppend(storage, 2);
  const opened = await openedOf(second);
  expect(await said(second, 'is waiting for a drive')).toContain(
    'it already has 1 jobs, its Maximum Concurrent Jobs',
  );
  await first.send({ command: { $case: 'abort', value: { reason: 'Job canceled' } } });
  expect(await goOn(storage, second, opened)).toMatchObject({ status: 'T' });
});

describe('relabel', () => {
  async function relabel(storage: Storage, oldVolumeName: string, volumeName: string) {
    const request = { oldVolumeName, volumeName, poolName: 'New', mediaType: 'File' };
    return unary<RelabelResponse>((reply) =>
      storage.connectAs(director).client.relabel({ ...request, deviceNames: ['FileStorage'] }, reply),
    );
  }

  async function withVolume(): Promise<Storage> {
    const storage = await startStorage();
    const append = openAppend(storage, 1);
    await goOn(storage, append, await openedOf(append));
    return storage;
  }

  test('leaves an empty volume of the new name, to which a job can go, and nothing of the old', async () => {
    const storage = await withVolume();
    const before = volumeBytes(storage.device, 'A').length;
    const { freedBytes, volumeBytes: left } = await relabel(storage, 'A', 'B');
    expect(freedBytes).toBe(before - left);
    expect(statSync(storage.device.placeOf('A').path, { throwIfNoEntry: false })).toBeUndefined();
    const session = openSession({
      volSessionId: 7,
      devices: [storage.device],
      director: directorWith(volume('B', UseMode.APPEND, { expectedVolumeBytes: left })),
    });
    expect((await runSession(session, await sent(7))).finished.status).toBe('T');
  });

  test('touches nothing when the label is another, when the new name is taken, or while the volume is read', async () => {
    const storage = await withVolume();
    const bytes = volumeBytes(storage.device, 'A');
    renameSync(storage.device.placeOf('A').path, storage.device.placeOf('X').path);
    await expect(relabel(storage, 'X', 'B')).rejects.toThrow('has the label of Volume "A"');
    renameSync(storage.device.placeOf('X').path, storage.device.placeOf('A').path);
    const append = openAppend(storage, 2);
    const opened = await openedOf(append);
    await append.next('volumeWanted');
    await append.send({ command: { $case: 'useVolume', value: volume('B', UseMode.CREATE) } });
    await append.next('volumeMounted');
    await expect(relabel(storage, 'A', 'B')).rejects.toMatchObject({ code: 'SD_VOLUME_BUSY' });
    const store = openStore(holderOf(storage, opened), never);
    for (const member of await encodeSample(files, { ...opened, blockBytes: 8192 }))
      await store.write(member);
    await store.finish();
    await append.next('finished');
    await expect(relabel(storage, 'A', 'B')).rejects.toMatchObject({ code: 'SD_VOLUME_EXISTS' });
    using _reading = storage.device.claim('A', 'read');
    await expect(relabel(storage, 'A', 'C')).rejects.toMatchObject({ code: 'SD_VOLUME_BUSY' });
    expect(volumeBytes(storage.device, 'A').equals(bytes)).toBe(true);
  });
});

describe('a disk that is not there', () => {
  async function written(path: string) {
    mkdirSync(path, { recursive: true });
    const device = sampleDevice(path);
    const session = openSession({
      volSessionId: 1,
      devices: [device],
      director: directorWith(volume('A', UseMode.CREATE)),
    });
    await runSession(session, await sent(1));
    return device;
  }

  /** The disk goes, a job comes, waits, the disk comes back. */
  async function comesBack(away: (path: string) => void, back: (path: string) => void) {
    const path = join(scratchDirectory(), 'disk');
    const device = await written(path);
    const expectedVolumeBytes = volumeBytes(device, 'A').length;
    away(path);
    const director = directorWith(
      ...Array<ReturnType<typeof volume>>(10_000).fill(volume('A', UseMode.APPEND, { expectedVolumeBytes })),
    );
    let isBack = false;
    director.onEvent = (event) => {
      if (isBack || event.$case !== 'message' || !event.value.text.includes('is waiting for its device'))
        return;
      isBack = true;
      back(path);
    };
    const session = openSession({ volSessionId: 2, devices: [device], director });
    const { finished } = await runSession(session, await sent(2));
    expect(finished).toMatchObject({ status: 'T', errors: 0 });
    expect(director.closed).toEqual([]);
    expect(director.of('volumeWanted').at(-1)).toMatchObject({ problemCode: 'device', problemVolume: 'A' });
    return director.texts.find((text) => text.includes('is waiting for its device'));
  }

  test('makes the job wait, not the volume bad: its directory is missing', async () => {
    const text = await comesBack(
      (path) => renameSync(path, `${path}-away`),
      (path) => renameSync(`${path}-away`, path),
    );
    expect(text).toContain('cannot be used: ENOENT');
  });

  test('makes the job wait, not the volume bad: its directory is an empty mount point', async () => {
    const text = await comesBack(
      (path) => {
        renameSync(path, `${path}-away`);
        mkdirSync(path);
      },
      (path) => {
        rmSync(path, { recursive: true });
        renameSync(`${path}-away`, path);
      },
    );
    expect(text).toMatch(/is the disk of device .* not mounted\?/);
  });

  test('among other volumes that are there makes a single missing one a missing one', async () => {
    const device = await written(join(scratchDirectory(), 'disk'));
    const director = directorWith(volume('B', UseMode.APPEND), volume('A', UseMode.APPEND));
    const session = openSession({ volSessionId: 2, devices: [device], director });
    expect((await runSession(session, await sent(2))).finished.status).toBe('T');
    expect(director.of('volumeWanted')[1]).toMatchObject({ problemCode: 'missing', problemVolume: 'B' });
  });

  test('with Requires Mount is not taken for the directory it is mounted on', () => {
    const directory = scratchDirectory();
    const device = sampleDevice(directory, { mountPoint: directory });
    expect(() => device.enter('write')).toThrow(`no file system is mounted on ${directory}`);
    expect(device.problem).toContain('Requires Mount = yes');
    expect(readdirSync(directory)).toEqual([]);
    expect(sampleDevice('/proc', { mountPoint: '/proc', readOnly: true }).problem).toBeUndefined();
  });
});

test('a volume that is write-protected is named so: it may be read, and the Director marks it', async () => {
  const files = faultyFiles({
    open(path, flags) {
      if (path.endsWith('/A') && flags === 'r+') throw errno('EACCES');
    },
  });
  const device = sampleDevice(scratchDirectory(), {}, files);
  const director = directorWith(
    volume('A', UseMode.CREATE),
    volume('A', UseMode.APPEND),
    volume('B', UseMode.CREATE),
  );
  for (const volSessionId of [1, 2]) {
    const session = openSession({ volSessionId, devices: [device], director });
    expect((await runSession(session, await sent(volSessionId))).finished.status).toBe('T');
  }
  expect(director.of('volumeWanted').at(-1)).toMatchObject({
    problemCode: 'protected',
    problem: expect.stringContaining('is write-protected: EACCES') as string,
  });
});
