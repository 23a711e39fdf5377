import { DAY_FIELDS, type DayField } from './date-words.ts';
import type { RunTimes } from './run-times.ts';

/**
 * The sets of a Run line as `show schedules` prints them below its "--> Run" line, for example
 *
 *     hour=23
 *     mday=0 1 2 ... 30
 *     month=0 1 2 ... 11
 *     wday=6
 *     wom=0
 *     woy=0 1 2 ... 53
 *     mins=5
 *
 * Everything counts from 0 there, the days of the month too; `lastday` is printed behind them by its name. As
 * Bacula does, a blank follows each value.
 *
 * @returns The lines, without indentation and line ends.
 */
export function describeTimes(times: RunTimes): string[] {
  const list = (values: ReadonlySet<number>, lowest: number): string =>
    [...values]
      .sort((a, b) => a - b)
      .map((value) => `${value - lowest} `)
      .join('');
  const days = (field: DayField): string => list(times[field], DAY_FIELDS[field][0]);
  return [
    `hour=${list(times.hours, 0)}`,
    `mday=${days('daysOfMonth')}${times.lastDay ? 'lastday ' : ''}`,
    `month=${days('months')}`,
    `wday=${days('weekdays')}`,
    `wom=${days('weeksOfMonth')}`,
    `woy=${days('weeksOfYear')}`,
    `mins=${times.minute}`,
  ];
}
