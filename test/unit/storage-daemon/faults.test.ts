import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UseMode } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { encodeBlock } from '../../../volume/block.ts';
import { readerOf } from '../../../volume/positioned-reader.ts';
import { walkMembers } from '../../../volume/walk.ts';
import { extractWithTar, listWithTar } from '../volume/gnu-tar.ts';
import {
  SESSION_TIME,
  endMember,
  piecesOf,
  sessionMembers,
  type SampleFile,
} from '../volume/sample-volume.ts';
import {
  FakeDirector,
  directorWith,
  openSession,
  runSession,
  sampleDevice,
  scratchDirectory,
  volume,
  volumeBytes,
} from './append-harness.ts';
import { diskOf, errno, faultyFiles, type Faults } from './faulty-files.ts';
import { restoredStream } from './restored-stream.ts';

const blockBytes = 8192;
const noise = randomBytes(60_000);
const job: SampleFile[] = [
  { name: 'one/a', content: noise.subarray(0, 3000) },
  { name: 'one/big', content: noise },
  { name: 'one/c', content: noise.subarray(0, 100) },
];

async function sent(volSessionId = 1): Promise<Buffer[]> {
  return (await sessionMembers(job, { volSessionId, blockBytes })).slice(1);
}

async function jobStream(): Promise<Buffer> {
  return Buffer.concat((await piecesOf(job, blockBytes)).map(({ content }) => content));
}

/** Volumes V0, V1, ... as many as are asked for. */
const endlessVolumes = () => new FakeDirector((_, count) => volume(`V${count}`, UseMode.CREATE));

async function runWith(faults: Faults, director = endlessVolumes(), minimumFreeBytes = 0) {
  const device = sampleDevice(scratchDirectory(), { minimumFreeBytes }, faultyFiles(faults));
  const session = openSession({ volSessionId: 1, devices: [device], director });
  const outcome = await runSession(session, await sent());
  return { device, director, ...outcome };
}

async function expectWholeJob({
  device,
  director,
  finished,
}: Awaited<ReturnType<typeof runWith>>): Promise<void> {
  expect(finished).toMatchObject({ status: 'T', reason: '' });
  expect(restoredStream(device, director.durable).equals(await jobStream())).toBe(true);
  const names = [...new Set(director.durable.map(({ volumeName }) => volumeName))];
  const together = Buffer.concat(names.map((name) => volumeBytes(device, name)));
  expect(listWithTar(together)).toMatchObject({ names: ['one/a', 'one/big', 'one/c'], status: 0 });
  expect(extractWithTar(together, 'one/big').equals(noise)).toBe(true);
}

