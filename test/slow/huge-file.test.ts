import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { backUp, reported, restoreAll, siteUnderTest } from '../support/site-under-test.ts';

/** More than ustar can count: 8 GiB and a bit, nearly all of it one hole. */
function makeHugeFile(directory: string): void {
  mkdirSync(directory);
  const fd = openSync(join(directory, 'huge'), 'w');
  writeSync(fd, Buffer.from('begin'), 0, 5, 0);
  writeSync(fd, Buffer.from('end'), 0, 3, 8 * 1024 ** 3 + 12_345);
  ftruncateSync(fd, 8 * 1024 ** 3 + 1_000_000);
  closeSync(fd);
}

it('a file of more than 8 GiB, most of it a hole, comes back with its hole', async () => {
  await using held = await siteUnderTest({ makeSource: makeHugeFile });
  expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
  expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
});
