import { readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { cachedPages, isOnDisk, makeCold, native, withFile } from './support/cold-files.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';

const MIB = 1024 * 1024;

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
