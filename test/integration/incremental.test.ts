import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupJob } from '../support/backup-job.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What Bacula was seen to do, and we do too: a job that is not accurate goes by mtime and ctime alone. */
describe('an Incremental that is not accurate', () => {
  let held: SiteUnderTest;
  const at = (...names: string[]) => join(held.source, ...names);
  const FUTURE = new Date(Date.now() + 365 * 86_400_000);

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        for (const name of ['deleted', 'old', 'renamed/inside']) {
          mkdirSync(join(directory, name, '..'), { recursive: true });
          writeFileSync(join(directory, name), name);
        }
      },
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  /** Below the source; a directory ends in a slash. */
  async function savedBy(jobId: number): Promise<string[]> {
    const listed = await held.console(`list files jobid=${jobId}\n`);
    const paths = [...listed.matchAll(/^\| (\/.*?) +\|$/gm)].map((match) => match[1]!);
    return paths.map((path) => path.slice(held.source.length + 1)).sort();
  }

  it('of which nothing has changed is a job with a report all the same, of 0 files', async () => {
    const output = await backUp(held, 'Incremental');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(reported(output, 'FD Files Written')).toBe('0');
    expect(await held.console('list jobs\n')).toMatch(/^\| 2 +\| Backup .*\| I +\| 0 +\| 0 +\| T +\|$/m);
  });

  it('saves what was copied in with an old mtime, and of a renamed directory the directory alone', async () => {
    copyFileSync(at('old'), at('copied'));
    utimesSync(at('copied'), 1000, 1000);
    renameSync(at('renamed'), at('new name'));
    rmSync(at('deleted'));
    expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
    expect(await savedBy(3)).toEqual(['', 'copied', 'new name/']);
  });

  it('sees no deletion: a restore brings back what was deleted or renamed away', async () => {
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    const back = ['copied', 'deleted', 'new name', 'old', 'renamed/inside'];
    expect(back.filter((name) => !existsSync(join(held.restoredSource, name)))).toEqual([]);
    expect(existsSync(join(held.restoredSource, 'new name', 'inside'))).toBe(false);
  });

  it('saves what has an mtime in the future each time again', async () => {
    utimesSync(at('old'), FUTURE, FUTURE);
    for (const jobId of [5, 6]) {
      await backUp(held, 'Incremental');
      expect(await savedBy(jobId)).toContain('old');
    }
  });
});

describe('the since time', () => {
  it('is the start time, so a file changed during that job is saved again', { timeout: 60_000 }, async () => {
    using place = temporaryDirectory();
    const script = join(place.path, 'change');
    await using held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        for (const name of ['changed', 'same']) writeFileSync(join(directory, name), name);
        writeFileSync(script, `echo again >> ${join(directory, 'changed')}\n`);
      },
      directorConf: backupJob('Changes', `ClientRunAfterJob = "sh ${script}"`),
    });
    const full = await held.console('run job=Changes yes\nwait\nmessages\n');
    expect(reported(full, 'Termination')).toBe('Backup OK');
    rmSync(script);
    writeFileSync(script, '');
    const next = await held.console('run job=Changes level=Incremental yes\nwait\nmessages\n');
    expect(reported(next, 'Backup Level')).toMatch(/^Incremental, since=/);
    expect(await held.console('list files jobid=2\n')).toMatch(/\/changed +\|$/m);
    expect(reported(next, 'FD Files Written')).toBe('1');
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(readFileSync(join(held.restoredSource, 'changed'), 'utf8')).toBe('changedagain\n');
  });
});
