import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options, SHA1_AND_GZIP } from './support/file-sets.ts';
import { restore, save } from './support/round-trip.ts';
import { allocatedBytes, makeSparse } from './support/sparse-file.ts';
import { untar } from './support/volume-promise.ts';

const MIB = 1024 * 1024;

describe('holes', () => {
  const CASES: [string, number, number[]][] = [
    ['at the start', MIB, [MIB - 4096]],
    ['in the middle', 3 * MIB, [0, 2 * MIB]],
    ['at the end', MIB + 100, [0]],
    ['and nothing else', 5 * MIB + 1, []],
    ['at many places', 8 * MIB, Array.from({ length: 100 }, (_, index) => index * 65_536)],
    ['in a file of more than 8 GiB', 9 * 1024 * MIB + 7, [0, 8 * 1024 * MIB + 4096]],
  ];

  it('are neither read nor stored, and come back as holes', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    mkdirSync(source);
    for (const [name, size, offsets] of CASES) makeSparse(join(source, name), size, offsets);
    const dataBytes = CASES.reduce((sum, [, , offsets]) => sum + 4096 * offsets.length, 0);
    const { result } = collectBackup(fileSet([include([source], [options()])]));
    expect(result.contentBytes).toBe(dataBytes);

    using where = temporaryDirectory();
    const { errors, texts } = await restore(await save(source, options()), where.path);
    expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
    for (const [name, size] of CASES) {
      const restored = join(where.path, source, name);
      expect(statSync(restored).size, name).toBe(size);
      expect(allocatedBytes(restored), name).toBeLessThanOrEqual(allocatedBytes(join(source, name)));
      if (size < 100 * MIB) {
        expect(readFileSync(restored).equals(readFileSync(join(source, name))), name).toBe(true);
      }
    }
  }, 120_000);

  it('do not change the digest: it is that of the whole file', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'sparse');
    makeSparse(file, 3 * MIB + 5, [MIB]);
    const { records } = collectBackup(fileSet([include([file], [SHA1_AND_GZIP])]));
    expect(records[0]).toMatchObject({ sizeBytes: 3 * MIB + 5, extended: true });
    expect(records[0]!.digest.toString('hex')).toBe(
      createHash('sha1').update(readFileSync(file)).digest('hex'),
    );
  });

  it('come back from a plain tar as well', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    mkdirSync(source);
    for (const [name, size, offsets] of CASES.slice(0, 5)) makeSparse(join(source, name), size, offsets);
    makeSparse(join(source, 'long '.repeat(40)), MIB, [4096]);
    using where = temporaryDirectory();
    untar((await save(source)).members, where.path);
    expect(compareTrees(source, join(where.path, source)).differences).toEqual([]);
    expect(allocatedBytes(join(where.path, source, 'and nothing else'))).toBeLessThan(64 * 1024);
  });

  it('of a file that shrinks while it is read are saved as zeros, and that is said', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'shrinking');
    makeSparse(file, 4 * MIB, [MIB, 3 * MIB]);
    let calls = 0;
    const { notices, records } = collectBackup(fileSet([include([file], [options()])]), {
      // The first call is for the entry, the second when its first extent was read.
      beforeEntry: () => {
        if (++calls === 2) truncateSync(file, 2 * MIB);
      },
    });
    expect(notices).toMatchObject([{ type: 'notSaved' }]);
    expect(notices[0]!.text).toContain('shrank while it was read: 4096 of 8192 bytes');
    expect(records).toHaveLength(1);
  });

  it('at the end of a file that shrinks are not passed off as its content', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'shrinking');
    makeSparse(file, 4 * MIB, [0]);
    const { notices } = collectBackup(fileSet([include([file], [options()])]), {
      beforeEntry: () => truncateSync(file, MIB),
    });
    expect(notices).toMatchObject([{ type: 'notSaved' }]);
    expect(notices[0]!.text).toContain('shrank while it was read');
  });

  it('of a file that has become a directory leave nothing in the stream', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'file');
    makeSparse(file, 16 * MIB, [MIB, 8 * MIB], 3 * MIB);
    const { notices, records, stream } = collectBackup(fileSet([include([root.path], [options()])]), {
      beforeEntry: (path) => {
        if (path !== file || statSync(file).isDirectory()) return;
        rmSync(file);
        mkdirSync(file);
      },
    });
    expect(notices).toMatchObject([{ type: 'notSaved' }]);
    expect(records.map(({ path }) => path.toString())).toEqual([`${root.path}/`]);
    expect(execFileSync('tar', ['-tf', '-'], { input: stream, encoding: 'utf8' }).split('\n')).toHaveLength(
      2,
    );
  });

  it('of more bytes than can be counted are not saved, and that is said', (context) => {
    using root = temporaryDirectory('/dev/shm');
    const file = join(root.path, 'huge');
    if (spawnSync('truncate', ['-s', '9007199254740993', file]).status !== 0) {
      context.skip('the file system takes no file of 9 PB');
    }
    const { notices, records } = collectBackup(fileSet([include([file], [options()])]));
    expect(records).toEqual([]);
    expect(notices.map(({ text }) => text)).toEqual([
      `File "${file}" is not saved: it has more bytes than can be counted (9007199254740991)`,
    ]);
  });
});
