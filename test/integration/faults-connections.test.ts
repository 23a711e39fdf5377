import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { filesNotWhole } from '../support/half-restored.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { LINES, relayedSite } from '../support/relayed-site.ts';
import { backUp, clientIdle, reported, restoreAll } from '../support/site-under-test.ts';

const MIB = 1 << 20;
/** A job must not wait for a peer that is gone. */
const END_MS_MAX = 20_000;

function makeSource(directory: string): void {
  mkdirSync(directory);
  for (let i = 0; i < 24; i++) makeBigFile(join(directory, `file-${i}`), 2);
}

/** How the peer that is gone is named in the one message about it. */
const PEER = {
  'Director to client': /^.* Fatal error: .*File daemon "site-fd" at .* was lost/,
  'Director to storage': /^.* Fatal error: .*Storage daemon "File" at .* was lost/,
  'client to storage': /^.* Fatal error: Client "site-fd": .*Storage daemon "File" at .* was lost/,
};

describe.each(LINES)('when the connection of the %s is cut', (line) => {
  it(
    'a backup or restore ends with one message about it, and the next one is good',
    { timeout: 120_000 },
    async () => {
      await using held = await relayedSite({ makeSource });
      const inTheMiddle = async (job: Promise<string>): Promise<string> => {
        await held.lines['client to storage'].passed(16 * MIB);
        const cutAt = Date.now();
        held.lines[line].cut();
        const output = await job;
        expect(Date.now() - cutAt).toBeLessThan(END_MS_MAX);
        expect(output.match(/^.* Fatal error: .*$/gm)).toEqual([expect.stringMatching(PEER[line])]);
        return output;
      };

      const backup = await inTheMiddle(backUp(held, 'Full'));
      expect(reported(backup, 'Termination')).toBe('*** Backup Error ***');
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');

      const restore = await inTheMiddle(restoreAll(held));
      expect(reported(restore, 'Termination')).toBe('*** Restore Error ***');
      await clientIdle(held);
      expect(filesNotWhole(held.restoredSource, held.source)).toEqual([]);
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    },
  );
});
