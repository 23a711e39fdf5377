import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startSite } from '../../tools/site.ts';
import { filesNotWhole } from '../support/half-restored.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { backUp, reported, restoreAll, siteUnderTest } from '../support/site-under-test.ts';

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'pipe' });
    return true;
  } catch {
    return false; // not every container may
  }
}

it.runIf(canMount())(
  'a restore onto a full disk ends with one error, what was restored is whole, and the file daemon goes on',
  { timeout: 120_000 },
  async () => {
    await using held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(join(directory, 'directory'), { recursive: true, mode: 0o751 });
        for (let i = 0; i < 12; i++) makeBigFile(join(directory, 'directory', `file-${i}`), 2);
      },
    });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    const small = join(held.site.directory, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=9m', 'none', small]);
    try {
      const output = await held.console(
        `restore client=site-fd where=${small} select all done yes\nwait\nmessages\n`,
      );
      expect(output.match(/^.* (Fatal error|Error): (?!Noctule).*$/gm)).toEqual([
        expect.stringMatching(/Could not restore ".*\/directory\/file-\d+": ERR=No space left on device$/),
      ]);
      expect(output).toContain('Make room, or restore to another place with "where".');
      expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
      const restored = join(small, held.source, 'directory');
      expect(filesNotWhole(restored, join(held.source, 'directory'))).toEqual([]);
      // What was saved of it comes behind what is in it: nobody is locked out meanwhile.
      expect(statSync(restored).mode & 0o777).toBe(0o755);
    } finally {
      execFileSync('umount', [small]);
    }
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  },
);

it.runIf(canMount())(
  'a backup stops while Minimum Free Space is left, says what to do, and goes on when there is room',
  { timeout: 120_000 },
  async () => {
    await using held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        for (let i = 0; i < 4; i++) makeBigFile(join(directory, `file-${i}`), 4);
      },
      poolDirectives: 'Maximum Volume Bytes = 4m',
      deviceDirectives: 'Minimum Free Space = 10m',
      start: false,
    });
    const disk = held.site.volumesDirectory;
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'none', disk]);
    try {
      await startSite(held.site);
      await held.console('run job=Backup level=Full yes\n');
      await expect
        .poll(() => held.console('messages\n'), { timeout: 30_000 })
        .toMatch(
          /is waiting for room on the device\. .* \(Minimum Free Space = 10,485,760\)\. Free space on the disk: "prune"/,
        );
      const { bavail, bsize } = statfsSync(disk);
      expect(bavail * bsize).toBeGreaterThanOrEqual(10 * 1024 ** 2);
      expect(await held.console('status dir\n')).toContain('is waiting for room on the device');
      execFileSync('mount', ['-o', 'remount,size=60m', disk]);
      const output = await held.console('mount storage=File\nwait\nmessages\n');
      expect(reported(output, 'Termination')).toBe('Backup OK');
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  },
);
