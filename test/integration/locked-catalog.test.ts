import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { LockedCatalog } from '../support/locked-catalog.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { reported, restoreAll, siteUnderTest } from '../support/site-under-test.ts';

/** Longer than SQLite itself waits for a lock. */
const LOCKED_MS = 12_000;

it('a catalog that another program locks for some seconds while a job runs does not fail the job', async () => {
  await using held = await siteUnderTest({
    jobDirectives: 'Maximum Bandwidth = 4 mb/s',
    makeSource(directory) {
      mkdirSync(directory);
      for (let i = 0; i < 8; i++) makeBigFile(join(directory, `file-${i}`), 2);
    },
  });
  await held.console('run job=Backup level=Full yes\n');
  using other = new LockedCatalog(held.site);
  const output = held.console('wait jobid=1\nmessages\n');
  await delay(LOCKED_MS);
  other.release();
  expect(reported(await output, 'Termination')).toBe('Backup OK');
  expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
  expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
}, 120_000);
