import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { liveBigSite } from '../../../simulation/year/big-year.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

beforeAll(() => vi.stubEnv('TZ', 'Europe/Berlin'));
afterAll(() => vi.unstubAllEnvs());

// Each step is judged by models of the rules: see Watch. test/slow/big-year.test.ts lives a year of it.
test('two days of a site of 500 Jobs: each run comes once, in its turn, within all limits, at its level', async () => {
  using directory = temporaryDirectory();
  const figures = await liveBigSite(directory.path, 2);
  expect(figures.runs).toBeGreaterThan(400);
  expect(figures.runningMax).toBe(30);
  expect(figures.cancelledDuplicates).toBeGreaterThan(10);
  expect(figures.rescheduled).toBeGreaterThan(5);
  expect(figures.raised).toBeGreaterThan(100);
}, 240_000);
