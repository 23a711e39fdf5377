import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
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
