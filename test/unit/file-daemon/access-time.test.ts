import { lstatSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';

describe('the access time of a file that is read', () => {
  it.each([
    ['noatime', options({ noAtime: true })],
    ['keepatime', options({ keepAtime: true })],
  ])('stays as it was with %s', (_, block) => {
    using root = temporaryDirectory();
    const path = join(root.path, 'file');
    writeFileSync(path, 'content');
    // Older than the mtime: reading would move it, also with relatime.
    utimesSync(path, 1000.5, 2000.25);
    collectBackup(fileSet([include([root.path], [block])]));
    expect(lstatSync(path)).toMatchObject({ atimeMs: 1_000_500, mtimeMs: 2_000_250 });
  });
});
