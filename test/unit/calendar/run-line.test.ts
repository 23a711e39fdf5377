import { describe, expect, it } from 'vitest';

import { describeTimes } from '../../../calendar/describe-times.ts';
import { parseRunLine } from '../../../calendar/run-line.ts';

const FULL_SIZES = { hours: 24, daysOfMonth: 31, months: 12, weekdays: 7, weeksOfMonth: 6, weeksOfYear: 54 };

/** What a line fires at, with the full sets left out. */
function narrowed(line: string): Record<string, unknown> {
  const { times } = parseRunLine(line);
  const sets: Record<string, unknown> = {};
  for (const name of Object.keys(FULL_SIZES) as (keyof typeof FULL_SIZES)[]) {
    if (times[name].size !== FULL_SIZES[name]) sets[name] = [...times[name]];
  }
  if (times.minute !== 0) sets['minute'] = times.minute;
  if (times.lastDay) sets['lastDay'] = true;
  return sets;
}

describe('the sets of a Run line', () => {
  it.each([
    ['on', {}],
    ['at 1:05', { hours: [1], minute: 5 }],
    ['hourly at 0:15', { minute: 15 }],
    ['1st sun at 23:05', { hours: [23], minute: 5, weekdays: [0], weeksOfMonth: [1] }],
    ['jan-mar 1,15 at 2:00', { hours: [2], daysOfMonth: [1, 15], months: [1, 2, 3] }],
    ['lastday at 22:00', { hours: [22], daysOfMonth: [], lastDay: true }],
    ['fri-mon at 6:00', { hours: [6], weekdays: [5, 6, 0, 1] }],
    ['w50-w02 at 6:00', { hours: [6], weeksOfYear: [50, 51, 52, 53, 0, 1, 2] }],
    ['5th-1st sun at 3:00', { hours: [3], weekdays: [0], weeksOfMonth: [5, 6, 1] }],
    // Period words mark a set as named, so that what follows cannot narrow it; what precedes them stays.
    ['daily mon at 1:00', { hours: [1], weekdays: [1] }],
    ['mon daily at 1:00', { hours: [1] }],
    ['daily on 1 at 1:00', { hours: [1] }],
    ['on 1 daily at 1:00', { hours: [1], daysOfMonth: [1] }],
    ['1st weekly sun at 1:00', { hours: [1], weekdays: [0] }],
    ['monthly jan on 1 at 1:00', { hours: [1], daysOfMonth: [1] }],
    ['at 9:00 hourly', {}],
    ['daily lastday at 1:00', { hours: [1], lastDay: true }],
    ['lastday on 15 at 1:00', { hours: [1], daysOfMonth: [15], lastDay: true }],
    // Spellings.
    ['ON 1 May AT 12:05AM', { hours: [0], minute: 5, daysOfMonth: [1], months: [5] }],
    ['Second,fourth TUESDAY at 12:00pm', { hours: [12], weekdays: [2], weeksOfMonth: [2, 4] }],
    ['at 9:00 13:00,17:00', { hours: [9, 13, 17] }],
    ['september-november at 0:00', { hours: [0], months: [9, 10, 11] }],
  ])('"%s"', (line, sets) => {
    expect(narrowed(line)).toEqual(sets);
  });
});

