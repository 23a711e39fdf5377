import { expect, test } from 'vitest';
import { killStorageDaemon } from '../support/crash-points.ts';

test(
  'kill -9 of the storage daemon at random moments: what finished restores, and life goes on',
  { timeout: 120_000 },
  async () => {
    expect(await killStorageDaemon(5, 5)).toBeGreaterThan(0);
  },
);