describe('a disk that fails while a job is written', () => {
  test('by writing less than it was given: nothing is lost', async () => {
    await expectWholeJob(await runWith({ write: (_, length) => Math.ceil(length / 3) }));
  });

  test('by being full in the middle of a block: the block is cut off and goes to the next volume', async () => {
    // The disk grows by the time the next volume is asked for, as if an admin had made room.
    let capacityBytes = 40_000;
    const director = endlessVolumes();
    director.onEvent = ({ $case }) => {
      if ($case === 'volumeClosed') capacityBytes = 1_000_000;
    };
    const outcome = await runWith(
      diskOf(() => capacityBytes),
      director,
    );
    await expectWholeJob(outcome);
    expect(director.closed).toMatchObject([{ volumeName: 'V0', status: 'Full' }]);
    expect(director.closed[0]!.reason).toContain('ENOSPC');
    expect(director.of('volumeWanted')[1]).toMatchObject({ problemCode: '', problemVolume: '' });
    expect(director.of('volumeWanted')[1]!.problem).toContain('No room');
    expect(director.closed[0]!.volumeBytes).toBe(volumeBytes(outcome.device, 'V0').length);
  });

  test('by being full before a volume has its first block: the job waits on it, and goes on when there is room', async () => {
    let capacityBytes = 2000;
    const director = directorWith(volume('V0', UseMode.CREATE));
    director.onEvent = (event) => {
      const isWaiting = event.$case === 'message' && event.value.text.includes('is waiting for room');
      if (isWaiting) setTimeout(() => (capacityBytes = 1_000_000), 30);
    };
    await expectWholeJob(
      await runWith(
        diskOf(() => capacityBytes),
        director,
      ),
    );
    expect(director.closed).toEqual([]);
    expect(director.texts.filter((text) => text.includes('is waiting for room'))).toHaveLength(1);
  });

  test('by being full for the label already: the job waits, and leaves no file behind meanwhile', async () => {
    let capacityBytes = 10;
    const director = directorWith(volume('V0', UseMode.CREATE));
    let leftBehind: unknown;
    const device = sampleDevice(scratchDirectory(), {}, faultyFiles(diskOf(() => capacityBytes)));
    director.onEvent = (event) => {
      if (event.$case !== 'message' || !event.value.text.includes('is waiting for room')) return;
      leftBehind = statSync(device.placeOf('V0').path, { throwIfNoEntry: false });
      capacityBytes = 1_000_000;
    };
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished } = await runSession(session, await sent());
    expect(finished.status).toBe('T');
    expect(leftBehind).toBeUndefined();
  });

  test.each([3, 4, 5, 6, 7, 8, 9, 10])(
    'with EIO at write %i: the volume is marked, the job goes on',
    async (bad) => {
      let writes = 0;
      const faults: Faults = {
        write(path, length) {
          if (path.endsWith('V0') && ++writes === bad) throw errno('EIO');
          return length;
        },
      };
      const outcome = await runWith(faults);
      await expectWholeJob(outcome);
      expect(outcome.director.closed).toMatchObject([{ volumeName: 'V0', status: 'Error' }]);
      expect(outcome.finished.errors).toBe(1);
      expect(outcome.director.texts.join('\n')).toContain(
        'Marking Volume "V0" in Error: Volume "V0" cannot be written: EIO',
      );
    },
  );

  test('with EIO when it is to sync: what is not durable goes to the next volume', async () => {
    let syncs = 0;
    const faults: Faults = {
      sync(path) {
        if (path.endsWith('V0') && ++syncs > 2) throw errno('EIO'); // the label was synced
      },
    };
    const outcome = await runWith(faults);
    await expectWholeJob(outcome);
    expect(outcome.director.closed).toMatchObject([{ volumeName: 'V0', status: 'Error' }]);
    expect(outcome.director.durable.every(({ volumeName }) => volumeName !== 'V0')).toBe(true);
  });

  test('by being full only when it is to sync: the job waits, and writes what was lost again on the same volume', async () => {
    let isFull = true;
    let labelBytes = Infinity;
    const director = directorWith(volume('V0', UseMode.CREATE));
    director.onEvent = (event) => {
      if (event.$case === 'volumeMounted') labelBytes = event.value.volumeBytes;
      const isWaiting = event.$case === 'message' && event.value.text.includes('is waiting for room');
      if (isWaiting) setTimeout(() => (isFull = false), 30);
    };
    const faults: Faults = {
      sync(path) {
        if (isFull && statSync(path).size > labelBytes) throw errno('EDQUOT');
      },
    };
    await expectWholeJob(await runWith(faults, director));
    expect(director.closed).toEqual([]);
  });

  test('by being full only when it is to sync, after blocks were durable: it goes on in the next volume', async () => {
    let syncs = 0;
    const faults: Faults = {
      sync(path) {
        if (path.endsWith('V0') && ++syncs > 3) throw errno('ENOSPC'); // two for the label, one for the first block
      },
    };
    const director = endlessVolumes();
    const device = sampleDevice(scratchDirectory(), {}, faultyFiles(faults));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const [first, ...rest] = await sent();
    async function* pausing() {
      yield first!;
      await expect.poll(() => director.durable.length, { timeout: 5000 }).toBe(1);
      yield* rest;
    }
    const outcome = await runSession(session, pausing());
    await expectWholeJob({ device, director, ...outcome });
    expect(director.closed).toMatchObject([{ volumeName: 'V0', status: 'Error' }]); // the mark does not sync either
    expect(director.closed[0]!.reason).toContain('it cannot even be marked as going on elsewhere');
  });

  test('with EIO on every volume: the job ends when the Director has no more', async () => {
    const faults: Faults = {
      write(_, length, position) {
        if (position > 0) throw errno('EIO');
        return length;
      },
    };
    const director = directorWith(volume('V0', UseMode.CREATE), volume('V1', UseMode.CREATE));
    const device = sampleDevice(scratchDirectory(), {}, faultyFiles(faults));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    director.onEvent = (event) => {
      if (event.$case === 'volumeWanted' && director.closed.length === 2) session.abort('no volumes left');
    };
    const { finished } = await runSession(session, await sent());
    expect(finished).toMatchObject({ status: 'E', reason: 'no volumes left' });
  });

  test('so that a new volume cannot be made: the Director hears why', async () => {
    const faults: Faults = {
      open(path) {
        if (path.endsWith('V0')) throw errno('EROFS');
      },
    };
    const { director, finished } = await runWith(faults);
    expect(finished.status).toBe('T');
    expect(director.of('volumeWanted')[1]).toMatchObject({ problemCode: 'io', problemVolume: 'V0' });
  });
});

