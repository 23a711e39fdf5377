import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { LINES, relayedSite } from '../support/relayed-site.ts';
import { backUp, clientIdle, reported, restoreAll } from '../support/site-under-test.ts';

const MIB = 1 << 20;
/** Several heartbeats: a slow line must not pass for a dead one. */
const END_MS_MAX = 300_000;

function makeSource(directory: string): void {
  mkdirSync(directory);
  for (let i = 0; i < 24; i++) makeBigFile(join(directory, `file-${i}`), 2);
}

describe.each(LINES)(
  'when nothing comes through the connection of the %s any more, and nobody says so',
  (line) => {
    it('a backup ends with a message that names the peer, and the next jobs are good', async () => {
      await using held = await relayedSite({ makeSource });
      const backup = backUp(held, 'Full');
      await held.lines['client to storage'].passed(16 * MIB);
      const frozenAt = Date.now();
      held.lines[line].freeze();
      const output = await backup;
      expect(Date.now() - frozenAt).toBeLessThan(END_MS_MAX);
      expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
      expect(output).toMatch(/ Fatal error: .*(File|Storage) daemon "(site-fd|File)" at /);
      held.lines[line].cut();
      held.lines[line].release();
      await clientIdle(held);
      expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
      expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
      expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
    });
  },
);
