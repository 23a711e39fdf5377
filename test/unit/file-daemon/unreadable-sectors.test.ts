import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileType } from '../../../proto/noctule/record/v1/file_record.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup, contentOf } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { isRoot } from './support/readable-tree.ts';
import { makeSparse } from './support/sparse-file.ts';

const PAGE = 4096;
const MIB = 1024 * 1024;

/** Content of which every page can be found again. */
function pages(label: string, count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, page) => Buffer.alloc(PAGE, `<${label}:${page}>`.padEnd(16))),
  );
}

/** btrfs answers EIO for a page whose checksum is wrong: a disk with bad sectors, wherever they are wanted. */
class DiskWithBadPages implements Disposable {
  readonly #root = temporaryDirectory();
  readonly #image = join(this.#root.path, 'disk');
  readonly path = join(this.#root.path, 'mounted');

  /** Undefined where there is no btrfs, or no loop device. */
  static make(write: (directory: string) => void, badPages: readonly Buffer[]): DiskWithBadPages | undefined {
    const disk = new DiskWithBadPages();
    if (disk.#prepare(write, badPages)) return disk;
    disk[Symbol.dispose]();
    return undefined;
  }

  #prepare(write: (directory: string) => void, badPages: readonly Buffer[]): boolean {
    mkdirSync(this.path);
    writeFileSync(this.#image, '');
    truncateSync(this.#image, 128 * MIB);
    if (spawnSync('mkfs.btrfs', ['-q', this.#image]).status !== 0 || !this.#mount()) return false;
    write(this.path);
    execFileSync('umount', [this.path]);
    for (const page of badPages) this.#spoil(page);
    return this.#mount();
  }

  #mount(): boolean {
    return spawnSync('mount', ['-o', 'loop', this.#image, this.path]).status === 0;
  }

  #spoil(page: Buffer): void {
    const fd = openSync(this.#image, 'r+');
    try {
      const piece = Buffer.alloc(MIB);
      for (let at = 0; readSync(fd, piece, 0, MIB, at) > 0; at += MIB) {
        const found = piece.indexOf(page);
        if (found >= 0) return void writeSync(fd, 'spoilt', at + found);
      }
    } finally {
      closeSync(fd);
    }
    throw new Error('The page is not on the disk');
  }

  [Symbol.dispose](): void {
    spawnSync('umount', [this.path]);
    this.#root[Symbol.dispose]();
  }
}

describe.runIf(isRoot)('a file on a disk with bad sectors', () => {
  const SPARSE_BYTES = 16 * MIB;
  let disk: DiskWithBadPages | undefined;
  beforeAll(() => {
    disk = DiskWithBadPages.make(
      (directory) => {
        writeFileSync(join(directory, 'large'), pages('large', 800));
        writeFileSync(join(directory, 'early'), pages('early', 800));
        writeFileSync(join(directory, 'small'), pages('small', 3));
        makeSparse(join(directory, 'sparse'), SPARSE_BYTES, [0, 8 * MIB], 4 * MIB);
        const fd = openSync(join(directory, 'sparse'), 'r+');
        writeSync(fd, pages('sparse', 1), 0, PAGE, 8 * PAGE);
        closeSync(fd);
        writeFileSync(join(directory, 'whole'), pages('whole', 3));
      },
      [
        ...[300, 301, 700].map((page) => pages('large', 701).subarray(page * PAGE, (page + 1) * PAGE)),
        pages('early', 1),
        pages('small', 1),
        pages('sparse', 1),
      ],
    );
  });
  afterAll(() => disk?.[Symbol.dispose]());

  it('is saved but for these, when it is large, and left out when nothing of it has left yet', (context) => {
    if (disk === undefined) return context.skip('no btrfs on a loop device here');
    const backup = collectBackup(fileSet([include([disk.path], [options()])]));
    const { records, notices, result, stream } = backup;
    const saved = records.filter(({ type }) => type === FileType.REGULAR);
    expect(saved.map(({ path }) => path.toString().split('/').at(-1))).toEqual(['large', 'whole']);
    expect(notices.map(({ text }) => text.replace(`${disk!.path}/`, ''))).toEqual([
      'Could not read "early": ERR=Input/output error',
      `Could not read all of "large": ERR=Input/output error; ${797 * PAGE} of ${800 * PAGE} bytes; the rest is saved as zeros`,
      'Could not read "small": ERR=Input/output error',
      'Could not read "sparse": ERR=Input/output error',
    ]);
    expect(result.errors).toBe(4);

    const expected = pages('large', 800);
    for (const page of [300, 301, 700]) expected.fill(0, page * PAGE, (page + 1) * PAGE);
    expect(contentOf(backup, saved[0]!).equals(expected)).toBe(true);
    execFileSync('tar', ['-tf', '-'], { input: stream, stdio: 'pipe' });
  });
});