describe('the overrides of a Run line', () => {
  it('are read by their keywords, in any case, up to the first day or time', () => {
    const line = parseRunLine(
      'level = VirtualFull, POOL="Monthly Pool" FullPool=F IncrementalPool=I DifferentialPool=D NextPool=N ' +
        'Storage=File1 Messages=Daemon Priority=5 SpoolData=no Accurate=TRUE MaxRunSchedTime="1 day 12 hours" sun at 1:00',
    );
    expect(line.overrides).toEqual({
      level: 'VirtualFull',
      pool: 'Monthly Pool',
      fullPool: 'F',
      incrementalPool: 'I',
      differentialPool: 'D',
      nextPool: 'N',
      storage: 'File1',
      messages: 'Daemon',
      priority: 5,
      spoolData: false,
      accurate: true,
      maxRunSchedTimeSeconds: 36 * 3600,
    });
    expect(line.warnings).toEqual([]);
  });

  it('accept a level without its keyword, as old confs write it', () => {
    expect(parseRunLine('full 1st sun at 23:05').overrides).toEqual({ level: 'Full' });
    expect(parseRunLine('Full Pool=X Incremental sun at 23:05').overrides).toEqual({
      level: 'Incremental',
      pool: 'X',
    });
  });

  it('unescape quoted names and know where each value stands', () => {
    const line = parseRunLine('Full Pool="a \\"b\\"" at 1:00');
    expect(line.overrides.pool).toBe('a "b"');
    expect(line.overrideColumns).toEqual({ level: 1, pool: 11 });
  });

  it('leave the job as it is when there are none', () => {
    expect(parseRunLine('at 1:00').overrides).toEqual({});
  });
});

describe('warnings of a Run line', () => {
  it.each([
    ['mon', 'every hour on the hour'],
    ['sun at', 'every hour on the hour'],
    ['weekly at 2:05', '"weekly" without a day fires every day'],
    ['monthly at 2:05', '"monthly" without a day fires every day'],
    ['on 5-5 at 2:05', '"5-5" stands for every day of the month'],
    ['w05-w05 at 2:05', '"w05-w05" stands for every week of the year'],
    ['lastday sun at 2:05', 'whatever the day of the week'],
    ['5th fri at 2:05', 'fifth week'],
    ['1st,6th fri at 2:05', '"6th" never matches'],
    ['w53 at 2:05', 'Not every year'],
    ['sat at 2:05 at 14:30', 'one minute, the last one given: :30'],
    ['weekly 1st sun at 3:00', '"1st" changes nothing'],
    ['daily on 1 at 3:00', '"1" changes nothing'],
    ['hourly at 9:15', '"9:15" sets only the minute'],
    ['Full Level=Full sun at 3:00', 'Level is given twice'],
    ['WritePartAfterJob=yes sun at 3:00', 'obsolete'],
    ['on 31 feb at 3:00', 'It never fires'],
    ['jul w01 at 3:00', 'It never fires'],
  ])('"%s"', (line, warning) => {
    const { warnings } = parseRunLine(line);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(warning);
  });

  it.each([
    'Level=Full 1st sun at 23:05',
    'Differential 2nd-5th sun at 23:05',
    'Incremental mon-sat at 23:05',
    'hourly',
    'hourly at 0:15',
    'weekly sun at 2:05',
    'monthly on 1 at 2:05',
    'daily at 1:05',
    'lastday at 22:00',
    'on 29 feb at 1:00',
    'on 29 feb sun w09 at 1:00',
    'at 9:00 13:00',
  ])('none for "%s"', (line) => {
    expect(parseRunLine(line).warnings).toEqual([]);
  });
});

describe('describeTimes', () => {
  it('prints the masks that `show schedules` prints', () => {
    const upTo = (last: number): string =>
      Array.from({ length: last + 1 }, (_, value) => `${value} `).join('');
    expect(describeTimes(parseRunLine('Full 1st sat at 23:05').times)).toEqual([
      'hour=23 ',
      `mday=${upTo(30)}`,
      `month=${upTo(11)}`,
      'wday=6 ',
      'wom=0 ',
      `woy=${upTo(53)}`,
      'mins=5',
    ]);
  });

  it('sorts values that were given in another order, and names the last day', () => {
    const lines = describeTimes(
      parseRunLine('fri-mon 5th-1st lastday w50-w02 nov-feb at 13:00 at 6:00').times,
    );
    expect(lines).toEqual([
      'hour=6 13 ',
      'mday=lastday ',
      'month=0 1 10 11 ',
      'wday=0 1 5 6 ',
      'wom=0 4 5 ',
      'woy=0 1 2 50 51 52 53 ',
      'mins=0',
    ]);
  });
});
