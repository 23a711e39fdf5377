import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { liveBigSite } from '../simulation/year/big-year.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

beforeAll(() => vi.stubEnv('TZ', 'Europe/Berlin'));
afterAll(() => vi.unstubAllEnvs());

test('a year of a site of 500 Jobs: each run comes once, in its turn, within all limits, at its level, and what is kept can be restored', async () => {
  using directory = temporaryDirectory();
  // Each step is judged by models of the rules: see Watch.
  const figures = await liveBigSite(directory.path, 365);
  expect(figures.runs).toBeGreaterThan(50_000);
  expect(figures.removed).toBeGreaterThan(10_000);
});
