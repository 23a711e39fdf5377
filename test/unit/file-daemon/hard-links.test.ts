import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstNames } from '../../../file-daemon/walk/first-names.ts';
import { HardLinks } from '../../../file-daemon/walk/hard-links.ts';
import { LinkedInodes, type InodeStat } from '../../../file-daemon/walk/linked-inodes.ts';

function inode(ino: bigint, nlink: number, dev = 1n): InodeStat {
  return { ino, nlink, dev };
}

/** Numbers that lie together, that differ in their high bits only, and any. */
const ino = fc.oneof(
  fc.bigInt(1n, 40n),
  fc.bigInt(0n, 3n).map((high) => (high << 32n) + 7n),
  fc.bigInt(0n, (1n << 64n) - 1n),
);
const stats = fc.record({
  ino,
  nlink: fc.integer({ min: 1, max: 4 }),
  dev: fc.constantFrom(1n, 2n, 1n << 40n),
});

describe('what is remembered of inodes with several names', () => {
  it('is the same as in a plain map, whatever comes in which order', () => {
    fc.assert(
      fc.property(fc.array(stats, { maxLength: 400 }), (sequence) => {
        const inodes = new LinkedInodes();
        const model = new Map<string, { value: number; namesLeft: number }>();
        for (const [value, { ino, nlink, dev }] of sequence.entries()) {
          const stat = inode(ino, nlink, dev);
          const key = `${dev}:${ino}`;
          const known = nlink > 1 ? model.get(key) : undefined;
          const expected = known && { value: known.value, isLast: --known.namesLeft === 0 };
          if (expected?.isLast === true) model.delete(key);
          expect(inodes.take(stat)).toEqual(expected);
          if (expected !== undefined) continue;
          inodes.remember(stat, value);
          if (nlink > 1) model.set(key, { value, namesLeft: nlink - 1 });
        }
        expect(inodes.size).toBe(model.size);
      }),
    );
  });

  it('may be much, and is all forgotten when all names were seen', () => {
    const inodes = new LinkedInodes();
    const numbers = Array.from({ length: 5000 }, (_, index) => index);
    for (const number of numbers) inodes.remember(inode(BigInt(number) * 16n, 2), number);
    const taken = numbers.map((number) => inodes.take(inode(BigInt(number) * 16n, 2))?.value);
    expect(taken).toEqual(numbers);
    expect(inodes.size).toBe(0);
  });
});

describe('the first names of files', () => {
  it('come back as they were kept, of any length and directory, while others go', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '\n', '\xff'), minLength: 1, maxLength: 255 });
    const path = fc.oneof(
      fc.tuple(fc.constantFrom('/', '/d/', '/d/e/'), name).map(([directory, file]) => directory + file),
      fc.constantFrom(`/${'long/'.repeat(20_000)}file`, 'no slash', `/${'d'.repeat(65_000)}/f`),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.boolean()), { maxLength: 600 }), (sequence) => {
        const names = new FirstNames();
        const kept = new Map<number, { path: string; fileIndex: number }>();
        for (const [fileIndex, [path, drops]] of sequence.entries()) {
          const number = names.keep({ path, fileIndex });
          expect(kept.has(number)).toBe(false);
          expect(number).toBeLessThan(2 ** 32);
          kept.set(number, { path, fileIndex });
          const [oldest] = kept.keys();
          if (!drops || oldest === undefined) continue;
          names.drop(oldest);
          kept.delete(oldest);
        }
        for (const [number, first] of kept) expect(names.get(number)).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });

  it('are told to each further name, as often as the file has one', () => {
    const links = new HardLinks();
    const stat = inode(5n, 3);
    expect(links.known(stat)).toBeUndefined();
    links.remember(stat, { path: '/a/first', fileIndex: 9 });
    const first = { path: '/a/first', fileIndex: 9 };
    expect([links.known(stat), links.known(stat), links.known(stat)]).toEqual([first, first, undefined]);
  });
});
