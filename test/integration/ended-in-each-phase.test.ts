import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon, type DaemonName } from '../../tools/site.ts';
import { backupJob } from '../support/backup-job.ts';
import { LockedCatalog } from '../support/locked-catalog.ts';
import { clientIdle, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const AFTERWARDS = 'wait\nmessages\nlist jobs\nstatus dir\n';

/** Backups that come to some phase and stay there, until the file "go" is there or somebody ends them. */
describe('a backup', { timeout: 60_000 }, () => {
  const place = temporaryDirectory();
  const at = (name: string) => join(place.path, name);
  let held: SiteUnderTest;

  /** Says "reached" and waits; not for ever, where whoever started it is killed: "reached" goes with the test. */
  const script = `sh -c 'touch ${at('reached')}; until test -e ${at('go')} || ! test -e ${at('reached')}; do sleep 0.1; done'`;

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        for (let i = 0; i < 5; i++) writeFileSync(join(directory, `file-${i}`), randomBytes(100_000));
      },
      directorConf: [
        backupJob('Before', `RunBeforeJob = "${script}"`),
        backupJob('Client-Before', `ClientRunBeforeJob = "${script}"`),
        backupJob('Volume', 'Full Backup Pool = Unlabelled'),
        backupJob('After', `RunAfterJob = "${script}"`),
        backupJob('Client-After', `ClientRunAfterJob = "${script}"`),
        'Pool { Name = Unlabelled; Pool Type = Backup }',
      ].join('\n'),
    });
  });
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  /** Runs one and resolves with its JobId when it has come to where it stays. */
  async function reach(name: string): Promise<number> {
    for (const file of ['reached', 'go']) rmSync(at(file), { force: true });
    const started = await held.console(`run job=${name} yes\n`);
    if (name === 'Volume') await shows('is waiting for an appendable Volume');
    else await expect.poll(() => existsSync(at('reached')), { timeout: 60_000 }).toBe(true);
    return Number(/JobId=(\d+)/.exec(started)?.[1]);
  }

  async function shows(text: string): Promise<void> {
    while (!(await held.console('status dir\n')).includes(text));
  }

  /** Resolves with what the console says of its end. */
  async function end(jobId: number, by: 'cancel' | 'stop' | DaemonName): Promise<string> {
    const command = by === 'cancel' || by === 'stop' ? `${by} jobid=${jobId}\n` : '';
    if (!command) {
      await stopDaemon(held.site, by as DaemonName, 'SIGKILL');
      await startDaemon(held.site, by as DaemonName);
    }
    return held.console(command + AFTERWARDS);
  }

  function expectEnded(
    output: string,
    jobId: number,
    { status, says }: { status: string; says: string },
  ): void {
    expect(output).toContain('No Jobs running.');
    expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\|.*\\| ${status} +\\|$`, 'm'));
    expect(reported(output, 'Termination')).toBe(says);
  }

  const CANCELLED = { status: 'A', says: 'Backup Canceled' };
  const GOOD = { status: 'T', says: 'Backup OK' };
  const FAILED = { status: 'f', says: '*** Backup Error ***' };

  it.each(['cancel', 'stop'] as const)('in the queue: %s ends it with A; it never ran', async (by) => {
    const first = await reach('Before');
    const started = await held.console('run job=Backup level=Full yes\n');
    const jobId = Number(/JobId=(\d+)/.exec(started)?.[1]);
    await shows('is waiting on max Client jobs');
    const output = await held.console(
      `${by} jobid=${jobId}\nwait jobid=${jobId}\nmessages\nlist jobid=${jobId}\n`,
    );
    expect(reported(output, 'Termination')).toBe('Backup Canceled');
    expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\|.*\\| A +\\|$`, 'm'));
    writeFileSync(at('go'), '');
    expectEnded(await held.console(AFTERWARDS), first, {
      status: 'T',
      says: 'Backup OK',
    });
  });

  it.each([
    ['Before', 'cancel', CANCELLED],
    ['Before', 'stop', CANCELLED],
    ['Client-Before', 'cancel', CANCELLED],
    ['Client-Before', 'stop', CANCELLED],
    ['Client-Before', 'noctule-fd', FAILED],
    ['Volume', 'cancel', CANCELLED],
    ['Volume', 'stop', CANCELLED],
    ['Volume', 'noctule-fd', FAILED],
    ['Volume', 'noctule-sd', FAILED],
    ['Client-After', 'cancel', CANCELLED],
    // All is saved: a resume has nothing more to send.
    ['Client-After', 'stop', { status: 'I', says: 'Backup failed -- Incomplete' }],
    ['Client-After', 'noctule-fd', FAILED],
    // Its report is out already; an After script that does not come to its end is an error.
    ['After', 'cancel', { status: 'E', says: 'Backup OK' }],
    ['After', 'stop', { status: 'E', says: 'Backup OK' }],
  ] as const)('in the phase %s: %s ends it, and no job is left running', async (name, by, expected) => {
    const jobId = await reach(name);
    expectEnded(await end(jobId, by), jobId, expected);
    await clientIdle(held);
  });

  it.each(['Client-Before', 'Client-After'])(
    'in the phase %s: a storage daemon that dies and comes back does no harm, since it has nothing to do then',
    async (name) => {
      const jobId = await reach(name);
      await stopDaemon(held.site, 'noctule-sd', 'SIGKILL');
      await startDaemon(held.site, 'noctule-sd');
      writeFileSync(at('go'), '');
      expectEnded(await held.console(AFTERWARDS), jobId, GOOD);
    },
  );

  it.each(['cancel', 'stop'] as const)(
    'at its end, when only the catalog has to be told: %s comes too late, and it is good',
    async (by) => {
      const jobId = await reach('Client-After');
      using other = new LockedCatalog(held.site);
      writeFileSync(at('go'), '');
      await clientIdle(held);
      const said = await held.console(`${by} jobid=${jobId}\n`);
      expect(said).toContain(`JobId=${jobId}`);
      other.release();
      expectEnded(await held.console(AFTERWARDS), jobId, {
        status: 'T',
        says: 'Backup OK',
      });
    },
  );

  it.each(['Before', 'Client-Before', 'Client-After'])(
    'that was ended in the phase %s is run anew by restart, and restores whole',
    async (name) => {
      const jobId = await reach(name);
      await end(jobId, 'cancel');
      writeFileSync(at('go'), '');
      const restarted = await held.console(`restart jobid=${jobId} yes\nwait\nmessages\n`);
      expect(reported(restarted, 'Termination')).toBe('Backup OK');
      const target = join(held.site.directory, name);
      const restored = await held.console(
        `restore client=site-fd jobid=${reported(restarted, 'JobId')} where=${target} select all done yes\nwait\nmessages\n`,
      );
      expect(reported(restored, 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
    },
  );
});
