import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemonPid, startDaemon, stopDaemon } from '../../tools/site.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

function makeSource(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'file'), 'content\n');
}

/**
 * Changes the Director's conf file; what the Director goes by changes with the next reload only.
 * Gives the number of the changed line.
 */
function editConf(held: SiteUnderTest, from: RegExp, to: string): number {
  const file = held.site.confFiles['noctule-dir'];
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
  return text.slice(0, text.search(from)).split('\n').length;
}

const MORE = `
Schedule {
  Name = Nightly
  Run = Level=Full 1st sun at 23:05
}
`;

describe('reload', () => {
  it('takes a broken conf not at all, says where it is broken, and takes the mended one whole', async () => {
    await using held = await siteUnderTest({ makeSource });
    const pid = await daemonPid(held.site, 'noctule-dir');
    // Two things are new: one right, one wrong. Neither may be in force afterwards.
    writeFileSync(held.site.confFiles['noctule-dir'], MORE, { flag: 'a' });
    const line = editConf(held, /Maximum Volumes = 100/, 'Maximum Volumes = many');

    const refused = await held.console('reload\nshow schedules\nshow pool=Full-Pool\n');
    expect(refused).toContain(
      `noctule-dir.conf:${line}:21: Maximum Volumes takes a whole number, not "many"`,
    );
    expect(refused).toMatch(/ {4}\d+ \| {3}Maximum Volumes = many\n +\| {21}\^{4} {2}for example/);
    expect(refused).toContain('the conf was refused and the old one stays in force');
    expect(refused).not.toContain('Nightly');
    expect(refused).toContain('max_vols=100');
    expect(await daemonPid(held.site, 'noctule-dir')).toBe(pid);
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');

    editConf(held, /Maximum Volumes = many/, 'Maximum Volumes = 55');
    const accepted = await held.console(
      'reload\nshow schedules\nshow pool=Full-Pool\nstatus schedule days=40\n',
    );
    expect(accepted).toContain('Conf reloaded.');
    expect(accepted).toContain('Schedule: Name=Nightly');
    expect(accepted).toContain('max_vols=55');
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });

  it('takes nothing of a conf that a running Director cannot follow', async () => {
    await using held = await siteUnderTest({ makeSource });
    writeFileSync(held.site.confFiles['noctule-dir'], MORE, { flag: 'a' });
    editConf(held, /Name = site-dir/, 'Name = other-dir');
    const refused = await held.console('reload\nshow schedules\n');
    expect(refused).toContain('the Name of the Director changes from "site-dir" to "other-dir"');
    expect(refused).not.toContain('Nightly');
  });

  it('lets a running job go on with what it began with', async () => {
    await using held = await siteUnderTest({ makeSource });
    await stopDaemon(held.site, 'noctule-fd');
    await held.console('run job=Backup level=Full yes\n');
    let status = '';
    do status = await held.console('status dir\n');
    while (!status.includes('is waiting on Client'));

    editConf(held, /Full Backup Pool = Full-Pool/, 'Full Backup Pool = Diff-Pool');
    editConf(held, /Name = Files\n/, 'Name = Other-Files\n');
    editConf(
      held,
      /FileSet = Files\n {2}Storage = File\n {2}Messages = Standard\n {2}Pool = Full-Pool\n {2}Full/,
      'FileSet = Other-Files\n  Storage = File\n  Messages = Standard\n  Pool = Full-Pool\n  Full',
    );
    editConf(held, /FileSet = Files\n/, 'FileSet = Other-Files\n');
    expect(await held.console('reload\n')).toContain('Conf reloaded.');

    await startDaemon(held.site, 'noctule-fd');
    const report = await held.console('wait\nmessages\n');
    expect(reported(report, 'Termination')).toBe('Backup OK');
    expect(reported(report, 'Pool')).toMatch(/^"Full-Pool"/);
    expect(reported(report, 'FileSet')).toMatch(/^"Files"/);
    const next = await backUp(held, 'Full');
    expect(reported(next, 'Pool')).toMatch(/^"Diff-Pool"/);
    expect(reported(next, 'FileSet')).toMatch(/^"Other-Files"/);
  });
});
