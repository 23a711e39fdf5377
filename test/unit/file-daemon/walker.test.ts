import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import { Walker } from '../../../file-daemon/walk/walker.ts';
import type { FileNotice } from '../../../file-daemon/walk/file-notice.ts';
import type { FileSet } from '../../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../../proto/noctule/record/v1/file_record.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { isRoot } from './support/readable-tree.ts';

interface Walked {
  paths: string[];
  digests: DigestAlgorithm[];
  notices: FileNotice[];
}

/** Paths (latin1) relative to `root`, in the order of the walk. */
function walk(root: string, set: FileSet, entering: (path: string) => void = () => undefined): Walked {
  const walked: Walked = { paths: [], digests: [], notices: [] };
  new Walker(compileFileSet(set), {
    unseen: () => undefined,
    entry({ path, stat, options: { digest } }) {
      walked.paths.push(path.slice(root.length) + (stat.isDirectory() ? '/' : ''));
      walked.digests.push(digest);
    },
    notice: (notice) => walked.notices.push(notice),
    entering,
  }).run();
  return walked;
}

function makeFiles(root: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    if (name.endsWith('/')) mkdirSync(join(root, name), { recursive: true });
    else writeFileSync(join(root, name), name);
  }
}

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
    expect(paths).toEqual(['/z', '/', '/cache/keep/x', '/cache/keep/']);
  });

  it('names what is not there and what is no absolute path, and goes on', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'x');
    const { paths, notices } = walk(root.path, fileSet([include(['/no/such\npath', 'relative', root.path])]));
    expect(paths).toEqual(['/x', '/']);
    expect(notices).toMatchObject([
      { type: 'notSaved', text: 'Could not stat "/no/such\\npath": ERR=No such file or directory' },
      { type: 'notSaved', text: expect.stringContaining('not an absolute path') as string },
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

  it('does not enter what the rules reject, and tests Exclude lists below, not at, a File entry', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'tmp/x', 'y');
    const { paths } = walk(root.path, fileSet([include([root.path])], [join(root.path, 'tmp'), root.path]));
    expect(paths).toEqual(['/y', '/']);
  });

  it.runIf(isRoot)('stays on its file system, and saves a mount point empty, with a word', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'mount/', 'x');
    const mount = join(root.path, 'mount');
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'none', mount], { stdio: 'pipe' });
    } catch {
      return; // not every container may
    }
    try {
      writeFileSync(join(mount, 'inside'), '');
      const one = walk(root.path, fileSet([include([root.path])]));
      expect(one.paths).toEqual(['/mount/', '/x', '/']);
      expect(one.notices).toMatchObject([
        { type: 'skipped', text: expect.stringContaining('different file system') as string },
      ]);
      const all = walk(root.path, fileSet([include([root.path], [options({ oneFs: false })])]));
      expect(all.paths).toEqual(['/mount/inside', '/mount/', '/x', '/']);
      const named = walk(root.path, fileSet([include([root.path, mount])]));
      expect(named).toMatchObject({ paths: ['/mount/inside', '/mount/', '/x', '/'], notices: [] });
      const byType = options({ oneFs: false, fsTypes: ['tmpfs'] });
      const onlyTmpfs = walk(root.path, fileSet([include([root.path, mount], [byType])]));
      expect(onlyTmpfs.paths).toEqual(['/mount/inside', '/mount/']);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  it.skipIf(isRoot)('saves a directory that it may not read as an entry, and names it', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'closed/x');
    chmodSync(join(root.path, 'closed'), 0);
    const { paths, notices } = walk(root.path, fileSet([include([root.path])]));
    chmodSync(join(root.path, 'closed'), 0o700);
    expect(paths).toEqual(['/closed/', '/']);
    expect(notices).toMatchObject([
      { type: 'notSaved', text: expect.stringContaining('Permission denied') as string },
    ]);
  });

  it('visits all names of a hard link', () => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'a');
    linkSync(join(root.path, 'a'), join(root.path, 'b'));
    expect(walk(root.path, fileSet([include([root.path])])).paths).toEqual(['/a', '/b', '/']);
  });
});
