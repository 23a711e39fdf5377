import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseCronLine } from '../../../calendar/cron-line.ts';
import type { FiringTimes } from '../../../calendar/firing-times.ts';
import { nextFiring } from '../../../calendar/next-firing.ts';
import { parseRunLine } from '../../../calendar/run-line.ts';
import { RunLineError } from '../../../calendar/run-line-error.ts';
import type { RunTimes } from '../../../calendar/run-times.ts';
import { errorOf } from './error-of.ts';

function firings(times: RunTimes | FiringTimes, count: number, start: string, timeZone: string): string[] {
  const found: string[] = [];
  let firing: Date | undefined = new Date(start);
  while (found.length < count) {
    firing = nextFiring(times, firing, timeZone);
    if (!firing) break;
    found.push(firing.toISOString());
  }
  return found;
}

describe('a Cron line', () => {
  it.each([
    ['5 23 * * 6#1', '1st sat at 23:05'],
    ['5 2 * * *', 'daily at 2:05'],
    ['15 * * * *', 'hourly at 0:15'],
    ['30 2,14 * * mon-fri', 'mon-fri at 2:30 at 14:30'],
    ['0 22 L * *', 'lastday at 22:00'],
    ['0 2 1,15 1-3 *', 'jan-mar 1,15 at 2:00'],
    ['30 2 * 3,10 0', 'mar oct sun at 2:30'],
    ['@daily', 'at 0:00'],
    ['@hourly', 'hourly'],
    ['@weekly', 'sun at 0:00'],
  ])('"%s" fires as the Run line "%s", across changes of the clocks', (cron, run) => {
    for (const zone of ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe']) {
      for (const start of ['2026-03-25T00:00:00Z', '2026-10-23T00:00:00Z']) {
        expect(firings(parseCronLine(cron).times, 60, start, zone)).toEqual(
          firings(parseRunLine(run).times, 60, start, zone),
        );
      }
    }
  });

  it('agrees with Run lines on any hours, minute, months and days', () => {
    const numbers = (min: number, max: number): fc.Arbitrary<number[]> =>
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 5 });
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    fc.assert(
      fc.property(
        numbers(0, 23),
        fc.integer({ min: 0, max: 59 }),
        numbers(1, 31).filter((days) => days.some((day) => day < 29)),
        numbers(0, 6),
        fc.boolean(),
        (hours, minute, days, weekdays, byWeekday) => {
          const cron = `${minute} ${hours.join(',')} ${byWeekday ? '*' : days.join(',')} * ${byWeekday ? weekdays.join(',') : '*'}`;
          const chosen = byWeekday ? weekdays.map((day) => names[day]).join(',') : `on ${days.join(',')}`;
          const run = `${chosen} at ${hours.map((hour) => `${hour}:${String(minute).padStart(2, '0')}`).join(' ')}`;
          const start = '2026-03-20T11:22:33Z';
          expect(firings(parseCronLine(cron).times, 20, start, 'America/New_York')).toEqual(
            firings(parseRunLine(run).times, 20, start, 'America/New_York'),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fires at every quarter of a skipped hour together, and at a repeated hour once', () => {
    const { times } = parseCronLine('*/15 2 * * *');
    expect(firings(times, 2, '2026-03-28T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:00:00.000Z',
    ]);
    expect(firings(times, 5, '2026-10-24T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:15:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T00:45:00.000Z',
      '2026-10-26T01:00:00.000Z',
    ]);
  });

  it('goes on every quarter of an hour through a change of the clocks when it names no hour', () => {
    const { times } = parseCronLine('*/15 * * * *');
    for (const start of ['2026-03-29T00:00:00Z', '2026-10-24T23:30:00Z']) {
      const real = firings(times, 12, start, 'Europe/Berlin').map((firing) => Date.parse(firing));
      expect(real).toEqual(real.map((_, index) => Date.parse(start) + (index + 1) * 900_000));
    }
  });

  it('takes the overrides of a Run line, and its expression with or without quotes', () => {
    const plain = parseCronLine('Level=Full Pool="Monthly Pool" 5 23 * * 6#1');
    expect(plain.overrides).toEqual({ level: 'Full', pool: 'Monthly Pool' });
    expect(plain.overrideColumns).toEqual({ level: 7, pool: 17 });
    const quoted = parseCronLine('Full "5 23 1,15 * *"');
    expect(quoted.overrides).toEqual({ level: 'Full' });
    expect(firings(quoted.times, 2, '2026-01-01T00:00:00Z', 'UTC')).toEqual([
      '2026-01-01T23:05:00.000Z',
      '2026-01-15T23:05:00.000Z',
    ]);
  });

  it.each([
    ['5 23 * *', '^^^^^^^^', 'five fields, not 4'],
    ['0 5 23 * * *', '^^^^^^^^^^^^', 'five fields, not 6'],
    ['', '^', 'five fields, not 0'],
    ['Level=Full', '          ^', 'five fields, not 0'],
    ['Full  "5 23 * *" ', '       ^^^^^^^^', 'five fields, not 4'],
    ['@secondly', '^^^^^^^^^', 'no Cron expression "@secondly"'],
    ['Full @reboot', '     ^^^^^^^', 'no Cron expression "@reboot"'],
    ['H 3 * * *', '^', 'left to chance'],
    ['0 3 * * 1,H', '        ^^^', 'day of the week "1,H" of the Cron expression is left to chance'],
    ['60 3 * * *', '^^', 'minute "60" of the Cron expression cannot be read: .*range 0-59'],
    ['Full 0 24 * * *', '       ^^', 'hour "24"'],
    ['"5  23 * 13 *"', '         ^^', 'month "13"'],
    ['5 23 * * 6#9', '         ^^^', 'day of the week "6#9"'],
    ['5 23 1-x * *', '     ^^^', 'day of the month "1-x"'],
    ['0 0 31 2 *', '^^^^^^^^^^', 'day of month'],
  ])('"%s" is refused, at %j', (text, marks, message) => {
    const error = errorOf(() => parseCronLine(text), RunLineError);
    expect(error.message).toMatch(new RegExp(message));
    expect(' '.repeat(error.column - 1) + '^'.repeat(error.length)).toBe(marks);
    expect(error.hint).toMatch(/5 23 \* \* 6#1|@daily/);
  });
});
