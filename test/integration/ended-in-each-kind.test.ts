import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon, type DaemonName } from '../../tools/site.ts';
import { backupJob } from '../support/backup-job.ts';
import { makeManyFiles } from '../support/many-files.ts';
import { relayedSite, type RelayedSite } from '../support/relayed-site.ts';
import {
  backUp,
  clientIdle,
  reported,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const otherJob = (name: string, lines: string) => `
Job { Name = ${name}; Client = site-fd; FileSet = Files; Storage = File; Messages = Standard; Pool = Full-Pool
  ${lines}
}
`;

const jobIdOf = (started: string) => Number(/JobId=(\d+)/.exec(started)?.[1]);

/** Resolves with what the console says of the end of the job; `then` comes before that end is waited for. */
async function endedBy(
  held: SiteUnderTest,
  jobId: number,
  by: 'cancel' | 'stop' | DaemonName,
  then: () => void = () => undefined,
): Promise<string> {
  const isCommand = by === 'cancel' || by === 'stop';
  if (isCommand) await held.console(`${by} jobid=${jobId}\n`);
  else await stopDaemon(held.site, by, 'SIGKILL');
  then();
  if (!isCommand) await startDaemon(held.site, by);
  const output = await held.console(`wait\nmessages\nlist jobid=${jobId}\nstatus dir\n`);
  expect(output).toContain('No Jobs running.');
  return output;
}

function expectEnded(output: string, status: string, says: string): void {
  expect(reported(output, 'Termination')).toBe(says);
  expect(output).toMatch(new RegExp(`^\\| +\\d+ +\\|.*\\| ${status} +\\|$`, 'm'));
}

describe('a Verify in the middle of the disk', { timeout: 60_000 }, () => {
  let held: RelayedSite;

  beforeAll(async () => {
    held = await relayedSite({
      makeSource: makeManyFiles,
      fileSetOptions: 'verify = pnugsm1',
      directorConf:
        otherJob('Baseline', 'Type = Verify; Level = InitCatalog') +
        otherJob('Disk', 'Type = Verify; Level = DiskToCatalog; Job To Verify = Backup'),
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    const first = await held.console('run job=Baseline yes\nwait\nmessages\n');
    expect(reported(first, 'Termination')).toBe('Verify OK');
  });
  afterAll(() => held[Symbol.asyncDispose]());

  it.each([
    ['Baseline', 'cancel', 'A', 'Verify Canceled'],
    ['Baseline', 'noctule-fd', 'f', '*** Verify Error ***'],
    ['Disk', 'cancel', 'A', 'Verify Canceled'],
    ['Disk', 'noctule-fd', 'f', '*** Verify Error ***'],
    ['Baseline level=Catalog', 'cancel', 'A', 'Verify Canceled'],
    ['Baseline level=Catalog', 'noctule-fd', 'f', '*** Verify Error ***'],
  ] as const)('%s: %s ends it with %s, and the next one is good', async (job, by, status, says) => {
    const line = held.lines['Director to client'];
    const inTheMiddle = line.holdAfter(60_000);
    const jobId = jobIdOf(await held.console(`run job=${job} yes\n`));
    await inTheMiddle;
    expectEnded(await endedBy(held, jobId, by, () => line.release()), status, says);
    await clientIdle(held);
    const next = await held.console(`run job=${job} yes\nwait\nmessages\n`);
    expect(reported(next, 'Termination')).toBe('Verify OK');
  });
});

describe('a job that', { timeout: 60_000 }, () => {
  const place = temporaryDirectory();
  const at = (name: string) => join(place.path, name);
  /** Says "reached" and waits; not for ever, where whoever started it is killed: "reached" goes with the test. */
  const script = `sh -c 'touch ${at('reached')}; until test -e ${at('go')} || ! test -e ${at('reached')}; do sleep 0.1; done'`;
  let held: SiteUnderTest;

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        writeFileSync(join(directory, 'file'), 'content');
      },
      directorConf: [
        otherJob('Housekeeping', `Type = Admin; RunBeforeJob = "${script}"`),
        backupJob('Alone', `RunBeforeJob = "${script}"; Allow Duplicate Jobs = no`),
        backupJob(
          'Newest',
          `RunBeforeJob = "${script}"; Allow Duplicate Jobs = no; Cancel Running Duplicates = yes`,
        ),
      ].join('\n'),
    });
  });
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  async function reach(job: string): Promise<number> {
    for (const file of ['reached', 'go']) rmSync(at(file), { force: true });
    const jobId = jobIdOf(await held.console(`run job=${job} yes\n`));
    await expect.poll(() => existsSync(at('reached')), { timeout: 60_000 }).toBe(true);
    return jobId;
  }

  it.each(['cancel', 'stop'] as const)(
    'is of type Admin and runs a script: %s ends it with A',
    async (by) => {
      const jobId = await reach('Housekeeping');
      expectEnded(await endedBy(held, jobId, by), 'A', 'Admin Canceled');
    },
  );

  it.each(['cancel', 'stop'] as const)('waits for a client that is down: %s ends it with A', async (by) => {
    await stopDaemon(held.site, 'noctule-fd');
    const jobId = jobIdOf(await held.console('run job=Backup level=Full yes\n'));
    while (!(await held.console('status dir\n')).includes('is waiting on Client'));
    expectEnded(await endedBy(held, jobId, by), 'A', 'Backup Canceled');
    await startDaemon(held.site, 'noctule-fd');
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });

  it.each(['cancel', 'stop'] as const)(
    'waits for a storage daemon that is down: %s ends it with A',
    async (by) => {
      await stopDaemon(held.site, 'noctule-sd');
      const jobId = jobIdOf(await held.console('run job=Backup level=Full yes\n'));
      while (!(await held.console('status dir\n')).includes('is waiting on Storage'));
      expectEnded(await endedBy(held, jobId, by), 'A', 'Backup Canceled');
      await startDaemon(held.site, 'noctule-sd');
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    },
  );

  it.each([
    ['cancel', 'A', 'Backup Canceled'],
    ['stop', 'A', 'Backup Canceled'],
    ['noctule-sd', 'f', '*** Backup Error ***'],
  ] as const)('waits for a device that is unmounted: %s ends it with %s', async (by, status, says) => {
    await held.console('umount storage=File\n');
    const jobId = jobIdOf(await held.console('run job=Backup level=Full yes\n'));
    while (!(await held.console('status dir\n')).includes('is waiting for a drive'));
    expectEnded(await endedBy(held, jobId, by), status, says);
    await held.console('mount storage=File\n');
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });

  it('may not run twice is not begun while it runs, and says which one does', async () => {
    const first = await reach('Alone');
    const second = jobIdOf(await held.console('run job=Alone yes\n'));
    const refused = await held.console(`wait jobid=${second}\nmessages\nlist jobid=${second}\n`);
    expect(refused).toContain(`JobId ${first} already running. Duplicate job not allowed.`);
    expect(refused).toMatch(new RegExp(`^\\| +${second} +\\|.*\\| A +\\|$`, 'm'));
    writeFileSync(at('go'), '');
    const output = await held.console(`wait\nmessages\nlist jobid=${first}\n`);
    expectEnded(output, 'T', 'Backup OK');
  });

  it('takes the place of the one that runs, if it may, is the one that saves', async () => {
    const first = await reach('Newest');
    const second = jobIdOf(await held.console('run job=Newest yes\n'));
    await held.console(`wait jobid=${first}\n`);
    writeFileSync(at('go'), '');
    const output = await held.console(`wait\nmessages\nlist jobs\n`);
    expect(output).toMatch(new RegExp(`^\\| +${first} +\\|.*\\| A +\\|$`, 'm'));
    expect(output).toMatch(new RegExp(`^\\| +${second} +\\|.*\\| T +\\|$`, 'm'));
  });
});
