import { appendFileSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeBigFile, makeEverything } from '../support/odd-tree.ts';
import { backUp, reported } from '../support/site-under-test.ts';
import { twoStorages, type TwoStorages } from '../support/two-storages.ts';

/** The Full is on NAS, what is newer on File; new Fulls are put together on NAS or on File, by a pool of their own. */
describe('a VirtualFull out of two storage daemons', () => {
  let held: TwoStorages;
  const path = (...names: string[]) => join(held.source, ...names);
  const virtualFull = (pool: string) =>
    held.console(`run job=Backup level=VirtualFull nextpool=${pool} yes\nwait\nmessages\n`);

  beforeAll(async () => {
    held = await twoStorages({
      makeSource(directory) {
        makeEverything(directory);
        rmSync(join(directory, 'socket')); // is never restored
        makeBigFile(join(directory, 'big-in-full'), 12);
      },
      fileSetOptions: 'sparse = yes; xattrsupport = yes; aclsupport = yes',
      jobDirectives: 'Accurate = yes',
      directorConf:
        ['File', 'NAS']
          .map(
            (name) => `
Pool { Name = Virtual-${name}; Pool Type = Backup; Storage = ${name}; Label Format = "Virtual-${name}-" }`,
          )
          .join('\n') +
        `
Job {
  Name = Copy; Type = Copy; Client = site-fd; FileSet = Files; Messages = Standard
  Pool = Full-Pool; Next Pool = Virtual-File; Selection Type = PoolUncopiedJobs
}`,
    });
    const { confFiles, ports } = held.nas;
    const conf = readFileSync(confFiles['noctule-dir'], 'utf8');
    // The other storage daemon fetches through the line, too.
    const nas = new RegExp(`Address = [^\\n]*(\\n[^}]*SDPort = ${ports['noctule-sd']}\\n)`);
    expect(conf).toMatch(nas);
    writeFileSync(confFiles['noctule-dir'], conf.replace(nas, 'Address = 127.0.0.2$1'));
    await held.console('reload\n');
    expect(reported(await backUp(held, 'Full'), 'Storage')).toContain('NAS');
    rmSync(path('text-5-MiB'));
    rmSync(path('many', 'd3'), { recursive: true });
    appendFileSync(path('many', 'd7', 'f7'), 'more');
    expect(reported(await backUp(held, 'Differential'), 'Storage')).toContain('File');
    appendFileSync(path('plain.txt'), 'more');
    linkSync(path('plain.txt'), path('zz-link'));
    makeBigFile(path('many', 'big'), 4);
    expect(reported(await backUp(held, 'Incremental'), 'Storage')).toContain('File');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('is not begun when one of them is down, and says which', async () => {
    await stopDaemon(held.nas, 'noctule-sd');
    const output = await virtualFull('Virtual-File');
    await startDaemon(held.nas, 'noctule-sd');
    expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([
      expect.stringMatching(/Storage daemon "NAS" at 127\.0\.0\.2:\d+/),
    ]);
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(await held.console('list volumes\n')).not.toMatch(/Virtual-\w+-\d/);
  });

  it('fails when one is killed in the middle, names it, and leaves no Full', async () => {
    held.lines.NAS.cut();
    const there = held.lines.NAS.holdAfter(4 << 20);
    const running = virtualFull('Virtual-File');
    await there;
    await stopDaemon(held.nas, 'noctule-sd', 'SIGKILL');
    held.lines.NAS.release();
    const output = await running;
    await startDaemon(held.nas, 'noctule-sd');
    expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([
      expect.stringMatching(/Storage daemon "NAS" at .* was lost/),
    ]);
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
  });

  it.each(['File', 'NAS'] as const)('on %s gives the newest state back, alone', async (name) => {
    const output = await virtualFull(`Virtual-${name}`);
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(output).toContain('The volumes lie on several storages, read in turn: NAS, File');
    expect(reported(output, 'Storage')).toContain(name);
    const [, jobId] = /^ {2}JobId: +(\d+)$/m.exec(output) ?? [];
    const target = join(held.site.directory, 'restored');
    rmSync(target, { recursive: true, force: true });
    const restored = await held.console(
      `restore jobid=${jobId} where=${target} select all done yes\nwait\nmessages\n`,
    );
    expect(reported(restored, 'Termination')).toBe('Restore OK');
    expect(restored).toMatch(new RegExp(`^ {4}Virtual-${name}-\\d+ +${name} +FileStorage$`, 'm'));
    expect(restored).not.toContain('read in turn');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    await held.console(`delete jobid=${jobId} yes\n`); // the next one starts from the same jobs
  });

  it('fails when a block on the other one is damaged, and says where', async () => {
    const volume = join(held.nas.volumesDirectory, 'Full-0001');
    const sound = readFileSync(volume);
    const damaged = Buffer.from(sound);
    damaged.fill(0, 5 << 20, (5 << 20) + 512);
    writeFileSync(volume, damaged);
    const output = await virtualFull('Virtual-File');
    writeFileSync(volume, sound);
    expect(output).toMatch(/nas-sd JobId \d+: Error: .*Full-0001/);
    expect(output.match(/^.* Fatal error: .*$/gm)).toHaveLength(1);
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
  });

  it('and a Copy from one to the other stands for its original when that goes, and its storage daemon is down', async () => {
    const output = await held.console('run job=Copy yes\nwait\nmessages\n');
    expect(reported(output, 'Termination')).toBe('Copying OK');
    expect(reported(output, 'Read Storage')).toContain('NAS');
    expect(reported(output, 'Write Storage')).toContain('File');
    await stopDaemon(held.nas, 'noctule-sd');
    expect(await held.console('delete jobid=1 yes\n')).toContain('have been upgraded to Backup jobs');
    const target = join(held.site.directory, 'restored');
    rmSync(target, { recursive: true, force: true });
    const restored = await held.console(
      `restore client=site-fd where=${target} select all done yes\nwait\nmessages\n`,
    );
    expect(reported(restored, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });
});
