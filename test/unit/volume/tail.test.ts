import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readerOf } from '../../../volume/positioned-reader.ts';
import { findTail, type VolumeTail } from '../../../volume/tail.ts';
import {
  blocksOf,
  endMember,
  labelMember,
  layOut,
  piecesOf,
  placeAfter,
  recordsMember,
  sessionMembers,
  startMember,
  type SampleFile,
} from './sample-volume.ts';

const file = (name: string, bytes: number): SampleFile => ({ name, content: Buffer.alloc(bytes, name) });
const label = labelMember('A-Full-0001');
const blockBytes = 8192;

const bytesOf = (members: readonly Buffer[]) => members.reduce((sum, { length }) => sum + length, 0);

async function tailOf(volume: Buffer, syncedBytes?: number): Promise<VolumeTail> {
  const { wholeBytes, cutBytes, lastSession } = await findTail(readerOf(volume), syncedBytes);
  return { wholeBytes, cutBytes, lastSession };
}

describe('the tail of a volume', () => {
  test('with nothing but a label is the end of the label', async () => {
    expect(await tailOf(layOut([label]))).toEqual({
      wholeBytes: label.length,
      cutBytes: label.length,
      lastSession: undefined,
    });
  });

  test('whose last session ended is the end of that session', async () => {
    const members = [label, ...(await sessionMembers([file('a', 3000)], { volSessionId: 1, blockBytes }))];
    const tail = await tailOf(layOut(members));
    expect(tail.wholeBytes).toBe(bytesOf(members));
    expect(tail.cutBytes).toBe(bytesOf(members));
    expect(tail.lastSession?.status).toBe('T');
  });

  test('of a session that did not end lies behind its last entry boundary, records that follow included', async () => {
    const pieces = await piecesOf([file('a', 3000), file('big', 30_000)], blockBytes);
    expect(pieces.length).toBeGreaterThan(3);
    const [first, ...rest] = blocksOf(pieces, 5);
    const kept = [label, startMember(5), first!, recordsMember(placeAfter(pieces.slice(0, 1), 5))];
    const tail = await tailOf(layOut([...kept, ...rest.slice(0, 2)]));
    expect(tail.wholeBytes).toBe(bytesOf([...kept, ...rest.slice(0, 2)]));
    expect(tail.cutBytes).toBe(bytesOf(kept));
    expect(tail.lastSession).toEqual({ status: undefined, place: placeAfter(pieces.slice(0, 1), 5) });
  });

  test('of a session that died inside its first file lies behind its session-start', async () => {
    const blocks = blocksOf(await piecesOf([file('big', 60_000)], blockBytes), 5);
    const tail = await tailOf(layOut([label, startMember(5), ...blocks.slice(0, 4)]));
    expect(tail.cutBytes).toBe(bytesOf([label, startMember(5)]));
    expect(tail.lastSession).toEqual({ status: undefined, place: placeAfter([], 5) });
  });

  test('is found at every truncation, and always at the end of a whole member', async () => {
    const sessions = [
      await sessionMembers([file('a', 3000), file('b', 20_000), file('c', 10)], {
        volSessionId: 1,
        blockBytes,
      }),
      await sessionMembers([file('d', 20_000), file('e', 3000)], { volSessionId: 2, blockBytes }),
    ];
    const members = [label, ...sessions.flat()];
    const volume = layOut(members);
    const ends = new Set<number>();
    members.reduce((offset, { length }) => (ends.add(offset + length), offset + length), 0);
    for (let bytes = label.length; bytes <= volume.length; bytes++) {
      const tail = await tailOf(volume.subarray(0, bytes));
      expect(ends.has(tail.cutBytes)).toBe(true);
      expect(tail.wholeBytes).toBe(Math.max(...[...ends].filter((end) => end <= bytes)));
      expect(tail.cutBytes).toBeLessThanOrEqual(tail.wholeBytes);
    }
  });

  test('is found from behind, far from the start of its session, without reading all of the volume', async () => {
    const noise = randomBytes(1024 * 1024);
    const big: SampleFile = { name: 'big', content: Buffer.concat(Array.from({ length: 20 }, () => noise)) };
    const pieces = await piecesOf([file('a', 3000), big], 1024 * 1024);
    const blocks = blocksOf(pieces, 3);
    const open = layOut([label, startMember(3), ...blocks.slice(0, -1)]);
    const openTail = await tailOf(open, open.length);
    expect(openTail.cutBytes).toBe(bytesOf([label, startMember(3), blocks[0]!]));

    const ended = layOut([label, startMember(3), ...blocks, endMember(placeAfter(pieces, 3))]);
    expect(ended.length).toBeGreaterThan(16 * 1024 * 1024);
    const reader = readerOf(ended);
    let lowest = ended.length;
    await findTail(
      { ...reader, readAt: (at, target) => ((lowest = Math.min(lowest, at)), reader.readAt(at, target)) },
      ended.length,
    );
    expect(lowest).toBeGreaterThan(ended.length / 2);
  });

  describe('when bytes in it are damaged', () => {
    const damage = (volume: Buffer, at: number): Buffer => {
      const copy = Buffer.from(volume);
      copy[at]! ^= 1;
      return copy;
    };

    test('ends before the damage when that lies behind what was synced', async () => {
      const first = [label, ...(await sessionMembers([file('a', 3000)], { volSessionId: 1, blockBytes }))];
      const second = await sessionMembers([file('d', 20_000)], { volSessionId: 2, blockBytes });
      const volume = damage(layOut([...first, ...second]), bytesOf(first) + 20);
      const tail = await tailOf(volume, bytesOf(first));
      expect(tail).toMatchObject({ wholeBytes: bytesOf(first), cutBytes: bytesOf(first) });
      expect(tail.lastSession?.status).toBe('T');
    });

    test('goes on behind the damage when that was synced once, or when nobody knows', async () => {
      const first = [label, ...(await sessionMembers([file('a', 3000)], { volSessionId: 1, blockBytes }))];
      const second = await sessionMembers([file('d', 20_000)], { volSessionId: 2, blockBytes });
      const volume = damage(layOut([...first, ...second]), bytesOf(first) + 20);
      for (const syncedBytes of [volume.length, undefined]) {
        const tail = await tailOf(volume, syncedBytes);
        expect(tail).toMatchObject({ wholeBytes: volume.length, cutBytes: volume.length });
      }
    });

    test('is the session-end of a cut whose leftovers were not yet truncated', async () => {
      const pieces = await piecesOf([file('a', 3000), file('big', 60_000)], blockBytes);
      const [first, ...rest] = blocksOf(pieces, 5);
      const volume = layOut([label, startMember(5), first!, ...rest]);
      const cut = bytesOf([label, startMember(5), first!]);
      const end = layOut([endMember(placeAfter(pieces.slice(0, 1), 5), 'E')], cut);
      end.copy(volume, cut);
      const tail = await tailOf(volume, volume.length);
      expect(tail).toMatchObject({ wholeBytes: cut + end.length, cutBytes: cut + end.length });
      expect(tail.lastSession?.status).toBe('E');
    });
  });
});
