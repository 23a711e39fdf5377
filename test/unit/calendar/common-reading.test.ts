import { describe, expect, it } from 'vitest';

import { parseCronLine } from '../../../calendar/cron-line.ts';
import { firingTimesOf } from '../../../calendar/firing-times.ts';
import { nextCommonReading } from '../../../calendar/readings.ts';
import { parseRunLine } from '../../../calendar/run-line.ts';

function meeting(one: string, other: string): string | undefined {
  const times = (line: string) =>
    firingTimesOf(line.startsWith('cron ') ? parseCronLine(line.slice(5)).times : parseRunLine(line).times);
  const both = [nextCommonReading(times(one), times(other), Date.UTC(2026, 10, 21, 10))].concat(
    nextCommonReading(times(other), times(one), Date.UTC(2026, 10, 21, 10)),
  );
  expect(both[0]).toBe(both[1]);
  return both[0] === undefined ? undefined : new Date(both[0]).toISOString().slice(0, 16);
}

describe('the next time that two lines name both', () => {
  it.each([
    ['2nd-5th sun at 22:10', 'sun-fri at 22:10', '2026-11-22T22:10'],
    ['1st sun at 22:10', 'sun-fri at 22:10', '2026-12-06T22:10'],
    ['1st sat at 23:05', 'sun-fri at 22:10', undefined],
    ['mon at 22:10', 'tue at 22:10', undefined],
    ['daily at 2:10', 'daily at 2:11', undefined],
    ['jan on 1 at 3:00', 'lastday at 3:00', undefined],
    ['lastday at 3:00', 'sun at 3:00', '2027-01-31T03:00'],
    ['hourly at 0:15', 'on 24 dec at 18:15', '2026-12-24T18:15'],
    ['1st sat at 23:05', 'cron 5 23 * * *', '2026-12-05T23:05'],
    ['cron 5 23 * * 6#1', 'cron 5 23 1-7 * *', '2026-12-05T23:05'],
    ['cron */15 * * * *', 'cron 5 * * * *', undefined],
    ['on 29 feb at 1:00', 'sun at 1:00', '2032-02-29T01:00'],
  ])('%s, %s: %s', (one, other, expected) => {
    expect(meeting(one, other)).toBe(expected);
  });
});
