import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

const HOUR_MS = 3_600_000;

function makeSource(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'file'), 'content\n');
}

/** A time of day that is far from now, so that a run at it is neither due nor about to be. */
const farTime = `${new Date(Date.now() + 12 * HOUR_MS).getHours()}:00`;

function withSchedule(more: string) {
  return {
    makeSource,
    directorConf: `
Schedule {
  Name = Daily
  ${more}
  Run = Level=Full at ${farTime}
}
Job {
  Name = Scheduled
  Type = Backup
  Client = site-fd
  FileSet = Files
  Schedule = Daily
  Storage = File
  Messages = Standard
  Pool = Full-Pool
  Max Backup Age = 3 days
}
`,
  };
}

/** Lets the Director believe that it has been down since then. */
async function downSince(held: SiteUnderTest, since: Date): Promise<void> {
  await stopDaemon(held.site, 'noctule-dir');
  writeFileSync(join(held.site.directory, 'director', 'site-dir.schedules'), `${since.toISOString()}\n`);
  await startDaemon(held.site, 'noctule-dir');
}

describe('runs that were missed while the Director was down', () => {
  it('are reported, and not started unasked', async () => {
    await using held = await siteUnderTest(withSchedule(''));
    await downSince(held, new Date(Date.now() - 72 * HOUR_MS));
    const said = await held.console('wait\nmessages\nlist jobs\n');
    expect(said).toMatch(/Warning: 3 scheduled runs were missed while the Director did not run:/);
    expect(said).toMatch(/Job "Scheduled" {2}\(Run = Level=Full at \d+:00\)/);
    expect(said).toContain('None is made up for');
    expect(said).toContain('No results to list.');
  });

  it('are made up for by one run when the Schedule says Catch Up = yes', async () => {
    await using held = await siteUnderTest(withSchedule('Catch Up = yes'));
    await downSince(held, new Date(Date.now() - 72 * HOUR_MS));
    const said = await held.console('wait\nmessages\nlist jobs\n');
    expect(said).toContain('Job "Scheduled", level Full');
    expect(reported(said, 'Termination')).toBe('Backup OK');
    expect(said.match(/\| Scheduled /g)).toHaveLength(1);
    // Nothing is missed twice.
    await stopDaemon(held.site, 'noctule-dir');
    await startDaemon(held.site, 'noctule-dir');
    const later = await held.console('wait\nmessages\nlist jobs\n');
    expect(later).not.toContain('missed');
    expect(later.match(/\| Scheduled /g)).toHaveLength(1);
  });
});

describe('a Job with Max Backup Age', () => {
  it('is overdue until it has a good backup', async () => {
    await using held = await siteUnderTest(withSchedule(''));
    let status = '';
    do status = await held.console('status dir\n');
    while (!status.includes('Overdue Backups:'));
    expect(status).toMatch(/^Scheduled {10}none +3 days$/m);
    expect(await held.console('messages\n')).toContain(
      'Job "Scheduled": there is no good backup (Max Backup Age = 3 days)',
    );
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK'); // of another Job
    expect(await held.console('status dir\n')).toContain('Overdue Backups:');
    expect(
      reported(await held.console('run job=Scheduled level=Full yes\nwait\nmessages\n'), 'Termination'),
    ).toBe('Backup OK');
    do status = await held.console('status dir\n');
    while (status.includes('Overdue Backups:'));
    expect(status).toMatch(/^Full +Backup +10 {2}.*Scheduled +Full-/m);
  });
});
