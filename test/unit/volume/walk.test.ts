import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBlock } from '../../../volume/block.ts';
import { readerOf } from '../../../volume/positioned-reader.ts';
import { findNextMember, walkMembers, type FoundMember, type WalkStep } from '../../../volume/walk.ts';
import { labelMember, layOut, placeAfter, sessionMembers } from './sample-volume.ts';

const files = (job: string, count: number, bytes: number) =>
  Array.from({ length: count }, (_, i) => ({
    name: `${job}/${i}`,
    content: Buffer.alloc(bytes, `${job}${i}`),
  }));

async function sampleMembers(): Promise<Buffer[]> {
  return [
    labelMember('A-Full-0001'),
    ...(await sessionMembers(files('one', 9, 3000), { volSessionId: 1, blockBytes: 8192 })),
    ...(await sessionMembers(files('two', 3, 30_000), { volSessionId: 2, blockBytes: 8192 })),
  ];
}

async function walk(volume: Buffer, checkBlocksFrom = 0): Promise<WalkStep[]> {
  return Array.fromAsync(walkMembers(readerOf(volume), { checkBlocksFrom }));
}

const found = (steps: WalkStep[]): FoundMember[] => steps.filter((step) => step.type === 'member');
const coveredBytes = (steps: WalkStep[]) =>
  steps.reduce((sum, step) => sum + (step.type === 'member' ? step.header.memberBytes : step.bytes), 0);

/** Every member the walk gives is, byte for byte, one that was written at that place. */
function expectOnlyWholeMembers(steps: WalkStep[], original: Buffer, members: readonly Buffer[]): void {
  const starts = new Map<number, number>();
  members.reduce((offset, { length }) => (starts.set(offset, length), offset + length), 0);
  for (const { volumeOffset, header, member } of found(steps)) {
    expect(starts.get(volumeOffset)).toBe(header.memberBytes);
    if (member)
      expect(member.equals(original.subarray(volumeOffset, volumeOffset + member.length))).toBe(true);
  }
}

describe('walking a volume', () => {
  test('gives every member in order, with or without reading the blocks', async () => {
    const members = await sampleMembers();
    const volume = layOut(members);
    const all = found(await walk(volume));
    expect(Buffer.concat(all.map(({ member }) => member!)).equals(volume)).toBe(true);
    const headersOnly = found(await walk(volume, Infinity));
    expect(headersOnly.map(({ header }) => header)).toEqual(all.map(({ header }) => header));
    expect(headersOnly.some(({ member }) => member === undefined)).toBe(true);
  });

  test('of any truncation never yields a torn member', async () => {
    const members = await sampleMembers();
    const volume = layOut(members);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(volume.length),
        fc.constantFrom(0, Infinity),
        async (bytes, checkBlocksFrom) => {
          const steps = await walk(volume.subarray(0, bytes), checkBlocksFrom);
          expectOnlyWholeMembers(steps, volume, members);
          expect(coveredBytes(steps)).toBe(bytes);
          expect(steps.filter(({ type }) => type === 'damage').length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('any flipped bit costs one member, and no more', async () => {
    const members = await sampleMembers();
    const volume = layOut(members);
    await fc.assert(
      fc.asyncProperty(fc.nat(volume.length * 8 - 1), async (bit) => {
        const damaged = Buffer.from(volume);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const steps = await walk(damaged);
        expectOnlyWholeMembers(steps, volume, members);
        expect(found(steps)).toHaveLength(members.length - 1);
        expect(coveredBytes(steps)).toBe(volume.length);
      }),
      { numRuns: 150 },
    );
  });

  test('goes on behind any stretch of overwritten bytes', async () => {
    const members = await sampleMembers();
    const volume = layOut(members);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(volume.length - 1),
        fc.integer({ min: 1, max: 20_000 }),
        async (from, length) => {
          const damaged = Buffer.from(volume);
          damaged.fill(0, from, Math.min(from + length, volume.length));
          const steps = await walk(damaged);
          expectOnlyWholeMembers(steps, damaged, members);
          let offset = 0;
          const untouched = members.filter(({ length: bytes }) => {
            const start = offset;
            offset += bytes;
            return offset <= from || start >= from + length;
          });
          expect(found(steps).length).toBeGreaterThanOrEqual(untouched.length);
          expect(coveredBytes(steps)).toBe(volume.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('is not led astray by a volume that was backed up inside a damaged block', async () => {
    const inner = layOut(await sampleMembers());
    const content = Buffer.concat([inner, Buffer.alloc(512 - (inner.length % 512))]);
    const block = encodeBlock({
      ...placeAfter([], 1),
      startsAtEntry: true,
      endsAtEntry: true,
      firstHeaderOffset: 0,
      content, // stored: the inner members stand there in clear
    });
    const [label] = [labelMember('Outer')];
    const volume = layOut([
      label,
      block,
      ...(await sessionMembers([], { volSessionId: 2, blockBytes: 512 })),
    ]);
    volume[label.length] = 0;
    const steps = await walk(volume);
    expect(steps.map((step) => (step.type === 'member' ? step.header.kind : 'damage'))).toEqual([
      1,
      'damage',
      2,
      4,
      5,
    ]);
  });

  test('begins and stops where it is told', async () => {
    const volume = layOut(await sampleMembers());
    const all = found(await walk(volume));
    const [from, to] = [all[3]!.volumeOffset, all[6]!.volumeOffset];
    const some = await Array.fromAsync(walkMembers(readerOf(volume), { from, to, checkBlocksFrom: 0 }));
    expect(found(some).map(({ volumeOffset }) => volumeOffset)).toEqual(
      all.slice(3, 6).map(({ volumeOffset }) => volumeOffset),
    );
  });
});

test('a header that lies across the border of two search chunks is found', async () => {
  const chunkBytes = 1024 * 1024;
  for (const at of [chunkBytes - 68, chunkBytes - 67, chunkBytes - 1, chunkBytes, 2 * chunkBytes - 100]) {
    const volume = Buffer.concat([Buffer.alloc(at), layOut([labelMember('A')], at)]);
    expect(await findNextMember(readerOf(volume), 0, volume.length)).toBe(at);
  }
});
