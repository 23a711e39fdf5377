import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathFromBytes, type BytePath } from '../../../file-daemon/byte-path.ts';
import {
  isUnchangedSince,
  splitTime,
  statIfThere,
  statOfEntry,
  statOfOpen,
} from '../../../file-daemon/walk/entry-stat.ts';
import { statx } from '../../../native/statx.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** What lstat says, in the shape of statx. */
function byNode(path: Buffer) {
  const stat = lstatSync(path, { bigint: true });
  const { dev, ino, rdev } = stat;
  const numbers = (['mode', 'nlink', 'uid', 'gid', 'size', 'blocks'] as const).map((key) => [
    key,
    Number(stat[key]),
  ]);
  const times = (['atime', 'mtime', 'ctime'] as const).flatMap((key) => {
    const { seconds, nanoseconds } = splitTime(stat[`${key}Ns`]);
    return [
      [`${key}Seconds`, seconds],
      [`${key}Nanoseconds`, nanoseconds],
    ];
  });
  return { dev, ino, rdev, ...Object.fromEntries([...numbers, ...times]) } as object;
}

describe('the attributes of an entry', () => {
  it('are those that lstat tells, whatever it is and however it is named', () => {
    using root = temporaryDirectory();
    const at = (name: string) => join(root.path, name);
    const odd = Buffer.concat([Buffer.from(`${root.path}/`), Buffer.from([0xe9, 0x0a, 0xff])]);
    writeFileSync(odd, 'content');
    writeFileSync(at('first'), '');
    linkSync(at('first'), at('second'));
    symlinkSync('first', at('link'));
    symlinkSync('nowhere', at('dangling'));
    mkdirSync(at('directory'));
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 2 ** 40 + 1);
    writeFileSync(at('old'), '');
    execFileSync('touch', ['-d', '1901-12-14 00:00:00.25 UTC', at('old')]);
    const paths = [
      odd,
      ...['first', 'link', 'dangling', 'directory', 'pipe', 'large', 'old'].map((name) =>
        Buffer.from(at(name)),
      ),
      ...['/', '/dev/null', '/proc/self', '/sys'].map((path) => Buffer.from(path)),
    ];
    for (const path of paths) {
      const bytePath: BytePath = pathFromBytes(path);
      expect(statOfEntry(bytePath), bytePath).toEqual({ ...byNode(path), flags: [] });
      expect(statx()?.entry(bytePath), bytePath).toBeDefined();
    }
  });

  it('of an open file are those of the file', () => {
    using root = temporaryDirectory();
    const path = join(root.path, 'f');
    writeFileSync(path, 'content');
    const fd = openSync(path, 'r');
    try {
      expect(statOfOpen(fd)).toEqual(statOfEntry(path));
    } finally {
      closeSync(fd);
    }
  });

  it('cannot be had of what is not there, or has too long a path', () => {
    using root = temporaryDirectory();
    const gone = join(root.path, 'gone');
    expect(() => statOfEntry(gone)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(statIfThere(gone)).toBeUndefined();
    const long = `/${'x'.repeat(5000)}`;
    expect(() => statOfEntry(long)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  });
});

describe('a file is skipped when mtime < since and (option mtimeonly, or ctime < since)', () => {
  const SINCE = { seconds: 1000, nanoseconds: 500 };
  const [earlier, same, later] = [-1, 0, 1].map((by) => ({ ...SINCE, nanoseconds: SINCE.nanoseconds + by }));
  const secondBefore = { seconds: 999, nanoseconds: 999 };

  it.each([
    [earlier, earlier, { byBoth: true, byMtime: true }],
    [secondBefore, secondBefore, { byBoth: true, byMtime: true }],
    [earlier, same, { byBoth: false, byMtime: true }],
    [earlier, later, { byBoth: false, byMtime: true }],
    [same, earlier, { byBoth: false, byMtime: false }],
    [later, earlier, { byBoth: false, byMtime: false }],
  ])('mtime %o, ctime %o', (mtime, ctime, isSkipped) => {
    using root = temporaryDirectory();
    const stat = {
      ...statIfThere(pathFromBytes(Buffer.from(root.path)))!,
      ...{ mtimeSeconds: mtime!.seconds, mtimeNanoseconds: mtime!.nanoseconds },
      ...{ ctimeSeconds: ctime!.seconds, ctimeNanoseconds: ctime!.nanoseconds },
    };
    expect(isUnchangedSince(stat, SINCE, false)).toBe(isSkipped.byBoth);
    expect(isUnchangedSince(stat, SINCE, true)).toBe(isSkipped.byMtime);
  });
});
