import { expect, test } from 'vitest';
import { liveOn } from '../simulation/nas-two-years.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('two years of the NAS sample: what the retentions promise can be restored on each day, within the pools', async () => {
  using directory = temporaryDirectory();
  const bytes: number[] = [];
  // Each day checks itself: see liveOn.
  for await (const day of liveOn(directory.path, 731)) bytes.push(day.bytes);
  expect(bytes).toHaveLength(731);
  // The second year lives in the space of the first.
  expect(Math.max(...bytes.slice(366))).toBeLessThan(Math.max(...bytes.slice(0, 366)) * 1.1);
});
