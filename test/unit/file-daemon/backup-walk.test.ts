import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DigestAlgorithm, FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup, contentOf, type CollectedBackup } from './support/collected-backup.ts';
import { fileSet, include, options, SHA1_AND_GZIP } from './support/file-sets.ts';
import { makeReadableTree } from './support/readable-tree.ts';

const EARLIER = new Date('2020-01-01T00:00:00Z');

function recordOf({ records }: CollectedBackup, path: string): FileRecord {
  const record = records.find((one) => one.path.toString() === path);
  if (record === undefined) throw new Error(`There is no record of ${path}`);
  return record;
}

function sha1(content: Buffer | string): string {
  return createHash('sha1').update(content).digest('hex');
}

function saveAll(directory: string, more: Parameters<typeof collectBackup>[1] = {}, block = SHA1_AND_GZIP) {
  return collectBackup(fileSet([include([directory], [block])]), more);
}

describe('the stream of a backup', () => {
  it('gives GNU tar the same tree, with one of everything in it', () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    const target = join(root.path, 'target');
    makeReadableTree(source);
    mkdirSync(target);
    const { stream, notices } = saveAll(source);
    execFileSync('tar', ['-xpf', '-', '--numeric-owner', '-C', target], { input: stream, stdio: 'pipe' });
    expect(notices).toEqual([]);
    expect(compareTrees(source, join(target, source)).differences).toEqual([]);
  });

  it('has a record for each entry: dense numbers, places that follow one another, after the block that ends it', () => {
    using root = temporaryDirectory();
    makeReadableTree(root.path);
    const backup = saveAll(root.path);
    const { records, result, stream, streamBytesAtRecord } = backup;
    expect(records.map(({ fileIndex }) => fileIndex)).toEqual(records.map((_, index) => index + 1));
    expect(result).toMatchObject({ files: records.length, streamBytes: stream.length, errors: 0 });
    let offset = 0;
    for (const [index, record] of records.entries()) {
      expect(record.streamOffset).toBe(offset);
      offset += record.streamBytes;
      expect(streamBytesAtRecord[index]).toBeGreaterThanOrEqual(offset);
    }
    expect(offset).toBe(stream.length);
  });

  it('drops leading names with strippath, in records, in the archive, and in what hard links lead to', () => {
    using root = temporaryDirectory();
    const tree = join(root.path, 'tree');
    mkdirSync(join(tree, 'sub'), { recursive: true });
    writeFileSync(join(tree, 'a'), 'content');
    linkSync(join(tree, 'a'), join(tree, 'sub/b'));
    const names = root.path.split('/').length; // of /tmp/xyz/tree
    const { records, stream } = saveAll(tree, {}, options({ stripPath: names }));
    const listing = execFileSync('tar', ['-tvf', '-'], { input: stream, encoding: 'utf8' });
    expect(records.map(({ path }) => path.toString())).toEqual(['/a', '/sub/b', '/sub/', `${tree}/`]);
    expect(records[1]!.linkTarget.toString()).toBe('/a');
    expect(listing).toMatch(/ a\n.* sub\/b link to a\n.* sub\/\n/);
  });

  it('drops leading names with strippath of a FIFO that is read, too', () => {
    using root = temporaryDirectory();
    const fifo = join(root.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    spawn('sh', ['-c', `echo dump > "${fifo}"`], { stdio: 'ignore' });
    const names = root.path.split('/').length - 1;
    const backup = collectBackup(fileSet([include([fifo], [options({ readFifo: true, stripPath: names })])]));
    expect(backup.records.map(({ path }) => path.toString())).toEqual(['/fifo']);
    expect(execFileSync('tar', ['-tf', '-'], { input: backup.stream, encoding: 'utf8' })).toBe('fifo\n');
  });

  it('hands a record over at the latest 64 blocks after the entry, however large the next one is', () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'a'), 'small');
    writeFileSync(join(root.path, 'b'), Buffer.alloc(100 << 20));
    const { records, streamBytesAtRecord } = saveAll(root.path, {}, options());
    expect(records[0]!.path.toString()).toMatch(/a$/);
    expect(streamBytesAtRecord[0]).toBeLessThanOrEqual(64 << 20);
    expect(streamBytesAtRecord[1]).toBeGreaterThan(100 << 20);
  });

  it('has the digest and content of each file, small, large and empty', () => {
    using root = temporaryDirectory();
    const contents = { empty: '', small: 'abc', large: 'x'.repeat(2_500_000) };
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(root.path, name), content);
    const algorithms = { MD5: 'md5', SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const;
    for (const [name, algorithm] of Object.entries(algorithms)) {
      const signature = DigestAlgorithm[name as keyof typeof algorithms];
      const backup = saveAll(root.path, {}, options({ signature }));
      for (const [file, content] of Object.entries(contents)) {
        const record = recordOf(backup, join(root.path, file));
        expect(record.digest.toString('hex')).toBe(createHash(algorithm).update(content).digest('hex'));
        expect(record.digestAlgorithm).toBe(signature);
        expect(contentOf(backup, record).equals(Buffer.from(content))).toBe(true);
      }
    }
    const plain = saveAll(root.path, {}, options());
    expect(recordOf(plain, join(root.path, 'small')).digest).toHaveLength(0);
  });

  it('has all attributes in the records', () => {
    using root = temporaryDirectory();
    const path = join(root.path, 'file');
    writeFileSync(path, 'content');
    chmodSync(path, 0o4751);
    execFileSync('touch', ['-d', '1960-02-03 04:05:06.5', path]);
    symlinkSync('somewhere', join(root.path, 'link'));
    const stat = lstatSync(path, { bigint: true });
    const backup = saveAll(root.path);
    expect(recordOf(backup, path)).toMatchObject({
      type: FileType.REGULAR,
      mode: Number(stat.mode),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      sizeBytes: 7,
      mtimeSeconds: Number(stat.mtimeNs / 1_000_000_000n) - 1,
      mtimeNanoseconds: 500_000_000,
      ctimeSeconds: Number(stat.ctimeNs / 1_000_000_000n),
      inode: stat.ino,
      device: stat.dev,
      linkCount: 1,
    });
    const link = recordOf(backup, join(root.path, 'link'));
    expect(link).toMatchObject({ type: FileType.SYMLINK, sizeBytes: 9, linkFileIndex: 0 });
    expect(link.linkTarget.toString()).toBe('somewhere');
    expect(recordOf(backup, `${root.path}/`).type).toBe(FileType.DIRECTORY);
  });

  it('has a file with several names once; the other names point to the first', () => {
    using root = temporaryDirectory();
    const path = (name: string) => join(root.path, name);
    writeFileSync(path('a'), 'content');
    linkSync(path('a'), path('b'));
    symlinkSync('x', path('c'));
    linkSync(path('c'), path('d'));
    const backup = saveAll(root.path);
    const first = recordOf(backup, path('a'));
    const second = recordOf(backup, path('b'));
    expect(second).toMatchObject({ type: FileType.HARD_LINK, linkFileIndex: first.fileIndex });
    expect(second.linkTarget.toString()).toBe(path('a'));
    expect(recordOf(backup, path('d'))).toMatchObject({ type: FileType.HARD_LINK });
    expect(backup.result.contentBytes).toBe(7);

    const apart = saveAll(root.path, {}, options({ hardLinks: false }));
    expect(recordOf(apart, path('b'))).toMatchObject({ type: FileType.REGULAR, linkFileIndex: 0 });
  });
});

