import { mkdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { DAEMONS, startDaemon, stopDaemon } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

function makeSource(directory: string): void {
  mkdirSync(join(directory, 'a'), { recursive: true });
  for (let i = 0; i < 12; i++) makeBigFile(join(directory, 'a', `file-${i}`), 8);
}

describe.each(DAEMONS)('kill -9 of %s in the middle of a Full', (daemon) => {
  it(
    'leaves no job running, and the next job and the finished one are good',
    { timeout: 180_000 },
    async () => {
      await using held = await siteUnderTest({ makeSource });
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');

      await held.console('run job=Backup level=Full yes\n');
      const before = await volumeBytes(held);
      await volumesGrow(held, before + (8 << 20));
      await stopDaemon(held.site, daemon, 'SIGKILL');
      await startDaemon(held.site, daemon);

      const after = await held.console('wait\nmessages\nlist jobs\nstatus dir\n');
      expect(after).toContain('No Jobs running.');
      expect(after).toMatch(/^\| +2 +\| Backup .*\| (f|E|A|I) +\|$/m);

      const next = await backUp(held, 'Full');
      expect(reported(next, 'Termination')).toBe('Backup OK');
      expect(reported(next, 'Volume name\\(s\\)')).toBe('Full-0001');

      for (const jobId of [1, 3]) {
        const target = join(held.site.directory, `restored-${jobId}`);
        const output = await held.console(
          `restore client=site-fd jobid=${jobId} where=${target} select all done yes\nwait\nmessages\n`,
        );
        expect(reported(output, 'Termination')).toBe('Restore OK');
        expect(compareTrees(held.source, join(target, held.source)).differences).toEqual([]);
      }
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      // What the dead session left is still a sound tar stream for those who read without us.
      const file = join(held.site.volumesDirectory, 'Full-0001');
      execFileSync('sh', ['-c', 'zcat < "$1" | tar -tf - > /dev/null', 'sh', file], { stdio: 'pipe' });
    },
  );
});

async function volumeBytes(held: SiteUnderTest): Promise<number> {
  let sum = 0;
  for (const name of await readdir(held.site.volumesDirectory)) {
    sum += (await stat(join(held.site.volumesDirectory, name))).size;
  }
  return sum;
}

/** Resolves when the volumes hold `bytes` at least: the job is well inside its data. */
async function volumesGrow(held: SiteUnderTest, bytes: number): Promise<void> {
  while ((await volumeBytes(held)) < bytes) await new Promise((resolve) => setTimeout(resolve, 5));
}
