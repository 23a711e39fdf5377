import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nextFiring } from '../../../calendar/next-firing.ts';
import { parseRunLine } from '../../../calendar/run-line.ts';
import { matches, type RunTimes } from '../../../calendar/run-times.ts';
import { withTimeZone } from '../text/with-time-zone.ts';
import { shows, slowFirings, walkClock } from './slow-walk.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const START = Date.UTC(2025, 11, 30);
const END = Date.UTC(2028, 0, 2);
const MINUTE = 60_000;

function fastFirings(times: RunTimes, from: number, to: number, timeZone?: string): number[] {
  const firings: number[] = [];
  let firing = nextFiring(times, new Date(from), timeZone);
  while (firing && firing.getTime() < to) {
    firings.push(firing.getTime());
    firing = nextFiring(times, firing, timeZone);
  }
  return firings;
}

const weekday = fc.constantFrom('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat');
const days = fc.oneof(
  { weight: 4, arbitrary: fc.constant('on') },
  { weight: 3, arbitrary: fc.uniqueArray(weekday, { minLength: 1 }).map((names) => names.join(',')) },
  { weight: 2, arbitrary: fc.constantFrom('1st', '2nd-5th', '5th', '5th-1st', '4th') },
  { weight: 2, arbitrary: fc.constantFrom('jan-mar', 'mar,apr,oct,nov', 'oct-apr', 'feb') },
  { weight: 2, arbitrary: fc.constantFrom('on 1', 'on 1,15', 'on 28-2', 'on 31', 'on 25-31', 'lastday') },
  { weight: 1, arbitrary: fc.constantFrom('w00', 'w53', 'w50-w02', 'w10-w45', 'weekly', 'monthly', 'daily') },
);
/** Mostly at hours in which some clocks change, and between them. */
const time = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 })),
    fc.constantFrom(0, 5, 15, 30, 45, 59),
  )
  .map(([hour, minute]) => `at ${hour}:${String(minute).padStart(2, '0')}`);
const runLine = fc
  .tuple(
    fc.array(days, { minLength: 1, maxLength: 3 }),
    fc.oneof(fc.array(time, { maxLength: 3 }), fc.constant(['hourly at 0:45'])),
  )
  .map(([items, times]) => ['Full', 'on', ...items, ...times].join(' '));