describe('Minimum Free Space', () => {
  test('closes the volume before the disk is full, naming device and bytes, and the job goes on when there is room', async () => {
    let freeBytes = 20_000_000;
    let blocks = 0;
    const director = endlessVolumes();
    const faults: Faults = {
      freeBytes: () => freeBytes,
      write(path, length) {
        if (path.endsWith('V0') && length > 4000 && ++blocks === 3) freeBytes = 5_000_100;
        return length;
      },
    };
    director.onEvent = (event) => {
      const isWaiting = event.$case === 'message' && event.value.text.includes('is waiting for room');
      if (isWaiting) setTimeout(() => (freeBytes = 20_000_000), 20);
    };
    const outcome = await runWith(faults, director, 5_000_000);
    await expectWholeJob(outcome);
    const problem = `Device ${outcome.device.text} has only 5,000,100 bytes free (Minimum Free Space = 5,000,000)`;
    expect(director.closed).toMatchObject([{ volumeName: 'V0', status: 'Full', reason: problem }]);
    expect(director.of('volumeWanted')[1]!.problem).toBe(problem);
    expect(director.texts.join('\n')).toContain(
      `is waiting for room on the device. ${problem}. Free space on the disk: `,
    );
  });
});

describe('durability', () => {
  test('rule 1: nothing is reported that a sync has not covered', async () => {
    const synced = new Map<string, number>();
    const directory = scratchDirectory();
    const director = new FakeDirector((_, count) =>
      volume(`V${count}`, UseMode.CREATE, { volumeBytesMax: 30_000 }),
    );
    director.onEvent = (event) => {
      if (event.$case !== 'durable') return;
      const { volumeName, volumeBytes } = event.value;
      expect(synced.get(join(directory, volumeName))).toBeGreaterThanOrEqual(volumeBytes);
    };
    const faults: Faults = {
      async sync(path) {
        const { size } = statSync(path);
        await new Promise((resolve) => setTimeout(resolve, 5));
        synced.set(path, size);
      },
    };
    const device = sampleDevice(directory, {}, faultyFiles(faults));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished } = await runSession(session, await sent());
    expect(finished).toMatchObject({ status: 'T', reason: '' });
    expect(restoredStream(device, director.durable).equals(await jobStream())).toBe(true);
  });

  test('while the disk does not sync, no more than a window is taken from the file daemon', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const faults: Faults = { sync: (path) => (statSync(path).size > 1000 ? released : undefined) };
    const device = sampleDevice(scratchDirectory(), {}, faultyFiles(faults));
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const content = Buffer.alloc(1024 * 1024, 'incompressible enough when stored');
    const blockCount = 100;
    let taken = 0;
    function* blocks() {
      const identity = { volSessionId: 1, volSessionTime: SESSION_TIME };
      for (; taken < blockCount; taken++) {
        const place = { ...identity, blockNumber: taken, streamOffset: taken * content.length };
        yield encodeBlock({
          ...place,
          startsAtEntry: true,
          endsAtEntry: true,
          firstHeaderOffset: 0,
          content,
        });
      }
      yield endMember({ ...identity, blockNumber: blockCount, streamOffset: blockCount * content.length });
    }
    const outcome = runSession(session, blocks());
    await expect.poll(() => taken, { timeout: 20_000 }).toBeGreaterThan(30);
    await new Promise((resolve) => setTimeout(resolve, 300)); // it would go on, if it could
    expect(taken).toBeLessThan(35);
    expect(director.durable).toEqual([]);
    release();
    expect((await outcome).finished.status).toBe('T');
    expect(taken).toBe(blockCount);
  });

  test('what was written is synced soon after the last write, though nothing more comes', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const members = await sent();
    const { promise: seen, resolve } = Promise.withResolvers<void>();
    director.onEvent = ({ $case }) => {
      if ($case === 'durable') resolve();
    };
    async function* pausing() {
      yield members[0]!;
      await seen; // would wait for ever if the sync needed another member
      yield* members.slice(1);
    }
    expect((await runSession(session, pausing())).finished.status).toBe('T');
  });
});

test('a cut that fails is left to the next use of the volume', async () => {
  let isBroken = false;
  const faults: Faults = {
    write(_, length) {
      if (isBroken) throw errno('EIO');
      return length;
    },
  };
  const device = sampleDevice(scratchDirectory(), {}, faultyFiles(faults));
  const director = directorWith(volume('A', UseMode.CREATE));
  const session = openSession({ volSessionId: 1, devices: [device], director });
  const members = await sent();
  async function* dying() {
    yield* members.slice(0, 4);
    isBroken = true;
    session.abort('Job canceled');
    await new Promise(() => {});
  }
  const { finished } = await runSession(session, dying());
  expect(finished).toMatchObject({ status: 'E', reason: 'Job canceled' });
  expect(director.texts.at(-1)).toContain('is left for repair at its next use');

  isBroken = false;
  const again = directorWith(volume('A', UseMode.APPEND));
  const next = openSession({ volSessionId: 2, devices: [device], director: again });
  expect((await runSession(next, await sent(2))).finished.status).toBe('T');
  const steps = await Array.fromAsync(
    walkMembers(readerOf(volumeBytes(device, 'A')), { checkBlocksFrom: 0 }),
  );
  expect(steps.filter(({ type }) => type === 'damage')).toEqual([]);
});
