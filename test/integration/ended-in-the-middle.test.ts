import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon, type DaemonName } from '../../tools/site.ts';
import {
  backUp,
  clientIdle,
  reported,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const NARROW_BYTES = 1_000_000;

const CONF = `
Pool { Name = Narrow; Pool Type = Backup; Storage = File; Maximum Volume Bytes = ${NARROW_BYTES} }
Job {
  Name = Migrate
  Type = Migrate
  Selection Type = Job
  Selection Pattern = "^Backup$"
  Client = site-fd
  FileSet = Files
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Next Pool = Narrow
}
`;

/** Jobs that have filled the only volume of their pool, and wait in the middle of their data for another one. */
describe('a job that waits for its second volume', { timeout: 60_000 }, () => {
  let held: SiteUnderTest;
  let labelled = 0;

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        for (let i = 0; i < 40; i++) writeFileSync(join(directory, `file-${i}`), randomBytes(100_000));
      },
      directorConf: CONF,
      jobDirectives: 'Accurate = yes',
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    writeFileSync(join(held.source, 'later'), 'later');
    expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
  });
  afterAll(() => held[Symbol.asyncDispose]());

  async function label(): Promise<string> {
    const name = `Narrow-${++labelled}`;
    expect(await held.console(`label storage=File pool=Narrow volume=${name}\n`)).toContain(name);
    return join(held.site.volumesDirectory, name);
  }

  /** Resolves with the JobId when it has come there. */
  async function reach(run: string): Promise<number> {
    const volume = await label();
    const started = await held.console(`run ${run} yes\n`);
    while (!(await held.console('status dir\n')).includes('is waiting for an appendable Volume'));
    expect(statSync(volume).size).toBeGreaterThan(NARROW_BYTES / 2);
    return Number(/JobId=(\d+)/.exec(started)?.[1]);
  }

  /** Resolves with what the console says of its end. */
  async function ended(jobId: number, by: 'cancel' | 'stop' | DaemonName): Promise<string> {
    const command = by === 'cancel' || by === 'stop' ? `${by} jobid=${jobId}\n` : '';
    if (!command) {
      await stopDaemon(held.site, by as DaemonName, 'SIGKILL');
      await startDaemon(held.site, by as DaemonName);
    }
    const output = await held.console(`${command}wait\nmessages\nlist jobs\nstatus dir\n`);
    expect(output).toContain('No Jobs running.');
    return output;
  }

  async function expectRestored(): Promise<void> {
    const target = join(held.site.directory, `restored-${labelled}`);
    const output = await held.console(
      `restore client=site-fd where=${target} select all done yes\nwait\nmessages\n`,
    );
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(output).not.toContain('Narrow-');
    expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
  }

  it.each([
    ['job=Backup level=VirtualFull nextpool=Narrow', 'cancel', 'A', 'Backup Canceled'],
    ['job=Backup level=VirtualFull nextpool=Narrow', 'noctule-sd', 'f', '*** Backup Error ***'],
    ['job=Migrate jobid=1', 'cancel', 'A', 'Migration Canceled'],
    ['job=Migrate jobid=1', 'noctule-sd', 'f', '*** Migration Error ***'],
  ] as const)(
    'run %s: %s ends it with %s, and the backups that it read are as before',
    async (run, by, status, says) => {
      const jobId = await reach(run);
      const output = await ended(jobId, by);
      expect(reported(output, 'Termination')).toBe(says);
      expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\|.*\\| ${status} +\\|$`, 'm'));
      expect(output).toMatch(/^\| +1 +\| Backup .*\| T +\|$/m);
      // What a migration was to write is no failed Full of the Job.
      expect(output).not.toMatch(/^\| +\d+ +\| Backup .*\| B +\| F .*\| [Af] +\|$/m);
      await expectRestored();
    },
  );

  it.each([
    ['cancel', 'A', 'Backup Canceled'],
    // No file records are written yet, so there is nothing to go on from.
    ['stop', 'A', 'Backup Canceled'],
    ['noctule-fd', 'f', '*** Backup Error ***'],
    ['noctule-sd', 'f', '*** Backup Error ***'],
  ] as const)(
    'a Full: %s ends it, it is not restored from, and the next one is good',
    async (by, status, says) => {
      const jobId = await reach('job=Backup level=Full pool=Narrow fullpool=Narrow');
      const output = await ended(jobId, by);
      expect(reported(output, 'Termination')).toBe(says);
      expect(output).toMatch(new RegExp(`^\\| +${jobId} +\\| Backup .*\\| ${status} +\\|$`, 'm'));
      await clientIdle(held);
      await expectRestored();
      expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
    },
  );
});
