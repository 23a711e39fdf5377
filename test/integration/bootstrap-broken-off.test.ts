import { globSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { untilSomeSaved } from '../support/half-saved.ts';
import { makeManyFiles } from '../support/many-files.ts';
import { relayedSite, type RelayedSite } from '../support/relayed-site.ts';
import { restoreForgotten } from '../support/restore-forgotten.ts';
import { backUp, reported } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What ends a restore by a bootstrap file while the file records come back from the volumes. */
describe('in the middle of reading file records from several volumes', { timeout: 40_000 }, () => {
  const kept = temporaryDirectory();
  const file = join(kept.path, 'site-fd.bsr');
  let held: RelayedSite;
  /** How much goes between Director and storage daemon while the records are read. */
  let recallBytes: number;

  beforeAll(async () => {
    held = await relayedSite({
      makeSource: makeManyFiles,
      poolDirectives: 'Maximum Volume Bytes = 8 mb',
      jobDirectives: `Write Bootstrap = "${file}"`,
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    // Without the last volume the records are read, and then nothing is restored.
    const some = join(kept.path, 'some.bsr');
    const text = readFileSync(file, 'utf8');
    writeFileSync(some, text.slice(0, text.lastIndexOf('Storage = ')));
    const before = held.lines['Director to storage'].passedBytes;
    expect(await restore(some)).toContain('does not come to its end');
    recallBytes = held.lines['Director to storage'].passedBytes - before;
  }, 60_000);
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    kept[Symbol.dispose]();
  });

  const restore = (from = file) => restoreForgotten(held, from);

  /** Runs `act` there, and resolves with the output of the restore. */
  async function inTheMiddle(act: () => Promise<unknown>, jobId = 1): Promise<string> {
    await held.console('purge files jobid=1 yes\n');
    const line = held.lines['Director to storage'];
    // Behind the records of the second of four volumes: those of one come at once.
    const half = line.holdAfter((recallBytes * 15) / 32);
    const output = restore();
    await half;
    await untilSomeSaved(held, jobId);
    await act();
    line.release();
    return output;
  }

  async function expectGood(jobId = 1): Promise<void> {
    expect(reported(await restore(), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    expect(await held.console(`list files jobid=${jobId}\n`)).toContain('link-90');
  }

  async function expectNothingRecalled(): Promise<void> {
    const listed = await held.console('list files jobid=1\nlist jobs\n');
    expect(listed).not.toContain('/dir-');
    expect(listed).toMatch(/^\| 1 +\| Backup .*\| T +\|$/m);
    expect(listed).not.toMatch(/\| R +\|$/m);
  }

  it('a storage daemon that is killed between two volumes is waited for, and the restore is good', async () => {
    const log = join(held.site.directory, 'director', 'messages.log');
    const output = inTheMiddle(() => stopDaemon(held.site, 'noctule-sd', 'SIGKILL'));
    await expect
      .poll(() => readFileSync(log, 'utf8'), { timeout: 20_000 })
      .toContain('Could not connect to Storage daemon on ');
    await startDaemon(held.site, 'noctule-sd');
    expect(reported(await output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    expect(await held.console('list files jobid=1\n')).toContain('link-90');
  });

  it('a restore that is cancelled leaves nothing of them in the catalog', async () => {
    const output = await inTheMiddle(() => held.console('cancel all yes\n'));
    expect(reported(output, 'Termination')).toBe('Restore Canceled');
    await expectNothingRecalled();
  });

  it('a Director that is killed with a new catalog leaves no job that counts, and the next restore is good', async () => {
    await stopDaemon(held.site, 'noctule-dir', 'SIGTERM');
    for (const name of globSync('*.db*', { cwd: join(held.site.directory, 'director') }))
      unlinkSync(join(held.site.directory, 'director', name));
    await startDaemon(held.site, 'noctule-dir');
    // The restore is JobId 1 here, and the job that comes back from the volumes 2.
    await inTheMiddle(() => stopDaemon(held.site, 'noctule-dir', 'SIGKILL'), 2);
    await startDaemon(held.site, 'noctule-dir');
    const jobs = await held.console('list jobs\n');
    expect(jobs).not.toMatch(/\| T +\|$/m);
    expect(jobs).not.toMatch(/\| R +\|$/m);
    // Or it is not tried again, and the volumes are as they were before it: unknown, or to be written anew.
    expect(await held.console('list volumes\n')).toMatch(/Full-0001 +\| Archive/);
    await held.console('update volume=Full-0001 volstatus=Used\npurge volume=Full-0001 yes\n');
    expect(await held.console('list volumes\n')).toMatch(/Full-0001 +\| Purged/);
    await held.console('delete volume=Full-0001 yes\n');
    expect(await held.console('list volumes\nlist jobs\n')).not.toMatch(/Full-0001|\| 2 +\| Backup/);
    await expectGood(4);
  });
});
