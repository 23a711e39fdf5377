import type { BigIntStats } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareByLetters, mayHaveOtherContent } from '../../../file-daemon/backup/accurate-letters.ts';
import { recordOf } from '../../../file-daemon/backup/record-of.ts';
import { FileType } from '../../../proto/noctule/record/v1/file_record.ts';

const NS = 1_000_000_000n;

const STAT = {
  dev: 1n,
  ino: 42n,
  mode: 0o100644n,
  nlink: 1n,
  uid: 1000n,
  gid: 100n,
  size: 5000n,
  blocks: 16n,
  rdev: 0n,
  mtimeNs: 1_700_000_000n * NS + 123n,
  ctimeNs: 1_700_000_100n * NS + 456n,
  atimeNs: 1_700_000_200n * NS + 789n,
} as unknown as BigIntStats;

function changed(changes: Partial<Record<keyof BigIntStats, bigint>>): BigIntStats {
  return { ...STAT, ...changes } as BigIntStats;
}

const BEFORE = recordOf('/f', STAT, FileType.REGULAR);
const compare = (letters: string, stat: BigIntStats, changedSince = false) =>
  compareByLetters(letters, stat, BEFORE, changedSince);

describe('the letters of accurate', () => {
  it.each([
    ['i', changed({ ino: 43n })],
    ['p', changed({ mode: 0o100600n })],
    ['n', changed({ nlink: 2n })],
    ['u', changed({ uid: 0n })],
    ['g', changed({ gid: 0n })],
    ['s', changed({ size: 5001n })],
    ['d', changed({ size: 4999n })],
    ['a', changed({ atimeNs: STAT.atimeNs + 1n })],
    ['m', changed({ mtimeNs: STAT.mtimeNs - 1n })],
    ['c', changed({ ctimeNs: STAT.ctimeNs + 1n })],
  ])('%s sees its own change, and no other letter does', (letter, stat) => {
    expect(compare(letter, stat)).toBe('changed');
    const others = [...'ipnugsdamc'].filter(
      // A size that decreased is another size as well.
      (other) => other !== letter && !(letter === 'd' && other === 's'),
    );
    expect(compare(others.join(''), stat)).toBe('same');
    expect(compare('ipnugsdamc', STAT)).toBe('same');
  });

  it('d sees no size that has grown', () => {
    expect(compare('d', changed({ size: 6000n }))).toBe('same');
  });

  it('A always saves, M goes by the since time as an Incremental does', () => {
    expect(compare('A', STAT)).toBe('changed');
    expect(compare('M', STAT, true)).toBe('changed');
    expect(compare('M', STAT, false)).toBe('same');
    expect(compare('mcs', STAT, true)).toBe('same');
  });

  it('a digest is asked for only where nothing cheaper has changed', () => {
    for (const digit of '1235') {
      expect(compare(`m${digit}`, STAT)).toBe('ask content');
      expect(compare(`${digit}m`, changed({ mtimeNs: 0n }))).toBe('changed');
    }
  });

  it('another type is a change, whatever the letters', () => {
    expect(compare('', changed({ mode: 0o120777n }))).toBe('changed');
  });

  it('directories have neither size nor content to compare', () => {
    const directory = changed({ mode: 0o040755n, size: 4096n });
    const before = recordOf('/d', directory, FileType.DIRECTORY);
    expect(compareByLetters('s1', changed({ mode: 0o040755n, size: 8192n }), before, false)).toBe('same');
  });

  it('a symbolic link has the length of its target to compare, and no content', () => {
    const link = changed({ mode: 0o120777n, size: 7n });
    const before = recordOf('/l', link, FileType.SYMLINK);
    expect(compareByLetters('s1', link, before, false)).toBe('same');
    expect(compareByLetters('s', changed({ mode: 0o120777n, size: 8n }), before, false)).toBe('changed');
  });

  it('a further name of a file may have other content when size, mtime or ctime differ', () => {
    const before = recordOf('/l', STAT, FileType.HARD_LINK);
    expect(compareByLetters('1', STAT, before, false)).toBe('ask content');
    expect(mayHaveOtherContent(STAT, before)).toBe(false);
    expect(mayHaveOtherContent(changed({ nlink: 7n, uid: 0n, atimeNs: 0n }), before)).toBe(false);
    for (const change of [{ size: 1n }, { mtimeNs: 1n }, { ctimeNs: 1n }]) {
      expect(mayHaveOtherContent(changed(change), before)).toBe(true);
    }
  });
});