describe('an Incremental', () => {
  const sinceNs = BigInt(Date.parse('2021-01-01T00:00:00Z')) * 1_000_000n;
  const saved = (directory: string, block = SHA1_AND_GZIP) =>
    saveAll(directory, { sinceNs }, block).records.map(({ path }) => path.toString().slice(directory.length));

  it('skips a file when mtime < since and (option mtimeonly, or ctime < since)', () => {
    using root = temporaryDirectory();
    for (const name of ['new', 'old']) writeFileSync(join(root.path, name), '');
    for (const name of ['old', '']) utimesSync(join(root.path, name), EARLIER, EARLIER);
    // All ctimes are of now, so everything counts as changed, unless only the mtime is asked for.
    expect(saved(root.path)).toEqual(['/new', '/old', '/']);
    expect(saved(root.path, options({ mtimeOnly: true }))).toEqual(['/new']);
  });

  it('directories are always entered; unchanged ones are not saved', () => {
    using root = temporaryDirectory();
    for (const name of ['old/older', 'old/same', 'touched'])
      mkdirSync(join(root.path, name), { recursive: true });
    writeFileSync(join(root.path, 'old/older/new'), '');
    for (const name of ['old/older', 'old/same', 'old', ''])
      utimesSync(join(root.path, name), EARLIER, EARLIER);
    expect(saved(root.path, options({ mtimeOnly: true }))).toEqual(['/old/older/new', '/touched/']);
  });

  it('after everything has settled saves nothing', () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'file'), '');
    const later = BigInt(Date.now() + 60_000) * 1_000_000n;
    const { records, result } = saveAll(root.path, { sinceNs: later });
    expect(records).toEqual([]);
    expect(result).toMatchObject({ files: 0, streamBytes: 0 });
  });
});

