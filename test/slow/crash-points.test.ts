import { expect, test } from 'vitest';
import { killStorageDaemon } from '../support/crash-points.ts';

test('200 times kill -9 of the storage daemon under load: what finished restores, and life goes on', async () => {
  const restores = await killStorageDaemon(200, 20);
  process.stdout.write(`200 kills, ${restores} restores of finished jobs, all identical\n`);
  expect(restores).toBeGreaterThan(100);
}, 7_200_000);