describe('nextFiring', () => {
  it.each(ZONES)(
    'agrees with a walk over every minute of two years in %s',
    (zone) => {
      const walk = walkClock(zone, START, END);
      fc.assert(
        fc.property(runLine, (line) => {
          const { times } = parseRunLine(line);
          expect(fastFirings(times, START - 1, END, zone)).toEqual(slowFirings(times, walk));
        }),
        { numRuns: 15 },
      );
    },
    60_000,
  );

  it('does not depend on where a search begins', () => {
    const anyInstant = fc.integer({ min: START / 1000, max: END / 1000 }).map((seconds) => seconds * 1000);
    const firings = new Map(
      ['daily at 2:30', 'hourly at 0:15', '1st sun at 1:30 at 3:30'].map((line) => {
        const { times } = parseRunLine(line);
        return [times, fastFirings(times, START - 1, END, 'Europe/Berlin')] as const;
      }),
    );
    fc.assert(
      fc.property(anyInstant, (from) => {
        for (const [times, all] of firings) {
          const expected = all.find((firing) => firing > from);
          if (expected !== undefined) {
            expect(nextFiring(times, new Date(from), 'Europe/Berlin')?.getTime()).toBe(expected);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(ZONES)('knows the clocks of the process in %s as well as a zone by its name', (zone) => {
    withTimeZone(zone, () => {
      for (const line of ['daily at 2:15', 'hourly at 0:45', 'lastday at 1:45']) {
        const { times } = parseRunLine(line);
        expect(fastFirings(times, START, END)).toEqual(fastFirings(times, START, END, zone));
      }
    });
  });

  it('fires "1st sat" exactly once in every month', () => {
    const { times } = parseRunLine('Full 1st sat at 23:05');
    const months = fastFirings(times, Date.UTC(1999, 11, 31), Date.UTC(2050, 0, 1), 'UTC').map((firing) =>
      new Date(firing).toISOString().slice(0, 7),
    );
    expect(months).toHaveLength(50 * 12);
    expect(new Set(months).size).toBe(months.length);
  });

  it('runs a time that spring skips once, at the first instant after the gap', () => {
    const gap = Date.parse('2026-03-29T01:00:00Z');
    const { times } = parseRunLine('daily at 2:30');
    const firings = fastFirings(times, gap - 12 * 60 * MINUTE, gap + 12 * 60 * MINUTE, 'Europe/Berlin');
    expect(firings).toEqual([gap]);
  });

  it('runs two times of one line that fall together after the gap only once', () => {
    const gap = Date.parse('2026-03-29T01:00:00Z');
    const { times } = parseRunLine('daily at 2:00 at 3:00');
    expect(fastFirings(times, gap - 60 * MINUTE, gap + 120 * MINUTE, 'Europe/Berlin')).toEqual([gap]);
  });

  it('makes up for a whole day that a zone skips', () => {
    const { times } = parseRunLine('fri at 12:00'); // Samoa had no Friday, 30 December 2011
    const firing = nextFiring(times, new Date('2011-12-28T00:00:00Z'), 'Pacific/Apia');
    expect(firing?.toISOString()).toBe('2011-12-30T10:00:00.000Z');
  });

  it('does not run again a time that autumn repeats, though the search begins between the two', () => {
    const { times } = parseRunLine('sun at 1:30');
    const firing = nextFiring(times, new Date('2026-11-01T05:45:00Z'), 'America/New_York');
    expect(firing?.toISOString()).toBe('2026-11-08T06:30:00.000Z');
  });

  it('keeps the pace of an hourly line when clocks go back over midnight', () => {
    // Asuncion, 22 March 2015: 24:00 became 23:00. The line names this Saturday only.
    const { times } = parseRunLine('hourly at 0:15 on 21 mar sat');
    const firing = nextFiring(times, new Date('2015-03-22T02:20:00Z'), 'America/Asuncion');
    expect(firing?.toISOString()).toBe('2015-03-22T03:15:00.000Z');
  });

  it('is strict: a search from a firing finds the following one', () => {
    const { times } = parseRunLine('daily at 2:05');
    const firing = new Date('2026-01-01T02:05:00Z');
    expect(nextFiring(times, firing, 'UTC')?.toISOString()).toBe('2026-01-02T02:05:00.000Z');
    expect(nextFiring(times, new Date(firing.getTime() - 1), 'UTC')).toEqual(firing);
  });

  it('finds the rarest day there is, and gives up on days that never come', () => {
    const start = new Date('2026-01-01T00:00:00Z');
    expect(nextFiring(parseRunLine('on 29 feb tue w09 at 1:00').times, start, 'UTC')?.toISOString()).toBe(
      '2028-02-29T01:00:00.000Z',
    );
    // 2100 is no leap year: after 2088, a wait of 40 years instead of 28.
    expect(
      nextFiring(parseRunLine('on 29 feb sun at 1:00').times, new Date('2092-03-01'), 'UTC')?.toISOString(),
    ).toBe('2104-02-29T01:00:00.000Z'.replace('2104', '2128'));
    for (const never of [
      'on 31 feb at 1:00',
      '6th sat at 1:00',
      'on 30-31 feb',
      'jul w01',
      'on 8-14 1st',
      'dec w00',
    ]) {
      expect(nextFiring(parseRunLine(never).times, start, 'UTC')).toBeUndefined();
    }
  });

  it('refuses a time zone that does not exist', () => {
    expect(() => nextFiring(parseRunLine('daily at 1:00').times, new Date(0), 'Mars/Olympus')).toThrow(
      RangeError,
    );
  });
});

describe('matches', () => {
  it('holds for a minute exactly when the sets, written out, hold it', () => {
    fc.assert(
      fc.property(runLine, fc.integer({ min: START / MINUTE, max: END / MINUTE }), (line, minute) => {
        const { times } = parseRunLine(line);
        const date = new Date(minute * MINUTE);
        date.setUTCMinutes(times.minute);
        const civil = {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
        };
        expect(matches(times, civil)).toBe(shows(times, date.getTime()));
        expect(matches(times, { ...civil, minute: (civil.minute + 1) % 60 })).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
