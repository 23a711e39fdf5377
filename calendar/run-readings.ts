import { daysInMonth, dayNumber, matchesDay, MS_PER_DAY, type RunTimes, weekOfMonth } from './run-times.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

/** After this many months the Gregorian calendar repeats, days of the week included. */
const CALENDAR_MONTHS = 400 * 12;

/**
 * The first clock reading strictly after `after` that a Run line names. A clock reading is a civil time
 * without a zone, as the milliseconds since 1970 that it would be in UTC.
 *
 * @returns undefined when the line names no time at all.
 */
export function nextReading(times: RunTimes, after: number): number | undefined {
  const day = nextMatchingDay(times, Math.floor(after / MS_PER_DAY));
  if (day === undefined) return undefined;
  const reading = firstReadingOf(times, day, after);
  if (reading !== undefined) return reading;
  const later = nextMatchingDay(times, day + 1);
  return later === undefined ? undefined : firstReadingOf(times, later, after);
}

/** The first reading of a day that is after `after`; undefined when the day has no more. */
function firstReadingOf(times: RunTimes, day: number, after: number): number | undefined {
  let first = Infinity;
  for (const hour of times.hours) {
    const reading = day * MS_PER_DAY + hour * MS_PER_HOUR + times.minute * MS_PER_MINUTE;
    if (reading > after && reading < first) first = reading;
  }
  return first === Infinity ? undefined : first;
}

/**
 * The first day, not before `from`, on which a Run line fires. Days are counted from 1970-01-01.
 *
 * Goes from month to month, and in each over the days only that the sets of month days and weeks leave: "29
 * feb sun" is found about as fast as "daily".
 *
 * @returns undefined when no day of any year matches.
 */
export function nextMatchingDay(times: RunTimes, from: number): number | undefined {
  const candidates = candidateDays(times);
  const start = new Date(from * MS_PER_DAY);
  let year = start.getUTCFullYear();
  let month = start.getUTCMonth() + 1;
  // One month more than the cycle: the first may be entered behind its matching day.
  for (let months = 0; months <= CALENDAR_MONTHS; months += 1) {
    if (times.months.has(month)) {
      const length = daysInMonth(year, month);
      const lastOfPreviousMonth = dayNumber({ year, month, day: 1 }) - 1;
      for (const day of candidates) {
        if (day > length) break;
        if (lastOfPreviousMonth + day >= from && matchesDay(times, { year, month, day }))
          return lastOfPreviousMonth + day;
      }
    }
    if (month === 12) year += 1;
    month = (month % 12) + 1;
  }
  return undefined;
}

/** The days of a month that may match, in order. */
function candidateDays(times: RunTimes): number[] {
  const days: number[] = [];
  for (let day = 1; day <= 31; day += 1) {
    const isInSets = times.daysOfMonth.has(day) && times.weeksOfMonth.has(weekOfMonth(day));
    if (isInSets || (times.lastDay && day >= 28)) days.push(day);
  }
  return days;
}
