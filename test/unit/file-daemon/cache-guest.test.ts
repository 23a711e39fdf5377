import { closeSync, fsyncSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageCache } from '../../../native/page-cache.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';

const native = pageCache();
const MIB = 1024 * 1024;

function withFile<T>(file: string, use: (fd: number) => T): T {
  const fd = openSync(file, 'r+');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

const cachedPages = (file: string, offset: number, length: number) =>
  withFile(file, (fd) => native!.cachedPages(fd, offset, length));

/** Writes the file and takes it out of the cache. */
function makeCold(file: string, bytes: number): void {
  writeFileSync(file, Buffer.alloc(bytes, 'c'));
  withFile(file, (fd) => {
    fsyncSync(fd);
    native!.drop(fd, 0, bytes);
  });
}

/** Whether files here lie in a page cache that can be emptied: not so on tmpfs. */
function isOnDisk(directory: string): boolean {
  const probe = join(directory, 'probe');
  makeCold(probe, MIB);
  return cachedPages(probe, 0, MIB) === 0;
}

describe.runIf(native !== undefined)('a backup leaves the page cache', () => {
  it.each([100, 60_000, 5 * MIB + 100])('as it was: %i bytes that were not in it are not', (bytes) => {
    using root = temporaryDirectory();
    if (!isOnDisk(root.path)) return;
    const file = join(root.path, 'cold');
    makeCold(file, bytes);
    collectBackup(fileSet([include([file], [options()])]));
    expect(cachedPages(file, 0, bytes)).toBe(0);
  });

  it('as it was: a file that was in it stays', () => {
    using root = temporaryDirectory();
    if (!isOnDisk(root.path)) return;
    const file = join(root.path, 'warm');
    makeCold(file, 3 * MIB);
    readFileSync(file);
    collectBackup(fileSet([include([file], [options()])]));
    expect(cachedPages(file, 0, 3 * MIB)).toBe((3 * MIB) / 4096);
  });

  it('as it was: of a file half in it, that half stays', () => {
    using root = temporaryDirectory();
    if (!isOnDisk(root.path)) return;
    const file = join(root.path, 'half');
    makeCold(file, 16 * MIB);
    withFile(file, (fd) => readSync(fd, Buffer.alloc(MIB), 0, MIB, 0));
    collectBackup(fileSet([include([file], [options()])]));
    expect(cachedPages(file, 0, MIB)).toBe(MIB / 4096);
    expect(cachedPages(file, 8 * MIB, 8 * MIB)).toBe(0);
  });
});
