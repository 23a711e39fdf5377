import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { DAEMONS, startDaemon, stopDaemon, type DaemonName } from '../../tools/site.ts';
import { filesNotWhole } from '../support/half-restored.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { relayedSite } from '../support/relayed-site.ts';
import { backUp, clientIdle, reported, restoreAll } from '../support/site-under-test.ts';

const MIB = 1 << 20;

/** What the Director, if it is still there, says of the daemon that was killed. */
const MESSAGE: Partial<Record<DaemonName, RegExp>> = {
  'noctule-fd': / Fatal error: .*File daemon "site-fd" at .* was lost/,
  'noctule-sd': / Fatal error: .*Storage daemon "File" at .* was lost/,
};

/** One file, so that its middle is the middle of the restore. */
function makeSource(directory: string): void {
  mkdirSync(directory);
  makeBigFile(join(directory, 'big'), 64);
}

describe.each(DAEMONS)('kill -9 of %s in the middle of a restore', (daemon) => {
  it(
    'leaves no job running and nothing half restored, and the next restore is good',
    { timeout: 120_000 },
    async () => {
      await using held = await relayedSite({ makeSource });
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');

      const held24 = held.lines['client to storage'].holdAfter(24 * MIB);
      const restore = restoreAll(held);
      await held24;
      // What has passed the line may still be on its way to the disk; more than that does not come.
      await expect
        .poll(() => (existsSync(held.restoredSource) ? readdirSync(held.restoredSource) : []), {
          timeout: 60_000,
        })
        .toEqual([expect.stringMatching(/^\.noctule-2-\d+\.part$/)]);
      await stopDaemon(held.site, daemon, 'SIGKILL');
      held.lines['client to storage'].release();
      const output = await restore;
      const message = MESSAGE[daemon];
      if (message) {
        expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([expect.stringMatching(message)]);
        expect(reported(output, 'Termination')).toBe('*** Restore Error ***');
      }
      await startDaemon(held.site, daemon);
      await clientIdle(held);

      const after = await held.console('wait\nlist jobs\nstatus dir\n');
      expect(after).toContain('No Jobs running.');
      expect(after).toMatch(/^\| +2 +\| RestoreFiles .*\| (f|E|A|I) +\|$/m);
      expect(filesNotWhole(held.restoredSource, held.source)).toEqual([]);
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    },
  );
});
