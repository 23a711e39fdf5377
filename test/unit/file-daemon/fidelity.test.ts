import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { xattrs } from '../../../file-daemon/native/xattr.ts';
import { FileType } from '../../../proto/noctule/record/v1/file_record.ts';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options, SHA1_AND_GZIP } from './support/file-sets.ts';
import { isRoot } from './support/readable-tree.ts';
import { restore, save } from './support/round-trip.ts';

const EXTENDED = { ...SHA1_AND_GZIP, xattrSupport: true, aclSupport: true };

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** All attributes of an entry, by name; those that a security module puts on every file are left out. */
function attributesOf(path: string): Record<string, string> {
  const at = Buffer.from(path);
  const native = xattrs()!;
  const named = native
    .list(at)
    .map((name) => [name.toString('latin1'), native.get(at, name)!.toString('hex')]);
  return Object.fromEntries(named.filter(([name]) => name !== 'security.selinux')) as Record<string, string>;
}

function set(path: string, name: string, value: Buffer | string): void {
  xattrs()!.set(Buffer.from(path), Buffer.from(name, 'latin1'), Buffer.from(value));
}

const MIB = 1024 * 1024;

/** Data of `length` bytes at each offset; all else of the `size` bytes are holes. */
function makeSparse(path: string, size: number, offsets: readonly number[], length = 4096): void {
  const fd = openSync(path, 'w');
  offsets.forEach((offset, index) =>
    writeSync(fd, Buffer.alloc(length, 65 + (index % 26)), 0, length, offset),
  );
  ftruncateSync(fd, size);
  closeSync(fd);
}

function allocatedBytes(path: string): number {
  return statSync(path).blocks * 512;
}

/** What a plain tar makes of the stream, unpacked into the directory. */
function untar(members: readonly Buffer[], directory: string, ...flags: string[]): void {
  const input = Buffer.concat(members.map((member) => gunzipSync(member)));
  execFileSync('tar', [...flags, '-xpf', '-', '--numeric-owner', '-C', directory], { input, stdio: 'pipe' });
}

