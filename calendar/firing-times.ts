import {
  type CivilDay,
  matchesDay,
  MS_PER_HOUR,
  MS_PER_MINUTE,
  type RunTimes,
  weekOfMonth,
} from './run-times.ts';

/** When a line fires, whatever its notation: at each of its times on each day that matches. Free of zones. */
export interface FiringTimes {
  /** Milliseconds since midnight, ascending. */
  readonly timesOfDay: readonly number[];
  /** Whether it fires at every hour of the day, or names hours. */
  readonly isEveryHour: boolean;
  /** 1-12; other months have no day that matches. */
  readonly months: ReadonlySet<number>;
  /** 1-31, ascending; other days of a month never match. */
  readonly daysOfMonth: readonly number[];
  /** 0-6, 0 = Sunday; other days of the week never match. */
  readonly weekdays: ReadonlySet<number>;
  matchesDay(day: CivilDay): boolean;
}

export const EVERY_WEEKDAY: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6]);

const known = new WeakMap<RunTimes, FiringTimes>();

/** The sets of a Run line in that form, worked out once for each. */
export function firingTimesOf(times: RunTimes | FiringTimes): FiringTimes {
  if ('matchesDay' in times) return times;
  let firing = known.get(times);
  if (!firing) {
    firing = {
      timesOfDay: timesOfDay(times.hours, [times.minute]),
      isEveryHour: times.hours.size === 24,
      months: times.months,
      daysOfMonth: candidateDays(times),
      weekdays: times.lastDay ? EVERY_WEEKDAY : times.weekdays,
      matchesDay: (day) => matchesDay(times, day),
    };
    known.set(times, firing);
  }
  return firing;
}

/** Each of the minutes of each of the hours. */
export function timesOfDay(hours: Iterable<number>, minutes: readonly number[]): number[] {
  return [...hours]
    .flatMap((hour) => minutes.map((minute) => hour * MS_PER_HOUR + minute * MS_PER_MINUTE))
    .sort((a, b) => a - b);
}

/** The days of a month that may match. */
function candidateDays(times: RunTimes): number[] {
  const days: number[] = [];
  for (let day = 1; day <= 31; day += 1) {
    const isInSets = times.daysOfMonth.has(day) && times.weeksOfMonth.has(weekOfMonth(day));
    if (isInSets || (times.lastDay && day >= 28)) days.push(day);
  }
  return days;
}
