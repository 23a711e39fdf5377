import { expect, test } from 'vitest';
import { askLargeCatalog } from '../../bench/catalog/ask-large-catalog.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const DIRECTOR_MIB_MAX = 250;
const OPEN_MS_MAX = 1_000;
const LIST_MS_MAX = 50;
/** Of processor time, since a search uses one processor from its beginning to its end. */
const FIND_CPU_MS_MAX = 5_000;

test('with five million file rows of 60 jobs a restore is browsed at once, a name found in seconds, and the Director stays small', async () => {
  using directory = temporaryDirectory();
  const answers = await askLargeCatalog(directory.path);
  expect(answers.jobs).toBe(60);
  expect(answers.rows).toBeGreaterThan(5_000_000);
  expect(answers.openTree.wallMs).toBeLessThan(OPEN_MS_MAX);
  expect(answers.list.wallMs).toBeLessThan(LIST_MS_MAX);
  expect(answers.versionsOfFile.wallMs).toBeLessThan(OPEN_MS_MAX);
  expect(answers.findName.cpuMs).toBeLessThan(FIND_CPU_MS_MAX);
  expect(answers.directorPeakMiB).toBeLessThan(DIRECTOR_MIB_MAX);
});