describe('extended attributes', () => {
  function makeTree(directory: string): string[] {
    mkdirSync(join(directory, 'directory'), { recursive: true });
    writeFileSync(join(directory, 'file'), 'content');
    writeFileSync(join(directory, 'empty'), '');
    writeFileSync(join(directory, 'large'), Buffer.alloc(3 * MIB, 'z'));
    writeFileSync(join(directory, 'none'), 'nothing special');
    linkSync(join(directory, 'file'), join(directory, 'hard-link'));
    const names = ['file', 'empty', 'large', 'directory', '.'];
    for (const name of names) {
      set(join(directory, name), 'user.text', `of ${name}`);
      set(join(directory, name), 'user.binary', Buffer.from([0, 255, 10, 61, 0]));
      set(join(directory, name), 'user.empty', '');
      set(join(directory, name), 'user.odd=name%25\n', 'odd');
    }
    set(join(directory, 'file'), 'user.' + 'n'.repeat(200), 'long name');
    return [...names, 'none', 'hard-link'];
  }

  it('come back with every entry that has them, byte for byte', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    const names = makeTree(source);
    using where = temporaryDirectory();
    const { errors, texts } = await restore(await save(source, EXTENDED), where.path);
    expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
    for (const name of names) {
      const saved = attributesOf(join(source, name));
      expect(attributesOf(join(where.path, source, name)), name).toEqual(saved);
    }
    expect(Object.keys(attributesOf(join(where.path, source, 'file')))).toHaveLength(5);
    expect(compareTrees(source, join(where.path, source)).differences).toEqual([]);
  });

  it('are not saved unless the FileSet asks for them', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    makeTree(source);
    const { records } = collectBackup(fileSet([include([source], [SHA1_AND_GZIP])]));
    expect(records.filter(({ extended }) => extended)).toEqual([]);
  });

  it('are marked in the records of those entries alone that have some', () => {
    using root = temporaryDirectory();
    makeTree(root.path);
    const { records } = collectBackup(fileSet([include([root.path], [options({ xattrSupport: true })])]));
    const marked = records.filter(({ extended }) => extended).map(({ path }) => path.toString());
    expect(marked.map((path) => path.slice(root.path.length))).toEqual([
      '/directory/',
      '/empty',
      '/file',
      '/large',
      '/',
    ]);
    expect(records.find(({ type }) => type === FileType.HARD_LINK)?.extended).toBe(false);
  });

  it.runIf(isRoot)(
    'of root come back too: capabilities, trusted ones, those of links and devices',
    async () => {
      using root = temporaryDirectory();
      const source = join(root.path, 'source');
      mkdirSync(source);
      writeFileSync(join(source, 'program'), '#!/bin/sh\n', { mode: 0o755 });
      const netBind = Buffer.from('0100000200040000000000000000000000000000', 'hex');
      set(join(source, 'program'), 'security.capability', netBind);
      set(join(source, 'program'), 'trusted.secret', 'x');
      symlinkSync('nowhere', join(source, 'link'));
      execFileSync('python3', ['-c', SET_ON_LINK, join(source, 'link')]);
      execFileSync('mkfifo', [join(source, 'fifo')]);
      set(join(source, 'fifo'), 'trusted.of', 'fifo');
      using where = temporaryDirectory();
      const { errors, texts } = await restore(await save(source, EXTENDED), where.path);
      expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
      for (const name of ['program', 'link', 'fifo']) {
        const saved = attributesOf(join(source, name));
        expect(Object.keys(saved).length).toBeGreaterThan(0);
        expect(attributesOf(join(where.path, source, name)), name).toEqual(saved);
      }
    },
  );

  const SET_ON_LINK =
    'import os, sys; os.setxattr(sys.argv[1], "trusted.of", b"link", follow_symlinks=False)';

  it.runIf(isRoot && has('setfacl'))('ACLs come back, of files and defaults of directories', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    mkdirSync(join(source, 'd'), { recursive: true });
    writeFileSync(join(source, 'f'), 'x');
    execFileSync('setfacl', ['-m', 'u:1234:rw,g:4321:r,m::rw', join(source, 'f')]);
    execFileSync('setfacl', ['-m', 'u:1234:rwx,d:u:77:rx,d:o::---', join(source, 'd')]);
    using where = temporaryDirectory();
    const store = await save(source, EXTENDED);
    expect((await restore(store, where.path)).texts).toEqual([]);
    const acls = (directory: string) =>
      execFileSync('getfacl', ['-pnR', '.'], { cwd: directory, encoding: 'utf8' });
    expect(acls(join(where.path, source))).toBe(acls(source));
    using plain = temporaryDirectory();
    untar(store.members, plain.path, '--acls');
    expect(acls(join(plain.path, source))).toBe(acls(source));
  });

  it.runIf(isRoot)('come back from a plain tar as well', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    const names = makeTree(source);
    using where = temporaryDirectory();
    untar((await save(source, EXTENDED)).members, where.path, '--xattrs', '--xattrs-include=*');
    for (const name of names) {
      expect(attributesOf(join(where.path, source, name)), name).toEqual(attributesOf(join(source, name)));
    }
  });

  it('beyond what a header may hold are named and left out', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'file');
    writeFileSync(file, 'x');
    const native = xattrs()!;
    // No file system takes so much: the list is what the packer sees.
    const many = Array.from({ length: 9 }, (_, index) => Buffer.from(`user.a${index}`));
    vi.spyOn(native, 'list').mockReturnValue(many);
    vi.spyOn(native, 'get').mockReturnValue(Buffer.alloc(65_536, 'v'));
    const { notices, records } = collectBackup(fileSet([include([file], [EXTENDED])]));
    vi.restoreAllMocks();
    expect(notices).toMatchObject([{ type: 'notSaved' }]);
    expect(notices[0]!.text).toMatch(/"user.a7" of ".*file" is not saved/);
    expect(records).toMatchObject([{ extended: true }]);
  });

  it.runIf(isRoot && has('chattr'))('inode flags are noted and told at the restore', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'fixed'), 'x');
    if (spawnSync('chattr', ['+ia', join(source, 'fixed')]).status !== 0) return; // not on this file system
    try {
      using where = temporaryDirectory();
      const { infos, errors } = await restore(await save(source, EXTENDED), where.path);
      expect(errors).toBe(0);
      expect(infos).toEqual([expect.stringContaining('had the flags immutable,append')]);
    } finally {
      execFileSync('chattr', ['-ia', join(source, 'fixed')]);
    }
  });
});

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
});
