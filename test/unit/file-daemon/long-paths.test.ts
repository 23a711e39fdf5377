import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options, SHA1_AND_GZIP } from './support/file-sets.ts';
import { restore, save } from './support/round-trip.ts';
import { walk } from './support/walked.ts';

/** Makes `levels` directories in one another, with a file and a link in each. */
function makeDeepTree(root: string, levels: number, name: (level: number) => string): void {
  mkdirSync(root);
  let fd = openSync(root, constants.O_RDONLY);
  for (let level = 0; level < levels; level++) {
    const at = `/proc/self/fd/${fd}`;
    writeFileSync(join(at, 'file'), `in level ${level}`);
    symlinkSync('file', join(at, 'link'));
    mkdirSync(join(at, name(level)));
    const next = openSync(join(at, name(level)), constants.O_RDONLY);
    closeSync(fd);
    fd = next;
  }
  closeSync(fd);
}

/** A tree as GNU tar sees it, which goes down name by name. */
function archive(directory: string): Buffer {
  const flags = ['--sort=name', '--format=posix', '--pax-option=delete=atime,delete=ctime'];
  return execFileSync('tar', ['-C', directory, ...flags, '-cf', '-', '.'], { maxBuffer: 1 << 28 });
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('a path longer than the kernel takes in one piece', () => {
  it('is saved and comes back: 40 names of 255 bytes, 10,000 bytes in all', async () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    const target = join(root.path, 'target');
    makeDeepTree(source, 40, (level) => `${level}-`.padEnd(255, 'd'));
    try {
      const { errors, texts } = await restore(await save(source), target);
      expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
      expect(archive(join(target, source)).equals(archive(source))).toBe(true);
    } finally {
      execFileSync('rm', ['-rf', source, target]); // by parts, as rmSync cannot
    }
  });

  it('costs open files by its length, which are closed when the walk leaves, and also when it is ended', () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    makeDeepTree(source, 3_000, () => 'dir');
    const set = fileSet([include([source], [SHA1_AND_GZIP])]);
    try {
      const before = openDescriptors();
      let most = 0;
      const count = () => void (most = Math.max(most, openDescriptors()));
      expect(walk(source, set, count).paths).toHaveLength(9_001);
      expect(most - before).toBeLessThanOrEqual(4);
      expect(openDescriptors()).toBe(before);

      const end = (path: string) => {
        if (path.length > 11_000) throw new Error('The job is cancelled');
      };
      expect(() => walk(source, set, end)).toThrow('cancelled');
      expect(openDescriptors()).toBe(before);
    } finally {
      execFileSync('rm', ['-rf', source]);
    }
  });

  it('may be a File entry, and contain the marker that keeps a directory out', () => {
    using root = temporaryDirectory();
    const source = join(root.path, 'source');
    makeDeepTree(source, 20, () => 'd'.repeat(255));
    const below = (levels: number) => source + `/${'d'.repeat(255)}`.repeat(levels);
    try {
      const named = walk(below(19), fileSet([include([below(19)], [options()])]));
      expect(named).toMatchObject({ paths: [`/${'d'.repeat(255)}/`, '/file', '/link', '/'], notices: [] });
      const marker = { excludeDirContaining: [Buffer.from('file')] };
      expect(walk(below(19), fileSet([include([below(19)], [], marker)])).paths).toEqual([]);
    } finally {
      execFileSync('rm', ['-rf', source]);
    }
  });
});
