import { randomBytes } from 'node:crypto';
import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UseMode, type Durable, type ReadRange } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import type { Device } from '../../../storage-daemon/device.ts';
import { ReadSession, type BlockSink, type ReadEvent } from '../../../storage-daemon/read-session.ts';
import { decodeBlockContent } from '../../../volume/block.ts';
import { parseMemberHeader } from '../../../volume/member.ts';
import { WakeUp } from '../../../storage-daemon/wake-up.ts';
import {
  SESSION_TIME,
  labelMember,
  piecesOf,
  sessionMembers,
  type SampleFile,
} from '../volume/sample-volume.ts';
import {
  FakeDirector,
  openSession,
  runSession,
  sampleDevice,
  scratchDirectory,
  volume,
} from './append-harness.ts';
import { errno, faultyFiles, type Faults } from './faulty-files.ts';

const blockBytes = 8192;
const noise = randomBytes(100_000);
const job: SampleFile[] = [
  { name: 'one/a', content: noise.subarray(0, 5000) },
  { name: 'one/big', content: noise },
  { name: 'one/c', content: noise.subarray(0, 5000) },
];

/** A job on volumes V0, V1 ..., and where the catalog has its blocks. */
async function writtenJob(faults: Faults = {}, volumeBytesMax = 40_000) {
  const device = sampleDevice(scratchDirectory(), {}, faultyFiles(faults));
  const director = new FakeDirector((_, count) => volume(`V${count}`, UseMode.CREATE, { volumeBytesMax }));
  const session = openSession({ volSessionId: 1, devices: [device], director });
  await runSession(session, (await sessionMembers(job, { volSessionId: 1, blockBytes })).slice(1));
  const pieces = await piecesOf(job, blockBytes);
  return {
    device,
    ranges: director.durable.flatMap(rangesOf),
    contents: pieces.map(({ content }) => content),
  };
}

function rangesOf({ volumeName, blocks }: Durable): ReadRange[] {
  if (blocks === undefined) return [];
  const { firstBlock, volumeOffset, memberBytes } = blocks;
  const session = { volSessionId: 1, volSessionTime: SESSION_TIME };
  return [{ volumeName, ...session, volumeOffset, firstBlock, blockCount: memberBytes.length }];
}

async function* asyncOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

function openRead(
  devices: Device[],
  ranges: Iterable<ReadRange>,
  clientConnectTimeoutMs = 60_000,
  forCopy = false,
) {
  const events: ReadEvent[] = [];
  const session = new ReadSession({
    open: {
      jobId: 9,
      job: 'Restore.2026-11-21_03.50.00_09',
      deviceNames: ['FileStorage'],
      mediaType: 'File',
      forCopy,
    },
    devices,
    ranges: asyncOf(ranges),
    send: async (event) => void events.push(event),
    onFault: (error) => expect.fail(`A bug: ${String(error)}`),
    clientConnectTimeoutMs,
    wakeUp: new WakeUp(),
  });
  const texts = () => events.flatMap((event) => (event.$case === 'message' ? [event.value.text] : []));
  return { session, events, texts };
}

async function fetchAll(devices: Device[], ranges: Iterable<ReadRange>) {
  const { session, events, texts } = openRead(devices, ranges);
  const blocks: Buffer[] = [];
  const sink: BlockSink = { write: async (member) => void blocks.push(Buffer.from(member)) };
  const [finished] = await Promise.all([session.run(), session.fetch(sink, new AbortController().signal)]);
  expect(events.at(-1)).toEqual({ $case: 'finished', value: finished });
  const numbers = blocks.map((block) => parseMemberHeader(block)!.blockNumber);
  return {
    finished,
    texts: texts(),
    blocks,
    numbers,
    contents: blocks.map((block) => decodeBlockContent(block)),
  };
}

