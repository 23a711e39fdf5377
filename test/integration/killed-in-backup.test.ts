import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon, type DaemonName } from '../../tools/site.ts';
import { backupJob } from '../support/backup-job.ts';
import { runHalf } from '../support/half-saved.ts';
import { makeManyFiles } from '../support/many-files.ts';
import { relayedSite, type RelayedSite } from '../support/relayed-site.ts';
import { backUp, clientIdle, reported } from '../support/site-under-test.ts';

/** As the Job Backup, but what is broken off has failed. */
const ALL_OR_NOTHING = backupJob('Whole', 'Allow Incomplete Jobs = no');

/** Backups of which some files are in the catalog and more data on the volume; the client cannot send the rest. */
describe('a backup in the middle of its data', { timeout: 120_000 }, () => {
  let held: RelayedSite;
  let lastJobId = 0;

  beforeAll(async () => {
    held = await relayedSite({ makeSource: makeManyFiles, directorConf: ALL_OR_NOTHING });
  });
  afterAll(() => held[Symbol.asyncDispose]());

  /** Gives the JobId of one that is held there. */
  async function half(job = 'Backup'): Promise<number> {
    const jobId = ++lastJobId;
    await runHalf(held, { job, jobId });
    return jobId;
  }

  /** Kills a daemon under the jobs and starts it again; resolves with what the console says of their end. */
  async function killed(daemon: DaemonName): Promise<string> {
    await stopDaemon(held.site, daemon, 'SIGKILL');
    held.lines['client to storage'].release();
    await startDaemon(held.site, daemon);
    const output = await held.console('wait\nmessages\nlist jobs\nstatus dir\n');
    expect(output).toContain('No Jobs running.');
    await clientIdle(held);
    return output;
  }

  async function expectWhole(jobId: number): Promise<void> {
    const target = join(held.site.directory, `restored-${jobId}`);
    const output = await held.console(
      `restore client=site-fd jobid=${jobId} where=${target} select all done yes\nwait\nmessages\n`,
    );
    lastJobId += 1;
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
  }

  it.each([
    ['noctule-fd', /Fatal error: .*File daemon "site-fd" at .* was lost/],
    ['noctule-sd', /Fatal error: .*Storage daemon "File" at .* was lost/],
  ] as const)(
    'is incomplete when %s is killed: the next job is good on the same volume, and resume restores whole',
    async (daemon, sentence) => {
      const jobId = await half();
      const output = await killed(daemon);
      expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([expect.stringMatching(sentence)]);
      expect(reported(output, 'Termination')).toBe('Backup failed -- Incomplete');
      expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\| Backup .*\\| I +\\|$`, 'm'));

      const next = await backUp(held, 'Full');
      lastJobId += 1;
      expect(reported(next, 'Termination')).toBe('Backup OK');
      expect(reported(next, 'Volume name\\(s\\)')).toBe('Full-0001');

      const resumed = await held.console(`resume jobid=${jobId}\nwait\nmessages\n`);
      expect(reported(resumed, 'JobId')).toBe(String(jobId));
      expect(reported(resumed, 'Termination')).toBe('Backup OK');
      await expectWhole(jobId);
    },
  );

  it('has failed when Allow Incomplete Jobs is no; restart runs it anew, and that restores whole', async () => {
    const jobId = await half('Whole');
    const output = await killed('noctule-sd');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\| Whole .*\\| f +\\|$`, 'm'));
    const restarted = await held.console(`restart jobid=${jobId} yes\nwait\nmessages\n`);
    lastJobId += 1;
    expect(reported(restarted, 'JobId')).toBe(String(lastJobId));
    expect(reported(restarted, 'Termination')).toBe('Backup OK');
    await expectWhole(lastJobId);
  });

  it('ends with A when it is cancelled: what was written is on the volume, but not to be restored; restart runs it anew', async () => {
    const jobId = await half();
    const output = await held.console(
      `cancel jobid=${jobId}\nwait\nmessages\nlist jobs\nlist jobmedia jobid=${jobId}\n`,
    );
    held.lines['client to storage'].release();
    expect(reported(output, 'Termination')).toBe('Backup Canceled');
    expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\| Backup .*\\| A +\\|$`, 'm'));
    expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\| Full-0001 +\\|`, 'm'));
    const choice = await held.console('restore client=site-fd select all done no\n');
    expect(choice).not.toMatch(new RegExp(`^\\| +${jobId} +\\|`, 'm'));
    const restarted = await held.console(`restart jobid=${jobId} yes\nwait\nmessages\n`);
    lastJobId += 1;
    expect(reported(restarted, 'Termination')).toBe('Backup OK');
    await expectWhole(lastJobId);
  });
});
