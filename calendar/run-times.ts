/**
 * When a Run line fires, as sets of civil time. A moment matches when every set contains its part (AND,
 * unlike cron), or on the last day of a month when `lastDay` is set.
 */
export interface RunTimes {
  /** 0-23. */
  readonly hours: ReadonlySet<number>;
  /** 0-59; one for all hours. */
  readonly minute: number;
  /** 1-31; empty when the line says only `lastday`. */
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1-12. */
  readonly months: ReadonlySet<number>;
  /** 0-6, 0 = Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** 1-6: days 1-7 are week 1, 8-14 week 2, ... 29-31 week 5. Nothing is in week 6. */
  readonly weeksOfMonth: ReadonlySet<number>;
  /** 0-53, see `weekOfYear`. */
  readonly weeksOfYear: ReadonlySet<number>;
  /** Also on the last day of each of the `months`, whatever the sets of days and weeks say. */
  readonly lastDay: boolean;
}

/** A day of the proleptic Gregorian calendar, without a time zone. */
export interface CivilDay {
  readonly year: number;
  /** 1-12. */
  readonly month: number;
  /** 1-31. */
  readonly day: number;
}

/** A minute of such a day. */
export interface CivilMinute extends CivilDay {
  /** 0-23. */
  readonly hour: number;
  /** 0-59. */
  readonly minute: number;
}

export const MS_PER_DAY = 86_400_000;
export const MS_PER_HOUR = 3_600_000;
export const MS_PER_MINUTE = 60_000;

/** Whether a Run line fires at this minute. */
export function matches(times: RunTimes, civil: CivilMinute): boolean {
  return times.minute === civil.minute && times.hours.has(civil.hour) && matchesDay(times, civil);
}

/** Whether a Run line fires on this day. */
export function matchesDay(times: RunTimes, civil: CivilDay): boolean {
  if (!times.months.has(civil.month)) return false;
  if (times.lastDay && civil.day === daysInMonth(civil.year, civil.month)) return true;
  return (
    times.daysOfMonth.has(civil.day) &&
    times.weeksOfMonth.has(weekOfMonth(civil.day)) &&
    times.weekdays.has(weekday(dayNumber(civil))) &&
    (times.weeksOfYear.size === WEEKS_OF_YEAR || times.weeksOfYear.has(weekOfYear(civil)))
  );
}

/** How many weeks of the year there are: 0-53. */
export const WEEKS_OF_YEAR = 54;

/** Days since 1970-01-01. */
export function dayNumber(civil: CivilDay): number {
  return Date.UTC(civil.year, civil.month - 1, civil.day) / MS_PER_DAY;
}

/** 0-6, 0 = Sunday, of a day counted from 1970-01-01 (a Thursday). */
export function weekday(number: number): number {
  return (((number + 4) % 7) + 7) % 7;
}

/** 28-31. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1-5. */
export function weekOfMonth(day: number): number {
  return Math.floor((day - 1) / 7) + 1;
}

/**
 * ISO 8601 within the calendar year: weeks start on Monday and week 1 holds 4 January. The days of January
 * before week 1 are week 0; the days of December that ISO gives to the next year's week 1 are week 53.
 */
export function weekOfYear(civil: CivilDay): number {
  const today = dayNumber(civil);
  const dayOfYear = today - dayNumber({ year: civil.year, month: 1, day: 1 }) + 1;
  const isoWeekday = weekday(today) || 7;
  return Math.floor((dayOfYear - isoWeekday + 10) / 7);
}
