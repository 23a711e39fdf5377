import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startSite } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { backUp, reported, restoreAll, siteUnderTest } from '../support/site-under-test.ts';
import { twoStorages } from '../support/two-storages.ts';

const MIB = 1 << 20;

/** Two files, of which only one changes: the newest state is on two volumes. */
function makeSource(directory: string): void {
  mkdirSync(directory);
  makeBigFile(join(directory, 'stays'), 16);
  makeBigFile(join(directory, 'grows'), 16);
}

describe('two devices of one storage daemon, of different Media Types', () => {
  it('are read in turn by one restore, and by a VirtualFull', async () => {
    await using held = await siteUnderTest({
      makeSource,
      start: false,
      jobDirectives: 'Next Pool = Incr-Pool',
    });
    const { directory, confFiles } = held.site;
    mkdirSync(join(directory, 'other-volumes'));
    const change = (daemon: 'noctule-dir' | 'noctule-sd', edit: (conf: string) => string) =>
      writeFileSync(confFiles[daemon], edit(readFileSync(confFiles[daemon], 'utf8')));
    const renamed = (text: string) =>
      text
        .replace('Name = File', 'Name = Other')
        .replace('Device = FileStorage', 'Device = OtherStorage')
        .replace('Media Type = File', 'Media Type = Other')
        .replace('/volumes"', '/other-volumes"');
    change('noctule-sd', (conf) => conf + renamed(/^Device \{[^}]*\}\n/m.exec(conf)![0]));
    change('noctule-dir', (conf) =>
      (conf + renamed(/^Storage \{[^}]*\}\n/m.exec(conf)![0]))
        .replace('  Storage = File\n', '') // of the Job Backup: its pools say where
        .replace('Name = Full-Pool\n  Pool Type', 'Name = Full-Pool\n  Storage = Other\n  Pool Type')
        .replace(/(Name = (Diff|Incr)-Pool\n)/g, '$1  Storage = File\n'),
    );
    await startSite(held.site);
    await backUp(held, 'Full');
    appendFileSync(join(held.source, 'grows'), 'more');
    await backUp(held, 'Incremental');

    const output = await restoreAll(held);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(reported(output, 'Read Storages')).toBe('Other, File');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);

    const virtual = await backUp(held, 'VirtualFull');
    expect(virtual).toContain('The volumes lie on several storages, read in turn: Other, File');
    expect(reported(virtual, 'Termination')).toMatch(/^Backup OK/); // with a warning: it is not Accurate
    const again = await restoreAll(held);
    expect(again).not.toContain('read in turn');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });
});

describe('two restores that read the same storages in opposite orders', () => {
  it('wait for each other at their limits, say so, and both come to their end', async () => {
    // Until a restore knows its volumes, it stands in the queue for the Storage of its Pool.
    const restoreJob = (name: string, pool: string) => `
Job { Name = ${name}; Type = Restore; Client = site-fd; FileSet = Files; Messages = Standard; Pool = ${pool} }`;
    await using held = await twoStorages({
      makeSource,
      storageDirectives: 'Maximum Concurrent Read Jobs = 1',
      directorConf: `${restoreJob('Restore-1', 'Full-Pool')}${restoreJob('Restore-2', 'Diff-Pool')}
Job { Name = Reverse; Type = Backup; Client = site-fd; FileSet = Files; Messages = Standard
  Pool = Full-Pool; Full Backup Pool = Diff-Pool; Incremental Backup Pool = Full-Pool }`,
      poolDirectives: 'Maximum Volume Jobs = 1',
      clientDirectives: 'Maximum Concurrent Jobs = 5',
    });
    const { confFiles, directory } = held.site;
    const conf = readFileSync(confFiles['noctule-dir'], 'utf8');
    writeFileSync(
      confFiles['noctule-dir'],
      conf.replace('Name = site-fd\n', 'Name = site-fd\n  Maximum Concurrent Jobs = 5\n'),
    );
    await held.console('reload\n');
    const run = (job: string, level: string) => held.console(`run job=${job} level=${level} yes\nwait\n`);
    await run('Backup', 'Full');
    await run('Reverse', 'Full');
    appendFileSync(join(held.source, 'grows'), 'more');
    await run('Backup', 'Incremental');
    await run('Reverse', 'Incremental');

    // Each is held in the middle of its first storage.
    const ofNas = held.lines.NAS.holdAfter(4 * MIB);
    const ofFile = held.lines.File.holdAfter(4 * MIB);
    const target = (number: number) => join(directory, `restored-${number}`);
    const start = (number: number, jobIds: string) =>
      `restore jobid=${jobIds} restorejob=Restore-${number} where=${target(number)} select all done yes\n`;
    await held.console(start(1, '1,3') + start(2, '2,4'));
    await Promise.all([ofNas, ofFile]);

    held.lines.NAS.release();
    await expect
      .poll(() => held.console('status dir\n'), { timeout: 20_000, interval: 200 })
      .toMatch(/Restore-1 .*is waiting on max Storage jobs \(File\)$/m);
    held.lines.File.release();
    const output = await held.console('wait\nmessages\n');
    expect(output.match(/^ {2}Termination: .*$/gm)?.filter((line) => line.includes('Restore'))).toEqual([
      expect.stringContaining('Restore OK'),
      expect.stringContaining('Restore OK'),
    ]);
    expect(output.match(/Read Storages: .*$/gm)?.sort()).toEqual([
      expect.stringMatching(/File, NAS$/),
      expect.stringMatching(/NAS, File$/),
    ]);
    for (const number of [1, 2]) {
      expect(compareTrees(held.source, join(target(number), held.source)).differences).toEqual([]);
    }
  });
});
