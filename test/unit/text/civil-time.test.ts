import { describe, expect, it } from 'vitest';

import {
  formatDateTime,
  formatMessageTime,
  formatReportTime,
  formatStatusTime,
  formatWeekdayTime,
  parseDateTime,
} from '../../../text/civil-time.ts';
import { withTimeZone } from './with-time-zone.ts';

const NOVEMBER = new Date('2026-11-21T02:40:02Z');

describe('the forms of a time', () => {
  it('are those of the recorded sessions, in the time zone of the process', () => {
    withTimeZone('Europe/Berlin', () => {
      expect(formatDateTime(NOVEMBER)).toBe('2026-11-21 03:40:02');
      expect(formatReportTime(NOVEMBER)).toBe('21-Nov-2026 03:40:02');
      expect(formatMessageTime(NOVEMBER)).toBe('21-Nov 03:40');
      expect(formatStatusTime(NOVEMBER)).toBe('21-Nov-26 03:40');
      expect(formatWeekdayTime(NOVEMBER)).toBe('Sat 21-Nov 03:40');
    });
  });

  it('have two digits for every day, month and hour', () => {
    withTimeZone('UTC', () => {
      const early = new Date('2001-02-03T04:05:06Z');
      expect(formatDateTime(early)).toBe('2001-02-03 04:05:06');
      expect(formatStatusTime(early)).toBe('03-Feb-01 04:05');
    });
  });

  it('name the twelve months in English', () => {
    const months = Array.from({ length: 12 }, (_, month) =>
      formatMessageTime(new Date(2026, month, 15)).slice(3, 6),
    );
    expect(months.join(' ')).toBe('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
  });
});

describe('parseDateTime', () => {
  it('reads what formatDateTime writes', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York']) {
      withTimeZone(zone, () => expect(parseDateTime(formatDateTime(NOVEMBER))).toEqual(NOVEMBER));
    }
  });

  it('completes short forms with the lowest values', () => {
    const completed = [
      '2026',
      '2026-11',
      '2026-11-21',
      '2026-11-21 3',
      '2026-11-21 3:40',
      ' 2026-1-2  3:4:5 ',
    ].map((text) => formatDateTime(parseDateTime(text) ?? new Date(0)));
    expect(completed).toEqual([
      '2026-01-01 00:00:00',
      '2026-11-01 00:00:00',
      '2026-11-21 00:00:00',
      '2026-11-21 03:00:00',
      '2026-11-21 03:40:00',
      '2026-01-02 03:04:05',
    ]);
  });

  it.each([
    '',
    'now',
    '2026-02-30',
    '2026-13-01',
    '2026-11-21 24:00',
    '2026-11-21 3:60',
    '21-Nov-2026',
    '2026-11-21T03',
  ])('refuses "%s"', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});
