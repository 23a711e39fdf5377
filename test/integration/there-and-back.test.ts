import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { makeOddTree } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

describe('a tree with one of everything, on a site of real daemons', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await siteUnderTest({ makeSource: makeOddTree });
  });
  afterAll(async () => held[Symbol.asyncDispose]());
  const volume = (name: string) => join(held.site.volumesDirectory, name);

  it('is saved by an Incremental that becomes a Full, since there is none', async () => {
    const output = await held.console('run job=Backup yes\nwait\nmessages\n');
    expect(output).toContain('No prior or suitable Full backup found in catalog. Doing FULL backup.');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(output, 'Backup Level')).toBe('Full (upgraded from Incremental)');
    expect(reported(output, 'Pool')).toBe('"Full-Pool" (From Job FullPool override)');
    expect(reported(output, 'Volume name\\(s\\)')).toBe('Full-0001');
  });

  it('is listed by zcat and tar, each saved entry once', () => {
    const list = execFileSync('sh', ['-c', 'zcat < "$1" | tar -tf -', 'sh', volume('Full-0001')], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const entries = list.trimEnd().split('\n');
    const found = execFileSync('find', [held.source, '-printf', 'x\n'], { encoding: 'utf8' }).length / 2;
    expect(entries).toHaveLength(found);
  });

  it('comes back from tar -xzf alone with the same bytes', () => {
    const target = join(held.site.directory, 'from-tar');
    mkdirSync(target);
    execFileSync('tar', ['-xpzf', volume('Full-0001'), '--numeric-owner', '-C', target], { stdio: 'pipe' });
    expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
  });

  it('comes back from a restore, without a difference', async () => {
    const output = await restoreAll(held);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });

  it('is saved by an Incremental that takes only what changed', async () => {
    writeFileSync(join(held.source, 'new file'), 'new\n');
    appendFileSync(join(held.source, 'plain.txt'), 'more\n');
    chmodSync(join(held.source, 'exactly-512'), 0o600);
    const output = await backUp(held, 'Incremental');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    // new file, plain.txt with its hard link, exactly-512, the directory that the new file changed, and the two files
    // whose mtime lies in the future
    expect(reported(output, 'FD Files Written')).toBe('7');
    expect(readdirSync(held.site.volumesDirectory)).toContain('Incr-0002');
  });

  it('comes back from Full and Incremental together, without a difference', async () => {
    const output = await restoreAll(held);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });

  it('gives back one named file, and nothing else', async () => {
    const target = join(held.site.directory, 'one');
    const file = join(held.source, 'many/d3/f77');
    const output = await held.console(
      `restore client=site-fd where=${target} file=${file} done yes\nwait\nmessages\n`,
    );
    expect(reported(output, 'Termination')).toBe('Restore OK');
    const files = execFileSync('find', [target, '-type', 'f'], { encoding: 'utf8' }).trimEnd();
    expect(files).toBe(join(target, file));
  });

  it('keeps its finished jobs in the lists, in the form scripts read', async () => {
    const output = await held.console(
      'list jobs\nlist volumes\nstatus dir\nstatus client=site-fd\nstatus storage=File\n',
    );
    expect(output).toMatch(/^\| +1 +\| Backup +\| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| B +\| F +\|/m);
    expect(output).toMatch(/\| Full-0001 +\| Append/);
    expect(output.match(/^No Jobs running\.$/gm)?.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a job larger than a volume may be', () => {
  it('goes on in the next volume, and every file comes back', async () => {
    await using held = await siteUnderTest({
      makeSource: makeOddTree,
      poolDirectives: 'Maximum Volume Bytes = 2 mb',
    });
    const output = await backUp(held, 'Full');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    const volumes = reported(output, 'Volume name\\(s\\)').split('|');
    expect(volumes.length).toBeGreaterThan(2);
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    // One after the other the volumes are one tar stream.
    const target = join(held.site.directory, 'from-tar');
    mkdirSync(target);
    const files = volumes.map((name) => join(held.site.volumesDirectory, name));
    execFileSync('sh', ['-c', 'cat "$@" | zcat | tar -xpf - --numeric-owner', 'sh', ...files], {
      cwd: target,
      stdio: 'pipe',
    });
    expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
  });
});
