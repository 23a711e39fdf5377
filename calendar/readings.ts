import type { FiringTimes } from './firing-times.ts';
import { daysInMonth, dayNumber, MS_PER_DAY, weekday } from './run-times.ts';

/** After this many months the Gregorian calendar repeats, days of the week included. */
const CALENDAR_MONTHS = 400 * 12;

/** Two lines that have not met in 28 years, after which the calendar hardly differs, are taken to never meet. */
const MEETING_MONTHS = 28 * 12;

/**
 * The first clock reading strictly after `after` that a line names. A clock reading is a civil time without a zone,
 * as the milliseconds since 1970 that it would be in UTC.
 *
 * @returns undefined when the line names no time at all.
 */
export function nextReading(
  times: FiringTimes,
  after: number,
  monthsMax = CALENDAR_MONTHS,
): number | undefined {
  const today = Math.floor(after / MS_PER_DAY);
  const timeOfDay = times.timesOfDay.find((time) => today * MS_PER_DAY + time > after);
  const [earliest] = times.timesOfDay;
  if (earliest === undefined) return undefined;
  const from = timeOfDay === undefined ? today + 1 : today;
  const day = nextMatchingDay(times, from, monthsMax);
  if (day === undefined) return undefined;
  return day * MS_PER_DAY + (day === today ? (timeOfDay ?? earliest) : earliest);
}

/** The first clock reading after `after` that two lines name both; undefined: none for many years. */
export function nextCommonReading(one: FiringTimes, other: FiringTimes, after: number): number | undefined {
  const both: FiringTimes = {
    timesOfDay: one.timesOfDay.filter((time) => other.timesOfDay.includes(time)),
    isEveryHour: false,
    months: one.months.intersection(other.months),
    daysOfMonth: one.daysOfMonth.filter((day) => other.daysOfMonth.includes(day)),
    weekdays: one.weekdays.intersection(other.weekdays),
    matchesDay: (day) => one.matchesDay(day) && other.matchesDay(day),
  };
  return nextReading(both, after, MEETING_MONTHS);
}

/** Whether there is any day in any year at which the line fires. */
export function everFires(times: FiringTimes): boolean {
  return nextReading(times, 0) !== undefined;
}

/**
 * The first day, not before `from`, on which a line fires. Days are counted from 1970-01-01.
 *
 * Goes from month to month, and in each only over the days that may match: "29 feb sun" is found about as fast as
 * "daily".
 *
 * @returns undefined when no day matches in `monthsMax` months.
 */
function nextMatchingDay(times: FiringTimes, from: number, monthsMax: number): number | undefined {
  const { months, daysOfMonth, weekdays } = times;
  if (months.size === 0 || daysOfMonth.length === 0 || weekdays.size === 0) return undefined;
  const start = new Date(from * MS_PER_DAY);
  let year = start.getUTCFullYear();
  let month = start.getUTCMonth() + 1;
  // One month more: the first may be entered behind its matching day.
  for (let passed = 0; passed <= monthsMax; passed += 1) {
    if (months.has(month)) {
      const length = daysInMonth(year, month);
      const lastOfPreviousMonth = dayNumber({ year, month, day: 1 }) - 1;
      for (const day of daysOfMonth) {
        if (day > length) break;
        const number = lastOfPreviousMonth + day;
        if (number >= from && weekdays.has(weekday(number)) && times.matchesDay({ year, month, day }))
          return number;
      }
    }
    if (month === 12) year += 1;
    month = (month % 12) + 1;
  }
  return undefined;
}