describe('a file that does not hold still', () => {
  /** Runs a backup of one file, `size` bytes large, and lets `change` happen between its lstat and its open. */
  function save(size: number, change: (path: string) => void, block = SHA1_AND_GZIP) {
    using root = temporaryDirectory();
    const path = join(root.path, 'file');
    writeFileSync(path, 'x'.repeat(size));
    const backup = saveAll(
      root.path,
      { beforeEntry: (entry) => void (entry === path && change(path)) },
      block,
    );
    return { path, backup };
  }

  it.each([1000, 3_000_000])(
    'of %i bytes: shrunk, it is filled up with zeros and counted as an error',
    (size) => {
      const { path, backup } = save(size, (file) => truncateSync(file, 100));
      const record = recordOf(backup, path);
      const expected = Buffer.concat([Buffer.alloc(100, 'x'), Buffer.alloc(size - 100)]);
      expect(contentOf(backup, record).equals(expected)).toBe(true);
      expect(record.digest.toString('hex')).toBe(sha1(expected));
      expect(backup.result).toMatchObject({ errors: 1, contentBytes: 100 });
      expect(backup.notices).toMatchObject([
        { type: 'notSaved', text: expect.stringContaining('shrank') as string },
      ]);
    },
  );

  it('cut off while it is read, is filled up with zeros from there', () => {
    let calls = 0;
    // The first is for the entry; then there is one for each piece.
    const { path, backup } = save(5_000_000, (file) => void (++calls === 3 && truncateSync(file, 2_500_000)));
    const record = recordOf(backup, path);
    const expected = Buffer.concat([Buffer.alloc(2_500_000, 'x'), Buffer.alloc(2_500_000)]);
    expect(contentOf(backup, record).equals(expected)).toBe(true);
    expect(record.digest.toString('hex')).toBe(sha1(expected));
    expect(backup.notices).toMatchObject([
      { type: 'notSaved', text: expect.stringContaining('2500000 of 5000000 bytes') as string },
    ]);
  });

  it.each([1000, 3_000_000])('of %i bytes: grown, it is cut at the size it had, with a warning', (size) => {
    const { path, backup } = save(size, (file) => appendFileSync(file, 'more'));
    expect(contentOf(backup, recordOf(backup, path)).equals(Buffer.alloc(size, 'x'))).toBe(true);
    expect(backup.notices).toMatchObject([
      { type: 'warning', text: expect.stringContaining('grew') as string },
    ]);
    expect(backup.result.errors).toBe(0);
  });

  it('changed in place, is named; with checkfilechanges it is an error', () => {
    const change = (file: string) => utimesSync(file, EARLIER, EARLIER);
    expect(save(10, change).backup.notices).toMatchObject([
      { type: 'warning', text: expect.stringContaining('changed') as string },
    ]);
    const strict = save(10, change, options({ checkFileChanges: true })).backup;
    expect(strict.result.errors).toBe(1);
  });

  it('replaced by another file, is named', () => {
    const { backup } = save(10, (file) => {
      writeFileSync(`${file}.new`, 'y'.repeat(10));
      renameSync(`${file}.new`, file);
    });
    expect(backup.notices).toMatchObject([
      { type: 'warning', text: expect.stringContaining('replaced') as string },
    ]);
  });

  it.each([
    ['vanished', (file: string) => rmSync(file), 'Could not open "FILE": ERR=No such file or directory'],
    [
      'become a directory',
      (file: string) => {
        rmSync(file);
        mkdirSync(file);
      },
      'Could not read "FILE": ERR=Is a directory',
    ],
    [
      'become a link',
      (file: string) => {
        rmSync(file);
        symlinkSync('/etc/passwd', file);
      },
      'Could not open "FILE": ERR=Too many levels of symbolic links',
    ],
  ])('%s, is not saved, and the stream stays sound', (_, change, text) => {
    const { path, backup } = save(10, change);
    expect(backup.records.map((record) => record.path.toString())).not.toContain(path);
    expect(backup.notices.map((notice) => notice.text)).toEqual([text.replace('FILE', path)]);
    expect(backup.result.errors).toBe(1);
    execFileSync('tar', ['-tf', '-'], { input: backup.stream, stdio: 'pipe' });
  });

  it('too large for a block and become a directory, is not saved either', () => {
    const { backup } = save(3_000_000, (file) => {
      rmSync(file);
      mkdirSync(file);
    });
    expect(backup.records).toHaveLength(1); // the directory around it
    expect(backup.result.errors).toBe(1);
    execFileSync('tar', ['-tf', '-'], { input: backup.stream, stdio: 'pipe' });
  });

  it('replaced by a FIFO, does not hold up the job', () => {
    const { backup } = save(10, (file) => {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    });
    expect(backup.notices).toHaveLength(1);
  });
});
