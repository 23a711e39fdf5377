import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeBigFile, makeEverything } from '../support/odd-tree.ts';
import { backUp, clientIdle, reported, restoreAll } from '../support/site-under-test.ts';
import { twoStorages, type TwoStorages } from '../support/two-storages.ts';

const MIB = 1 << 20;

/** The newest state is on both storages: the Full on NAS, what is newer on File. */
describe('a restore from two storage daemons', () => {
  let held: TwoStorages;
  const path = (...names: string[]) => join(held.source, ...names);

  beforeAll(async () => {
    held = await twoStorages({
      makeSource(directory) {
        makeEverything(directory);
        rmSync(join(directory, 'socket')); // is never restored
        makeBigFile(join(directory, 'big-in-full'), 8);
      },
      fileSetOptions: 'sparse = yes; xattrsupport = yes; aclsupport = yes',
      jobDirectives: 'Accurate = yes',
    });
    expect(reported(await backUp(held, 'Full'), 'Storage')).toContain('NAS');
    rmSync(path('text-5-MiB'));
    writeFileSync(path('plain.txt'), 'changed\n');
    expect(reported(await backUp(held, 'Differential'), 'Storage')).toContain('File');
    rmSync(path('many', 'd3'), { recursive: true });
    renameSync(path('many', 'd4', 'f50'), path('many', 'd5', 'renamed'));
    rmSync(path('random-3-MiB')); // its content lives on under its other name
    mkdirSync(path('new-directory'));
    makeBigFile(path('new-directory', 'big'), 24);
    linkSync(path('new-directory', 'big'), path('new-directory', 'zz-link'));
    appendFileSync(path('many', 'd7', 'f7'), 'more');
    expect(reported(await backUp(held, 'Incremental'), 'Termination')).toBe('Backup OK');
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('restores the newest state as one job, and names both', async () => {
    const output = await restoreAll(held);
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    expect(existsSync(join(held.restoredSource, 'text-5-MiB'))).toBe(false);
    expect(output).toMatch(/^ {4}Full-0001 +NAS +FileStorage\n {4}Diff-0002 +File +FileStorage$/m);
    expect(output).toContain('The volumes lie on several storages, read in turn: NAS, File');
    expect(output.match(/Using Device "FileStorage" on Storage "\w+" to read/g)).toEqual([
      'Using Device "FileStorage" on Storage "NAS" to read',
      'Using Device "FileStorage" on Storage "File" to read',
    ]);
    expect(reported(output, 'Read Storages')).toBe('NAS, File');
    expect(reported(output, 'SD termination status')).toBe('OK');
  });

  it('restores nothing when one of them is down, and says which', async () => {
    await stopDaemon(held.site, 'noctule-sd');
    const output = await restoreAll(held);
    await startDaemon(held.site, 'noctule-sd');
    expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([
      expect.stringMatching(/Storage daemon "File" at 127\.0\.0\.1:\d+/),
    ]);
    expect(output).toContain('See whether the Storage daemon is running');
    expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
    expect(reported(output, 'Files Restored')).toBe('0');
    expect(existsSync(held.restoredSource)).toBe(false);
  });

  it('keeps what the first gave when the second has gone before its turn, and says which', async () => {
    held.lines.NAS.cut(); // what is left of the restore before does not count
    const there = held.lines.NAS.holdAfter(4 * MIB);
    const running = restoreAll(held);
    await there;
    await stopDaemon(held.site, 'noctule-sd', 'SIGKILL');
    held.lines.NAS.release();
    const output = await running;
    await startDaemon(held.site, 'noctule-sd');
    expect(output.match(/^.* (Fatal error|Error): (?!Noctule).*$/gm)).toEqual([
      expect.stringMatching(/Fatal error: .*Storage daemon "File" at 127\.0\.0\.1:\d+/),
    ]);
    expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
    expect(reported(output, 'SD termination status')).toBe('Error');
    expect(Number(reported(output, 'Files Restored').replaceAll(',', ''))).toBeGreaterThan(0);
    await clientIdle(held);
    expectNothingHalf(held);
    expect(existsSync(join(held.restoredSource, 'big-in-full'))).toBe(true);
  });

  it('reads all from the Storage that the admin names', async () => {
    const output = await held.console(
      'restore client=site-fd storage=File select all done yes\nwait\nmessages\n',
    );
    expect(output).toMatch(/ Error: .*Volume "Full-0001".*does not exist/);
    expect(reported(output, 'Termination')).not.toBe('Restore OK');
    expect(output).not.toContain('Storage "NAS"');
  });

  describe('in the middle of the second', () => {
    /** Resolves in the middle of what File sends, with the output that is still to come. */
    const untilSecondPart = async () => {
      held.lines.File.cut(); // what is left of the restore before does not count
      const there = held.lines.File.holdAfter(6 * MIB);
      const output = restoreAll(held);
      await there;
      await expect.poll(() => partFiles(held.restoredSource), { timeout: 20_000 }).toHaveLength(1);
      return { output };
    };

    it('ends as cancelled when the admin says so', async () => {
      const { output } = await untilSecondPart();
      const status = await held.console('status dir\n');
      const [, jobId] = /^ +(\d+) .*RestoreFiles.* is running\b/m.exec(status) ?? [];
      expect(jobId, status).toBeDefined();
      await held.console(`cancel jobid=${jobId}\n`);
      held.lines.File.release();
      expect(reported(await output, 'Termination')).toBe('Restore Canceled');
      await clientIdle(held);
      expectNothingHalf(held);
    });

    it('fails when that storage daemon is killed, names it, and leaves nothing half restored', async () => {
      const { output } = await untilSecondPart();
      await stopDaemon(held.site, 'noctule-sd', 'SIGKILL');
      held.lines.File.release();
      const said = await output;
      await startDaemon(held.site, 'noctule-sd');
      expect(said.match(/^.* Fatal error: .*$/gm)).toEqual([
        expect.stringMatching(/Storage daemon "File" at .* was lost/),
      ]);
      expect(reported(said, 'Termination')).toBe('*** Restore Error ***');
      expect(reported(said, 'SD termination status')).toBe('Error');
      await clientIdle(held);
      expectNothingHalf(held);
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    });
  });
});

/** What is there is whole; what is not may be missing. */
function expectNothingHalf({ source, restoredSource }: TwoStorages): void {
  expect(partFiles(restoredSource)).toEqual([]);
  const { differences } = compareTrees(source, restoredSource, { differencesMax: Infinity });
  const half = differences.filter(({ what }) =>
    ['content', 'size', 'extra', 'type', 'target'].includes(what),
  );
  expect(half).toEqual([]);
  expect(differences.some(({ what }) => what === 'missing')).toBe(true);
}

function partFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.part'),
  );
}
