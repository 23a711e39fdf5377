import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseCronLine } from '../../../calendar/cron-line.ts';
import { nextFiring } from '../../../calendar/next-firing.ts';

/** Lists of numbers, ranges and steps of one field. */
function field(min: number, max: number, ...special: string[]): fc.Arbitrary<string> {
  const number = fc.integer({ min, max });
  const range = fc.tuple(number, number).map((ends) => ends.toSorted((a, b) => a - b).join('-'));
  const item = fc.oneof(
    number.map(String),
    range,
    fc.tuple(range, fc.integer({ min: 1, max: 9 })).map(([of, step]) => `${of}/${step}`),
    ...special.map((one) => fc.constant(one)),
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    {
      weight: 3,
      arbitrary: fc.uniqueArray(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(',')),
    },
    { weight: 1, arbitrary: fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`) },
  );
}

const weekday = fc.oneof(
  field(0, 6, '1L', '5L', '7L', 'mon', 'sat'),
  fc.constantFrom('6#1', '0#2', 'fri#3', '3#5'),
);
const expression = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31, 'L'), field(1, 12, 'feb', 'nov'), weekday)
  .map((fields) => fields.join(' '));

describe('the times of a Cron line', () => {
  it('are those that the library finds by its own search', () => {
    let compared = 0;
    fc.assert(
      fc.property(expression, (text) => {
        let search;
        try {
          search = CronExpressionParser.parse(text, { currentDate: '2026-01-30T10:20:00Z', tz: 'UTC' });
        } catch {
          return; // such as 31 February, or a value twice
        }
        const { times } = parseCronLine(text);
        let firing: Date | undefined = new Date('2026-01-30T10:20:00Z');
        for (const wanted of search.take(12)) {
          firing = firing && nextFiring(times, firing, 'UTC');
          expect(`${text}: ${firing?.toISOString()}`).toBe(`${text}: ${wanted.toISOString()}`);
          compared += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(1_000);
  });
});
