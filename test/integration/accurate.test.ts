import { execFileSync } from 'node:child_process';
import { appendFileSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

describe('a Job with Accurate = yes', () => {
  let held: SiteUnderTest;
  const at = (...names: string[]) => join(held.source, ...names);

  beforeAll(async () => {
    held = await siteUnderTest({
      jobDirectives: 'Accurate = yes',
      fileSetOptions: 'mtimeonly = yes; accurate = ms',
      makeSource: (directory) => {
        for (const name of ['keep', 'a/x', 'a/y', 'a/sub/z', 'b/file', 'c!', 'moved/one', 'moved/two']) {
          mkdirSync(join(directory, name, '..'), { recursive: true });
          writeFileSync(join(directory, name), name);
        }
        for (let file = 0; file < 3000; file++) {
          mkdirSync(join(directory, 'many', `d${file % 7}`), { recursive: true });
          writeFileSync(join(directory, 'many', `d${file % 7}`, `f${file}`), `${file}`);
        }
      },
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  async function expectNewestState(): Promise<void> {
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  }

  it('saves nothing when nothing has changed', async () => {
    const output = await backUp(held, 'Incremental');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(output, 'Accurate')).toBe('yes');
    expect(reported(output, 'FD Files Written')).toBe('0');
    expect(output).toContain('Sending Accurate information to the FD. It is that of JobId(s) 1.');
  });

  it('estimates what it would save', async () => {
    appendFileSync(at('keep'), 'more');
    const output = await held.console('estimate job=Backup level=Incremental accurate=yes listing\n');
    expect(output).toContain(at('keep'));
    expect(output).toMatch(/2000 OK estimate files=1 bytes=8\n/);
  });

  it('sees what was deleted, and what came in with old times', async () => {
    rmSync(at('a'), { recursive: true });
    rmSync(at('many', 'd3', 'f10'));
    renameSync(at('moved', 'one'), at('b', 'arrived'));
    rmSync(at('moved', 'two'));
    mkdirSync(at('moved', 'two'));
    writeFileSync(at('moved', 'two', 'inside'), 'x');
    symlinkSync('keep', at('a'));
    execFileSync('cp', ['-p', at('keep'), at('copied with its times')]);
    const output = await backUp(held, 'Incremental');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    await expectNewestState();
  });

  it('keeps what was deleted out although nothing else is left to save', async () => {
    const clock = join(held.site.directory, 'clock');
    execFileSync('touch', ['-r', at('many', 'd5'), clock]);
    rmSync(at('many', 'd5', 'f5'));
    execFileSync('touch', ['-r', clock, at('many', 'd5')]);
    const output = await backUp(held, 'Incremental');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(output, 'FD Files Written')).toBe('1');
    expect(reported(output, 'SD Files Written')).toBe('1');
    await expectNewestState();
    const listed = await held.console('list files type=deleted jobid=5\n');
    expect(listed).toContain(at('many', 'd5', 'f5'));
  });

  it('restores a file whole under each of its names when they were saved by different jobs', async () => {
    linkSync(at('keep'), at('z-second name'));
    await backUp(held, 'Incremental');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    // Without the letter c only the new name was saved, so that they are two files now.
    const { differences } = compareTrees(held.source, held.restoredSource);
    expect(differences).toMatchObject([{ path: 'z-second name', what: 'links' }]);
    rmSync(at('keep'));
    writeFileSync(at('z-second name'), 'changed under the second name');
    await backUp(held, 'Incremental');
    await expectNewestState();
  });

  it('goes on from there', async () => {
    expect(reported(await backUp(held, 'Incremental'), 'FD Files Written')).toBe('0');
    rmSync(at('moved'), { recursive: true });
    await backUp(held, 'Incremental');
    await expectNewestState();
  });

  it('compares a Differential with the Full', async () => {
    const output = await backUp(held, 'Differential');
    expect(output).toContain('Sending Accurate information to the FD. It is that of JobId(s) 1.');
    await expectNewestState();
  });
});
