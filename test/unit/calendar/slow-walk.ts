import type { RunTimes } from '../../../calendar/run-times.ts';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/** Every real minute of a span and what the clocks of a zone show at it, as if it were UTC. */
export interface ClockWalk {
  readonly start: number;
  /** The clock reading of each minute since `start`. */
  readonly readings: Float64Array;
}

/** Asks Intl for each quarter of an hour: no zone changes its clocks at another minute. */
export function walkClock(timeZone: string, start: number, end: number): ClockWalk {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const readings = new Float64Array((end - start) / MINUTE);
  for (let index = 0, instant = start; instant < end; instant += QUARTER) {
    const reading = Date.parse(format.format(instant).replace(' ', 'T') + 'Z');
    for (let minute = 0; minute < 15; minute += 1) readings[index++] = reading + minute * MINUTE;
  }
  return { start, readings };
}

/**
 * All firings of a line, found minute by minute, by the words of the rule and not by its code: a line that names hours
 * fires when the clock reaches or jumps over one of its times, and not when it shows it again.
 */
export function slowFirings(times: RunTimes, walk: ClockWalk): number[] {
  const firings: number[] = [];
  let highest = (walk.readings[0] ?? 0) - MINUTE;
  walk.readings.forEach((reading, index) => {
    let fires = false;
    if (times.hours.size === 24) {
      fires = shows(times, reading);
    } else {
      for (let passed = highest + MINUTE; passed <= reading; passed += MINUTE) fires ||= shows(times, passed);
      highest = Math.max(highest, reading);
    }
    if (fires) firings.push(walk.start + index * MINUTE);
  });
  return firings;
}

/** Whether a line fires at this clock reading; written without the product's calendar arithmetic. */
export function shows(times: RunTimes, reading: number): boolean {
  const minuteOfDay = (reading / MINUTE) % 1440;
  if (minuteOfDay % 60 !== times.minute) return false;
  if (!times.hours.has(Math.floor(minuteOfDay / 60))) return false;
  const date = new Date(reading);
  const day = date.getUTCDate();
  if (!times.months.has(date.getUTCMonth() + 1)) return false;
  const tomorrow = new Date(reading + 1440 * MINUTE);
  if (times.lastDay && tomorrow.getUTCMonth() !== date.getUTCMonth()) return true;
  return (
    times.daysOfMonth.has(day) &&
    times.weekdays.has(date.getUTCDay()) &&
    times.weeksOfMonth.has(Math.ceil(day / 7)) &&
    times.weeksOfYear.has(isoWeekWithinYear(date))
  );
}

/** Counts Mondays, and looks where the week's Thursday is: in another year, the week is not of this one. */
function isoWeekWithinYear(date: Date): number {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7) + 3);
  if (thursday.getUTCFullYear() < date.getUTCFullYear()) return 0;
  if (thursday.getUTCFullYear() > date.getUTCFullYear()) return 53;
  const firstOfJanuary = Date.UTC(date.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - firstOfJanuary) / (7 * 1440 * MINUTE)) + 1;
}
