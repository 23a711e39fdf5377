import type { CronFieldCollection } from 'cron-parser';

import { EVERY_WEEKDAY, type FiringTimes, timesOfDay } from './firing-times.ts';
import { type CivilDay, daysInMonth, dayNumber, weekday, weekOfMonth } from './run-times.ts';

const EVERY_DAY = Array.from({ length: 31 }, (_, index) => index + 1);

/** The days that one of the two fields for days names; undefined where the field is a star. */
type Days = ReadonlySet<number | string> | undefined;

/**
 * The times of a Cron line. The library's parser says what the fields are; which days match is worked out here, with
 * the calendar of Run lines.
 */
export class CronTimes implements FiringTimes {
  readonly timesOfDay: readonly number[];
  readonly isEveryHour: boolean;
  readonly months: ReadonlySet<number>;
  readonly daysOfMonth: readonly number[];
  readonly weekdays: ReadonlySet<number>;
  /** 1-31, and `L` for the last day. */
  readonly #days: Days;
  /** 0-6, 0 = Sunday, and `5L` for the last Friday. */
  readonly #weekdays: Days;
  /** Which of them in the month (`6#1`); 0 = every one. */
  readonly #nth: number;

  constructor({ minute, hour, dayOfMonth, month, dayOfWeek }: CronFieldCollection) {
    this.timesOfDay = timesOfDay(hour.values, minute.values);
    this.isEveryHour = hour.values.length === 24;
    this.months = new Set(month.values);
    this.#days = dayOfMonth.isWildcard ? undefined : new Set<number | string>(dayOfMonth.values);
    this.#weekdays = dayOfWeek.isWildcard ? undefined : new Set<number | string>(dayOfWeek.values);
    this.#nth = dayOfWeek.nthDay;
    // With both, a day of the month may be any day of the week, and the other way round.
    const days = this.#weekdays ? undefined : this.#days;
    const weekdays = this.#days ? undefined : this.#weekdays;
    this.daysOfMonth = !days || days.has('L') ? EVERY_DAY : EVERY_DAY.filter((day) => days.has(day));
    this.weekdays = weekdays ? new Set(dayOfWeek.values.map(weekdayOf)) : EVERY_WEEKDAY;
  }

  /** When both fields for days are given, one of them is enough, as ever in cron. */
  matchesDay(day: CivilDay): boolean {
    if (this.#days && this.#weekdays)
      return isInDays(this.#days, day) || this.#isInWeekdays(this.#weekdays, day);
    if (this.#days) return isInDays(this.#days, day);
    return !this.#weekdays || this.#isInWeekdays(this.#weekdays, day);
  }

  #isInWeekdays(weekdays: NonNullable<Days>, civil: CivilDay): boolean {
    const { year, month, day } = civil;
    const number = weekday(dayNumber(civil));
    const isLast = day + 7 > daysInMonth(year, month);
    if (isLast && (weekdays.has(`${number}L`) || (number === 0 && weekdays.has('7L')))) return true;
    return weekdays.has(number) && (this.#nth === 0 || weekOfMonth(day) === this.#nth);
  }
}

/** Of "5L" as of 5; Sunday is 7 as well. */
function weekdayOf(value: number | string): number {
  return Number.parseInt(String(value), 10) % 7;
}

function isInDays(days: NonNullable<Days>, { year, month, day }: CivilDay): boolean {
  return days.has(day) || (days.has('L') && day === daysInMonth(year, month));
}