function damage(device: Device, volumeName: string, at: number): void {
  const { path } = device.placeOf(volumeName);
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

describe('a read session', () => {
  test('sends the blocks of all ranges in order, over several volumes, records left out', async () => {
    const { device, ranges, contents } = await writtenJob();
    expect(new Set(ranges.map(({ volumeName }) => volumeName)).size).toBeGreaterThan(2);
    const result = await fetchAll([device], ranges);
    expect(result.finished).toMatchObject({ status: 'T', reason: '', blocks: contents.length, errors: 0 });
    expect(Buffer.concat(result.contents).equals(Buffer.concat(contents))).toBe(true);
    expect(result.texts[0]).toBe(`Ready to read from volume "V0" on File device ${device.text}.`);
    expect(result.texts[1]).toBe(`Forward spacing Volume "V0" to addr=${ranges[0]!.volumeOffset}`);
    expect(result.texts.at(-1)).toMatch(/^Elapsed time=00:00:01, Transfer rate=/);
  });

  test('sends just the blocks that are asked for', async () => {
    const { device, ranges, contents } = await writtenJob({}, 0);
    const [all] = ranges;
    const { memberBytes } = await firstMembers(device, all!);
    const one = { ...all!, firstBlock: 2, blockCount: 2, volumeOffset: all!.volumeOffset + memberBytes };
    const result = await fetchAll([device], [one, one]);
    expect(result.numbers).toEqual([2, 3, 2, 3]);
    expect(result.contents[0]!.equals(contents[2]!)).toBe(true);
  });

  async function firstMembers(device: Device, range: ReadRange): Promise<{ memberBytes: number }> {
    const bytes = readFileSync(device.placeOf(range.volumeName).path);
    const first = parseMemberHeader(bytes.subarray(range.volumeOffset))!;
    const second = parseMemberHeader(bytes.subarray(range.volumeOffset + first.memberBytes))!;
    return { memberBytes: first.memberBytes + second.memberBytes };
  }

  test('leaves out a damaged block, naming volume and block, and sends the rest', async () => {
    const { device, ranges, contents } = await writtenJob({}, 0);
    const { memberBytes } = await firstMembers(device, ranges[0]!);
    const third = ranges[0]!.volumeOffset + memberBytes;
    for (const at of [third + 5, third + 100]) {
      damage(device, 'V0', at);
      const result = await fetchAll([device], ranges);
      expect(result.numbers).toEqual([...contents.keys()].filter((number) => number !== 2));
      expect(result.finished).toMatchObject({
        status: 'W',
        errors: 1,
        reason: '1 ranges of blocks could not be read whole',
      });
      expect(result.texts).toContain(
        `Block 2 of session 1/${SESSION_TIME} on Volume "V0": damaged, at byte ${third}; left out`,
      );
      damage(device, 'V0', at); // and back
    }
  });

  test('reads around sectors that the disk cannot read', async () => {
    const { device, ranges, contents } = await writtenJob({}, 0);
    const badFrom = 24_576;
    const badDisk = sampleDevice(
      device.path,
      {},
      {
        ...faultyFiles({}),
        open: async (path, flags) => {
          const file = await faultyFiles({}).open(path, flags);
          return {
            ...file,
            read: async (target: Buffer, offset: number, length: number, position: number) => {
              if (position < badFrom + 4096 && position + length > badFrom) throw errno('EIO');
              return file.read(target, offset, length, position);
            },
          };
        },
      },
    );
    const result = await fetchAll([badDisk], ranges);
    expect(result.finished.status).toBe('W');
    expect(result.numbers.length).toBeGreaterThanOrEqual(contents.length - 2);
    for (const [i, number] of result.numbers.entries()) {
      expect(result.contents[i]!.equals(contents[number]!)).toBe(true);
    }
  });

  test('says so when the blocks are not where the catalog has them', async () => {
    const { device, ranges } = await writtenJob({}, 0);
    const elsewhere = [
      { ...ranges[0]!, volSessionId: 77, blockCount: 3 },
      { ...ranges[0]!, volumeOffset: ranges[0]!.volumeOffset - 10, blockCount: 1 },
      { ...ranges[0]!, firstBlock: 40, blockCount: 1 },
      { ...ranges[0]!, volumeOffset: 10_000_000, blockCount: 1 },
    ];
    const result = await fetchAll([device], elsewhere);
    expect(result.texts.filter((text) => text.endsWith('left out'))).toEqual([
      `Blocks 0 to 2 of session 77/${SESSION_TIME} on Volume "V0": not found from byte ${ranges[0]!.volumeOffset} on, where the catalog has the range; left out`,
      `Block 40 of session 1/${SESSION_TIME} on Volume "V0": not found from byte ${ranges[0]!.volumeOffset} on, where the catalog has the range; left out`,
      `Block 0 of session 1/${SESSION_TIME} on Volume "V0": not found from byte 10000000 on, where the catalog has the range; left out`,
    ]);
    expect(result.numbers).toEqual([0]); // found again a few bytes further on
  });

  test('gives what is left of a truncated volume, and of volumes of which one is gone or swapped', async () => {
    const { device, ranges, contents } = await writtenJob();
    truncateSync(device.placeOf('V0').path, ranges[0]!.volumeOffset + 12_000);
    unlinkSync(device.placeOf('V1').path);
    writeFileSync(device.placeOf('V2').path, labelMember('Other'));
    const result = await fetchAll([device], ranges);
    expect(result.finished).toMatchObject({ status: 'W', errors: 3 });
    expect(result.texts).toContain(
      `Volume "V1" on device ${device.text} does not exist; its blocks are left out`,
    );
    expect(result.texts).toContain(
      `Volume "V2" on device ${device.text} has the label of Volume "Other"; its blocks are left out`,
    );
    const lost = ranges.filter(({ volumeName }) => ['V0', 'V1', 'V2'].includes(volumeName));
    const lostBlocks = lost.reduce((sum, { blockCount }) => sum + blockCount, 0);
    expect(result.numbers).toEqual(
      [...contents.keys()].filter((number) => number === 0 || number >= lostBlocks),
    );
  });

  test('finds each volume on the device that has it', async () => {
    const { device, ranges } = await writtenJob();
    const empty = sampleDevice(scratchDirectory(), { name: 'Empty' });
    const result = await fetchAll([empty, device], ranges);
    expect(result.finished.status).toBe('T');
  });

  test('reads no further ahead than a window while the file daemon does not take blocks', async () => {
    const { device, ranges } = await writtenJob();
    let rangesTaken = 0;
    function* counted() {
      for (const range of ranges) yield (rangesTaken++, range);
    }
    const { session } = openRead([device], counted());
    const { promise: taken, resolve: take } = Promise.withResolvers<void>();
    const first = Promise.withResolvers<void>();
    const sink: BlockSink = { write: () => (first.resolve(), taken) };
    const done = Promise.all([session.run(), session.fetch(sink, new AbortController().signal)]);
    await first.promise;
    expect(rangesTaken).toBe(1);
    take();
    await done;
    expect(rangesTaken).toBe(ranges.length);
  });

  test('ends when the file daemon goes, or never comes', async () => {
    const { device, ranges } = await writtenJob();
    const gone = new AbortController();
    const { session } = openRead([device], ranges);
    const sink: BlockSink = { write: () => (gone.abort(), new Promise(() => {})) };
    const fetched = session.fetch(sink, gone.signal).catch((error: unknown) => error);
    expect(await session.run()).toMatchObject({
      status: 'E',
      reason: expect.stringContaining('broke off') as string,
    });
    expect(await fetched).toMatchObject({ code: 'SD_SESSION_CUT_SHORT' });

    const lonely = openRead([device], ranges, 20).session;
    expect(await lonely.run()).toMatchObject({
      status: 'E',
      reason: expect.stringContaining('did not connect') as string,
    });
  });

  test('for a copy waits as long as the Director does', async () => {
    const [written, another] = [await writtenJob(), await writtenJob()];
    const { session } = openRead([written.device], written.ranges, 1, true);
    const ended = session.run();
    // The time that clients have is over: the copy has read all the while what lies before.
    const { reason } = await openRead([another.device], another.ranges, 1).session.run();
    expect(reason).toContain('did not connect');
    expect(await Promise.race([ended, Promise.resolve('waits')])).toBe('waits');
    const sink: BlockSink = { write: async () => {} };
    await session.fetch(sink, new AbortController().signal);
    expect(await ended).toMatchObject({ status: 'T' });
  });

  test('keeps a volume from being recycled while it is read', async () => {
    const { device, ranges } = await writtenJob();
    const { session } = openRead([device], ranges);
    let problem: string | undefined;
    const sink: BlockSink = {
      async write() {
        if (problem !== undefined) return;
        const director = new FakeDirector(
          (wanted) => ((problem = wanted.problem), volume('V0', UseMode.RECYCLE)),
        );
        const recycling = openSession({ volSessionId: 2, devices: [device], director });
        director.onEvent = (event) => {
          if (event.$case === 'volumeWanted' && event.value.problemCode === 'busy') {
            problem = event.value.problem;
            recycling.abort('seen');
          }
        };
        await runSession(recycling, []);
      },
    };
    const [finished] = await Promise.all([session.run(), session.fetch(sink, new AbortController().signal)]);
    expect(problem).toBe(`Volume "V0" on device ${device.text} is in use by another job`);
    expect(finished.status).toBe('T');
  });
});
