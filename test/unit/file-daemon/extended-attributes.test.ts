import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { xattrs } from '../../../native/xattr.ts';
import { FileType } from '../../../proto/noctule/record/v1/file_record.ts';
import { MemberKind, parseMemberHeader } from '../../../volume/member.ts';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options, SHA1_AND_GZIP } from './support/file-sets.ts';
import { hasProgram } from './support/has-program.ts';
import { isRoot } from './support/readable-tree.ts';
import { restore, save } from './support/round-trip.ts';
import { untar } from './support/volume-promise.ts';
import { attributesOf, EXTENDED, setAttribute } from './support/xattrs.ts';

const MIB = 1024 * 1024;

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
      setAttribute(join(directory, name), 'user.text', `of ${name}`);
      setAttribute(join(directory, name), 'user.binary', Buffer.from([0, 255, 10, 61, 0]));
      setAttribute(join(directory, name), 'user.empty', '');
      setAttribute(join(directory, name), 'user.odd=name%25\n', 'odd');
    }
    setAttribute(join(directory, 'file'), 'user.' + 'n'.repeat(200), 'long name');
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
      setAttribute(join(source, 'program'), 'security.capability', netBind);
      setAttribute(join(source, 'program'), 'trusted.secret', 'x');
      symlinkSync('nowhere', join(source, 'link'));
      execFileSync('python3', ['-c', SET_ON_LINK, join(source, 'link')]);
      execFileSync('mkfifo', [join(source, 'fifo')]);
      setAttribute(join(source, 'fifo'), 'trusted.of', 'fifo');
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

  it.runIf(isRoot && hasProgram('setfacl'))(
    'ACLs come back, of files and defaults of directories',
    async () => {
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
    },
  );

  it.runIf(hasProgram('setfacl'))(
    'ACLs that the target gives to all that is made in it are not kept',
    async () => {
      using root = temporaryDirectory();
      const source = join(root.path, 'source');
      mkdirSync(join(source, 'd'), { recursive: true });
      writeFileSync(join(source, 'd', 'f'), 'secret', { mode: 0o640 });
      writeFileSync(join(source, 'own'), 'x');
      execFileSync('setfacl', ['-m', 'u:1234:r', join(source, 'own')]);
      execFileSync('mkfifo', ['-m', '660', join(source, 'p')]);
      using where = temporaryDirectory();
      const restored = join(where.path, source);
      mkdirSync(restored, { recursive: true });
      execFileSync('setfacl', ['-m', 'd:u:77:rwx', restored]);
      expect((await restore(await save(source, EXTENDED), where.path)).texts).toEqual([]);
      const acls = (directory: string) =>
        execFileSync('getfacl', ['-pn', 'd', 'd/f', 'own', 'p'], { cwd: directory, encoding: 'utf8' });
      expect(acls(restored)).toBe(acls(source));
    },
  );

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
    expect(notices).toMatchObject([{ type: 'notSaved' }, { type: 'notSaved' }]);
    expect(notices[0]!.text).toMatch(
      /Could not save the extended attribute "user.a7" of ".*file": .* 524288/,
    );
    expect(notices[1]!.text).toContain('"user.a8"');
    expect(records).toMatchObject([{ extended: true }]);
  });

  it('that cannot be read are named, and the others are saved', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'file');
    writeFileSync(file, 'x');
    for (const name of ['user.a', 'user.b', 'user.c']) setAttribute(file, name, name);
    const native = xattrs()!;
    const get = native.get.bind(native);
    const refusal = Object.assign(new Error('refused'), { code: 'EACCES', errno: -13 });
    vi.spyOn(native, 'get').mockImplementation((path, name) => {
      if (name.toString() === 'user.b') throw refusal;
      return get(path, name);
    });
    const { notices, stream } = collectBackup(fileSet([include([file], [EXTENDED])]));
    vi.restoreAllMocks();
    expect(notices.map(({ text }) => text)).toEqual([
      `Could not read the extended attribute "user.b" of "${file}": ERR=Permission denied`,
    ]);
    expect(stream.toString('latin1').match(/SCHILY.xattr.user../g)).toEqual([
      'SCHILY.xattr.user.a',
      'SCHILY.xattr.user.c',
    ]);
  });

  it('of a file that is gone are worth no second word', () => {
    using root = temporaryDirectory();
    const file = join(root.path, 'file');
    writeFileSync(file, 'x');
    const { notices } = collectBackup(fileSet([include([file], [EXTENDED])]), {
      beforeEntry: () => rmSync(file, { force: true }),
    });
    expect(notices.map(({ text }) => text)).toEqual([
      `Could not open "${file}": ERR=No such file or directory`,
    ]);
  });

  it('in a damaged block are named, and what the records say of the entries comes back', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    mkdirSync(join(source, 'directory'), { recursive: true });
    writeFileSync(join(source, 'empty'), '', { mode: 0o640 });
    for (const name of ['directory', 'empty']) setAttribute(join(source, name), 'user.of', name);
    chmodSync(join(source, 'directory'), 0o711);
    utimesSync(join(source, 'directory'), 1000, 1000);
    const store = await save(source, EXTENDED);
    const block = store.members.find((member) => parseMemberHeader(member)!.kind === MemberKind.BLOCK)!;
    block[100] = block[100]! ^ 1;
    using where = temporaryDirectory();
    const { errors, texts } = await restore(store, where.path);
    const restored = join(where.path, source);
    const lost = (name: string) =>
      `Could not restore the extended attributes of "${source}/${name}": a block that holds it is missing or damaged`;
    expect(texts.slice(1)).toEqual([lost('directory/'), lost('empty')]);
    expect(errors).toBe(3); // and the block itself
    const differences = compareTrees(source, restored).differences;
    expect(differences.map(({ path, what }) => [path, what])).toEqual([
      ['directory', 'xattrs'],
      ['empty', 'xattrs'],
    ]);
  });

  it.runIf(isRoot && hasProgram('chattr'))('inode flags are noted and told at the restore', async () => {
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
