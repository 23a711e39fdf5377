import { expect, test } from 'vitest';
import { liveOn, type DayReport } from '../../../simulation/nas-two-years.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

test('a quarter of the NAS sample: what the retentions promise can be restored on each day', async () => {
  using directory = temporaryDirectory();
  const days: DayReport[] = [];
  // Each day checks itself: see liveOn. The Incrementals and the Fulls of grade C begin to expire within it.
  for await (const day of liveOn(directory.path, 90)) days.push(day);
  const last = days.at(-1)!;
  expect(last.grades.map(({ grade }) => grade)).toEqual(['A', 'B', 'C']);
  for (const { promised, restorable } of last.grades) expect(restorable).toBe(promised);
  expect(last.grades[0]!.promised).toBeGreaterThan(50);
});
