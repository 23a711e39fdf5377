import { describe, expect, it } from 'vitest';
import { compareByLetters, mayHaveOtherContent } from '../../../file-daemon/backup/accurate-letters.ts';
import { recordOf } from '../../../file-daemon/backup/record-of.ts';
import type { EntryStat } from '../../../native/statx.ts';
import { FileType } from '../../../proto/noctule/record/v1/file_record.ts';

const STAT: EntryStat = {
  dev: 1n,
  ino: 42n,
  mode: 0o100644,
  nlink: 1,
  uid: 1000,
  gid: 100,
  size: 5000,
  blocks: 16,
  rdev: 0n,
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 123,
  ctimeSeconds: 1_700_000_100,
  ctimeNanoseconds: 456,
  atimeSeconds: 1_700_000_200,
  atimeNanoseconds: 789,
  flags: [],
};

function changed(changes: Partial<EntryStat>): EntryStat {
  return { ...STAT, ...changes };
}

const BEFORE = recordOf('/f', STAT, FileType.REGULAR);
const compare = (letters: string, stat: EntryStat, changedSince = false) =>
  compareByLetters(letters, stat, BEFORE, changedSince);

describe('the letters of accurate', () => {
  it.each([
    ['i', changed({ ino: 43n })],
    ['p', changed({ mode: 0o100600 })],
    ['n', changed({ nlink: 2 })],
    ['u', changed({ uid: 0 })],
    ['g', changed({ gid: 0 })],
    ['s', changed({ size: 5001 })],
    ['d', changed({ size: 4999 })],
    ['a', changed({ atimeNanoseconds: STAT.atimeNanoseconds + 1 })],
    ['m', changed({ mtimeNanoseconds: STAT.mtimeNanoseconds - 1 })],
    ['c', changed({ ctimeNanoseconds: STAT.ctimeNanoseconds + 1 })],
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
    expect(compare('d', changed({ size: 6000 }))).toBe('same');
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
      expect(compare(`${digit}m`, changed({ mtimeSeconds: 0 }))).toBe('changed');
    }
  });

  it('another type is a change, whatever the letters', () => {
    expect(compare('', changed({ mode: 0o120777 }))).toBe('changed');
  });

  it('directories have neither size nor content to compare', () => {
    const directory = changed({ mode: 0o040755, size: 4096 });
    const before = recordOf('/d', directory, FileType.DIRECTORY);
    expect(compareByLetters('s1', changed({ mode: 0o040755, size: 8192 }), before, false)).toBe('same');
  });

  it('a symbolic link has the length of its target to compare, and no content', () => {
    const link = changed({ mode: 0o120777, size: 7 });
    const before = recordOf('/l', link, FileType.SYMLINK);
    expect(compareByLetters('s1', link, before, false)).toBe('same');
    expect(compareByLetters('s', changed({ mode: 0o120777, size: 8 }), before, false)).toBe('changed');
  });

  it('a further name of a file may have other content when size, mtime or ctime differ', () => {
    const before = recordOf('/l', STAT, FileType.HARD_LINK);
    expect(compareByLetters('1', STAT, before, false)).toBe('ask content');
    expect(mayHaveOtherContent(STAT, before)).toBe(false);
    expect(mayHaveOtherContent(changed({ nlink: 7, uid: 0, atimeSeconds: 0 }), before)).toBe(false);
    for (const change of [{ size: 1 }, { mtimeSeconds: 1 }, { ctimeSeconds: 1 }]) {
      expect(mayHaveOtherContent(changed(change), before)).toBe(true);
    }
  });
});
