import { expect, test } from 'vitest';
import { millionFiles } from '../../bench/client/million-files.ts';
import { unchangedIncrementals } from '../../bench/client/no-change.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CLIENT_MIB_MAX = 200;
const OF_FIND_MAX = 2.5;

test('a million files: the file daemon stays small through a Full, an accurate Incremental and a restore', async () => {
  using directory = temporaryDirectory();
  const works: string[] = [];
  for await (const { work, peakMiB } of millionFiles(directory.path)) {
    works.push(work);
    expect(peakMiB['noctule-fd'], work).toBeLessThan(CLIENT_MIB_MAX);
  }
  expect(works).toHaveLength(3);
});

test('an Incremental that finds no change costs the file daemon little more than find does', async () => {
  using directory = temporaryDirectory();
  for await (const { title, ratio } of unchangedIncrementals(directory.path)) {
    if (title !== 'accurate') expect(ratio, title).toBeLessThan(OF_FIND_MAX);
  }
});
