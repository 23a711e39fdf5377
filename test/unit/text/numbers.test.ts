import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  durationText,
  elapsedText,
  humanBytes,
  rateText,
  statusBytes,
  withCommas,
} from '../../../text/numbers.ts';
import { parseDuration } from '../../../text/duration.ts';

describe('withCommas', () => {
  it('groups digits by three', () => {
    expect([0, 999, 1000, 2229331, 22519161].map(withCommas)).toEqual([
      '0',
      '999',
      '1,000',
      '2,229,331',
      '22,519,161',
    ]);
    expect(withCommas(12345678901234567890n)).toBe('12,345,678,901,234,567,890');
  });
});

describe('byte counts', () => {
  it.each([
    [0, '0 B'],
    [106, '106 B'],
    [999, '999 B'],
    [1000, '1.000 KB'],
    [1518, '1.518 KB'],
    [60000, '60.00 KB'],
    [91668, '91.66 KB'],
    [361565, '361.5 KB'],
    [600000, '600.0 KB'],
    [1100448, '1.100 MB'],
    [2229331, '2.229 MB'],
    [22507019, '22.50 MB'],
    [2147483648, '2.147 GB'],
    [Number.MAX_SAFE_INTEGER, '9.007 PB'],
  ])('%d reads %s in a report', (bytes, text) => {
    expect(humanBytes(bytes)).toBe(text);
  });

  it('keep their column in the lists of terminated jobs', () => {
    expect(`${statusBytes(2265713).padStart(10)}  OK`).toBe('   2.265 M  OK');
    expect(`${statusBytes(106).padStart(10)}  OK`).toBe('      106   OK');
    expect(`${statusBytes(0).padStart(10)}  OK`).toBe('        0   OK');
  });

  it('always show four digits above 999, never more than there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const [digits = '', unit = ''] = humanBytes(bytes).split(' ');
        expect(digits).toMatch(/^(?:\d\.\d{3}|\d\d\.\d\d|\d{3}\.\d)$/);
        const shown = Number(digits) * 1000 ** 'BKMGTP'.indexOf(unit[0] ?? '');
        expect(shown).toBeLessThanOrEqual(bytes * (1 + 1e-12));
        expect(shown).toBeGreaterThan(bytes * 0.998);
      }),
    );
  });
});

describe('elapsed time and rate', () => {
  it.each([
    [0, '1 sec'],
    [1, '1 sec'],
    [14, '14 secs'],
    [65, '1 min 5 secs'],
    [120, '2 mins'],
    [3600 + 61, '1 hour 1 min 1 sec'],
  ])('%d s is "%s"', (seconds, text) => {
    expect(elapsedText(seconds)).toBe(text);
  });

  it('give the rates of the recorded reports', () => {
    expect(rateText(2229331, 1)).toBe('2229.3 KB/s');
    expect(rateText(2265713, 0)).toBe('2265.7 KB/s');
    expect(rateText(2147483648, 7)).toBe('306783.4 KB/s');
    expect(rateText(106, 1)).toBe('0.1 KB/s');
    expect(rateText(0, 14)).toBe('0.0 KB/s');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 secs'],
    [360 * 86400, '12 months'],
    [365 * 86400, '1 year'],
    [60 * 86400, '2 months'],
    [40 * 86400, '1 month 10 days'],
    [1800, '30 mins'],
  ])('%d s is "%s"', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('are read as they are printed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * 365 * 86400 }), (seconds) => {
        expect(parseDuration(durationText(seconds))).toBe(seconds);
      }),
    );
  });

  it.each([
    ['90', 90],
    ['30d', 30 * 86400],
    ['5m', 5 * 30 * 86400],
    ['5 mi', 300],
    ['3 n', 180],
    ['2 months 3 weeks', 6998400],
    ['1 Year 6 Months', 47088000],
    ['3.5 days', 302400],
    ['1q', 7862400],
    ['1h30min', 5400],
  ])('read "%s" as %d s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', 'days', '3 fortnights', '-5', '1 dayz', '1..5', '9999999999999 years'])(
    'refuse "%s"',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([`${'1'.repeat(100_000)}!`, `${'1 '.repeat(50_000)}!`, `1${' '.repeat(100_000)}!`])(
    'take time in proportion to a text that is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
