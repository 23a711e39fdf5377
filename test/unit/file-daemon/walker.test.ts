import { spawnSync } from 'node:child_process';
import { linkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DigestAlgorithm } from '../../../proto/noctule/record/v1/file_record.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { isRoot } from './support/readable-tree.ts';
import { makeFiles, walk } from './support/walked.ts';

describe('the walk of a FileSet', () => {
  it('visits names bytewise, and a directory after what is in it', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'b/y', 'b/x', 'b!', 'a', 'Z', 'c/');
    writeFileSync(Buffer.concat([Buffer.from(`${root.path}/`), Buffer.from([0xff])]), '');
    const { paths } = walk(root.path, fileSet([include([root.path])]));
    expect(paths).toEqual(['/Z', '/a', '/b/x', '/b/y', '/b/', '/b!', '/c/', '/\xff', '/']);
  });

  it('never follows links, not even that of a File entry, which it says', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'real/file');
    symlinkSync('real', join(root.path, 'link'));
    symlinkSync('..', join(root.path, 'real/loop'));
    expect(walk(root.path, fileSet([include([root.path])])).paths).toEqual([
      '/link',
      '/real/file',
      '/real/loop',
      '/real/',
      '/',
    ]);
    const top = walk(root.path, fileSet([include([join(root.path, 'link')])]));
    expect(top.paths).toEqual(['/link']);
    expect(top.notices).toMatchObject([
      { type: 'info', text: expect.stringContaining('symbolic link') as string },
    ]);
  });

  it('saves a File entry inside another one once, by the rules of its own Include, in its place', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'a/x', 'b/x', 'c');
    const inner = include([join(root.path, 'b')], [options({ signature: DigestAlgorithm.MD5 })]);
    const outer = include([root.path, `${root.path}/`], [options({ signature: DigestAlgorithm.SHA1 })]);
    const { paths, digests } = walk(root.path, fileSet([inner, outer]));
    expect(paths).toEqual(['/a/x', '/a/', '/b/x', '/b/', '/c', '/']);
    const { SHA1, MD5 } = DigestAlgorithm;
    expect(digests).toEqual([SHA1, SHA1, MD5, MD5, SHA1, SHA1]);
  });

  it('saves a File entry that the rules of the one around it reject', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'cache/keep/x', 'cache/y', 'z');
    const blocks = [options({ wildDir: ['*/cache'], exclude: true }), options()];
    const { paths } = walk(root.path, fileSet([include([root.path, join(root.path, 'cache/keep')], blocks)]));
    expect(paths).toEqual(['/cache/keep/x', '/cache/keep/', '/z', '/']);
  });

  it('names what is not there and what is no absolute path, and goes on', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'x');
    const { paths, notices } = walk(root.path, fileSet([include(['/no/such\npath', 'relative', root.path])]));
    expect(paths).toEqual(['/x', '/']);
    expect(notices).toMatchObject([
      { type: 'notSaved', text: expect.stringContaining('not an absolute path') as string },
      { type: 'notSaved', text: 'Could not stat "/no/such\\npath": ERR=No such file or directory' },
    ]);
  });

  it('names a file that vanishes between the listing of its directory and its turn, unless it is left out', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'a/x', 'b', 'c.bak');
    const blocks = [options({ wild: ['*.bak'], exclude: true }), options()];
    const { paths, notices } = walk(root.path, fileSet([include([root.path], blocks)]), (path) => {
      if (!path.endsWith('/a')) return;
      rmSync(join(root.path, 'b'));
      rmSync(join(root.path, 'c.bak'));
    });
    expect(paths).toEqual(['/a/x', '/a/', '/']);
    expect(notices).toMatchObject([{ type: 'notSaved', text: expect.stringContaining('/b"') as string }]);
  });

  it('leaves out sockets, which it says', async () => {
    using root = temporaryDirectory();
    const server = createServer().listen(join(root.path, 'socket'));
    await once(server, 'listening');
    const { paths, notices } = walk(root.path, fileSet([include([root.path])]));
    server.close();
    expect(paths).toEqual(['/']);
    expect(notices).toMatchObject([{ type: 'skipped', text: expect.stringContaining('Socket') as string }]);
  });

  it('with recurse = no saves the entries of the top directory only', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'sub/x', 'y');
    const { paths } = walk(root.path, fileSet([include([root.path], [options({ recurse: false })])]));
    expect(paths).toEqual(['/sub/', '/y', '/']);
  });

  it('leaves out a directory that contains the marker, a File entry as well', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'sub/.nobackup', 'sub/x', 'top/.nobackup', 'y');
    const marker = { excludeDirContaining: [Buffer.from('.nobackup')] };
    const { paths } = walk(root.path, fileSet([include([root.path, join(root.path, 'top')], [], marker)]));
    expect(paths).toEqual(['/y', '/']);
  });

  it('visits all names of a hard link', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'a');
    linkSync(join(root.path, 'a'), join(root.path, 'b'));
    expect(walk(root.path, fileSet([include([root.path])])).paths).toEqual(['/a', '/b', '/']);
  });

  it('comes through what is left out, is a link or is not there, towards the File entries below, in their place', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'out/in/x', 'out/y', 'real/z', 'file', 'z');
    symlinkSync('real', join(root.path, 'link'));
    const below = ['out/in', 'link/z', 'file/below', 'no/such', 'out'].map((name) => join(root.path, name));
    const set = fileSet([include([root.path, ...below.slice(0, 4)])], [below[4]!]);
    const { paths, notices, unseen } = walk(root.path, set);
    expect(paths).toEqual([
      '/file',
      '/link/z',
      '/link',
      '/out/in/x',
      '/out/in/',
      '/real/z',
      '/real/',
      '/z',
      '/',
    ]);
    expect(notices.map(({ text }) => text)).toEqual([
      `Could not stat "${root.path}/file/below": ERR=Not a directory`,
      `Could not stat "${root.path}/no/such": ERR=No such file or directory`,
    ]);
    expect(unseen).toEqual([]); // they are not there: that is known
  });

  it('saves a path that two Includes name once, with the options of the first', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'x');
    const first = include([root.path], [options({ signature: DigestAlgorithm.MD5 })]);
    const second = include([root.path], [options({ signature: DigestAlgorithm.SHA1 })]);
    const { paths, digests } = walk(root.path, fileSet([first, second]));
    expect({ paths, digests }).toEqual({
      paths: ['/x', '/'],
      digests: [DigestAlgorithm.MD5, DigestAlgorithm.MD5],
    });
  });

  it('leaves out a directory that contains the marker also where it would not be entered', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'sub/.nobackup', 'other/x');
    const marker = { excludeDirContaining: [Buffer.from('.nobackup')] };
    const blocks = [options({ recurse: false, wildDir: ['*/sub'] }), options({ recurse: false })];
    expect(walk(root.path, fileSet([include([root.path], blocks, marker)])).paths).toEqual(['/other/', '/']);
  });

  it.runIf(isRoot)(
    'leaves out what has the nodump flag, before the patterns, if it is told to',
    (context) => {
      using root = temporaryDirectory();
      makeFiles(root.path, 'file', 'sub/x', 'top/x', 'y');
      const flagged = ['file', 'sub', 'top'].map((name) => join(root.path, name));
      if (spawnSync('chattr', ['+d', ...flagged]).status !== 0) context.skip('no flags on this file system');
      const blocks = [options({ honorNodumpFlag: true }), options({ wild: ['*'] })];
      const files = [root.path, join(root.path, 'top')];
      expect(walk(root.path, fileSet([include(files, blocks)])).paths).toEqual(['/y', '/']);
      expect(walk(root.path, fileSet([include(files)])).paths).toHaveLength(7);
    },
  );

  it('visits 20,000 File entries below one another and side by side in linear time', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'a/b/c/x');
    const files = Array.from({ length: 20_000 }, (_, n) => join(root.path, `a/b/c/${n % 100}/${n}`));
    const { paths, notices } = walk(root.path, fileSet([include([root.path, ...files])]));
    expect(paths).toEqual(['/a/b/c/x', '/a/b/c/', '/a/b/', '/a/', '/']);
    expect(notices).toHaveLength(20_000);
  });
});
