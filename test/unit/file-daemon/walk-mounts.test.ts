import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { isRoot } from './support/readable-tree.ts';
import { makeFiles, walk } from './support/walked.ts';

/** Mounts for the length of a test, which is skipped where that is not permitted. */
function mounted(context: TestContext, point: string, ...source: string[]): Disposable {
  const { status, stderr } = spawnSync('mount', [...source, point], { encoding: 'utf8' });
  if (status !== 0) context.skip(`cannot mount here: ${stderr}`);
  return { [Symbol.dispose]: () => spawnSync('umount', ['-l', point]) };
}

const TMPFS = ['-t', 'tmpfs', 'none'];

describe.runIf(isRoot)('the walk at mount points', () => {
  it('saves one empty with onefs = yes, with a word, and enters it with onefs = no', (context) => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'mount/', 'x');
    const point = join(root.path, 'mount');
    using _ = mounted(context, point, ...TMPFS);
    writeFileSync(join(point, 'inside'), '');
    const one = walk(root.path, fileSet([include([root.path])]));
    expect(one.paths).toEqual(['/mount/', '/x', '/']);
    expect(one.notices).toMatchObject([
      { type: 'info', text: expect.stringContaining('different file system') as string },
    ]);
    const all = walk(root.path, fileSet([include([root.path], [options({ oneFs: false })])]));
    expect(all).toMatchObject({ paths: ['/mount/inside', '/mount/', '/x', '/'], notices: [] });
  });

  it('says nothing of one that is a File entry, or in Exclude', (context) => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'mount/', 'x');
    const point = join(root.path, 'mount');
    using _ = mounted(context, point, ...TMPFS);
    writeFileSync(join(point, 'inside'), '');
    const named = walk(root.path, fileSet([include([root.path, point])]));
    expect(named).toMatchObject({ paths: ['/mount/inside', '/mount/', '/x', '/'], notices: [] });
    const excluded = walk(root.path, fileSet([include([root.path])], [point]));
    expect(excluded).toMatchObject({ paths: ['/x', '/'], notices: [] });
  });

  it('saves File entries behind one that it does not enter', (context) => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'mount/', 'x');
    const point = join(root.path, 'mount');
    using _ = mounted(context, point, ...TMPFS);
    makeFiles(point, 'in/side', 'other');
    const { paths } = walk(root.path, fileSet([include([root.path, join(point, 'in')])]));
    expect(paths).toEqual(['/mount/in/side', '/mount/in/', '/mount/', '/x', '/']);
  });

  it('tests fstype at each File entry and where it crosses', (context) => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'mount/', 'x');
    const point = join(root.path, 'mount');
    using _ = mounted(context, point, ...TMPFS);
    writeFileSync(join(point, 'inside'), '');
    const only = (type: string, files: string[]) =>
      walk(root.path, fileSet([include(files, [options({ oneFs: false, fsTypes: [type] })])]));
    expect(only('tmpfs', [root.path, point]).paths).toEqual(['/mount/inside', '/mount/']);
    const { paths, notices } = only('nosuchfs', [root.path, point]);
    expect(paths).toEqual([]);
    expect(notices.map(({ type }) => type)).toEqual(['info', 'info']);
  });

  it('ends in a directory that a bind mount brings into itself, also from File entries within', (context) => {
    using root = temporaryDirectory();
    makeFiles(root.path, 'a/b/c/', 'a/x');
    const loop = join(root.path, 'a/b/c');
    using _ = mounted(context, loop, '--bind', join(root.path, 'a'));
    const inside = ['a/b/c', 'a/b/c/b', 'a/b'].map((name) => join(root.path, name));
    const whole = walk(root.path, fileSet([include([root.path])]));
    expect(whole.paths).toEqual(['/a/b/c/', '/a/b/', '/a/x', '/a/', '/']);
    expect(whole.notices).toMatchObject([{ text: expect.stringContaining('contains itself') as string }]);
    const nested = walk(root.path, fileSet([include([root.path, ...inside])]));
    expect(nested.paths).toEqual(['/a/b/c/b/', '/a/b/c/', '/a/b/', '/a/x', '/a/', '/']);
    // From below, the loop is met one round later.
    const below = walk(root.path, fileSet([include([join(root.path, 'a/b')])]));
    expect(below.paths).toEqual(['/a/b/c/b/', '/a/b/c/x', '/a/b/c/', '/a/b/']);
  });
});
