import { type FiringTimes, firingTimesOf } from './firing-times.ts';
import { nextReading } from './readings.ts';
import { MS_PER_HOUR, type RunTimes } from './run-times.ts';
import { type OffsetAt, offsetIn } from './time-zone.ts';

/** No zone is farther than this from UTC, in either direction. */
const OFFSET_MAX = 15 * MS_PER_HOUR;

/**
 * The first instant strictly after `after` at which a Run line (or Cron line) fires, by the clocks of a time
 * zone.
 *
 * Where the clocks change, every time the line names still happens once:
 *  - a time in the hour that is skipped in spring fires at the first instant after the gap;
 *  - a time in the hour that is repeated in autumn fires the first time only.
 * (Bacula loses the one and starts the other twice.) A line that fires at all 24 hours is not a list of times
 * but a pace: it goes on at each real hour, so it has nothing to make up for in spring and fires in both
 * hours in autumn.
 *
 * @param timeZone An IANA name; without one, the zone of the process.
 * @returns undefined when the line never fires.
 */
export function nextFiring(times: RunTimes | FiringTimes, after: Date, timeZone?: string): Date | undefined {
  const firing = firingTimesOf(times);
  const offsetAt = offsetIn(timeZone);
  const next = firing.isEveryHour
    ? nextBeat(firing, after.getTime(), offsetAt)
    : nextOnce(firing, after.getTime(), offsetAt);
  return next === undefined ? undefined : new Date(next);
}

/** Each reading fires at one instant, and a later reading never before an earlier one. */
function nextOnce(times: FiringTimes, after: number, offsetAt: OffsetAt): number | undefined {
  let reading: number | undefined = after + offsetAt(after);
  for (;;) {
    reading = nextReading(times, reading);
    if (reading === undefined) return undefined;
    const instant = instantOf(reading, offsetAt);
    if (instant > after) return instant;
  }
}

/** The instant at which clocks first show a reading; when they skip it, the first instant after the gap. */
function instantOf(reading: number, offsetAt: OffsetAt): number {
  const before = offsetAt(reading - OFFSET_MAX);
  const after = offsetAt(reading + OFFSET_MAX);
  if (before === after) return reading - before;
  const shown = [reading - before, reading - after].find(
    (instant) => instant + offsetAt(instant) === reading,
  );
  return shown ?? clockChange(reading - after, reading - before, offsetAt);
}

/** Fires whenever the clocks show one of the readings: goes from one change of the clocks to the next. */
function nextBeat(times: FiringTimes, after: number, offsetAt: OffsetAt): number | undefined {
  let from = after;
  let offset = offsetAt(from);
  let shown = from + offset;
  for (;;) {
    const reading = nextReading(times, shown);
    if (reading === undefined) return undefined;
    const instant = reading - offset;
    // The day ahead is looked at too: clocks set back there may show readings again that are behind us.
    const changed = [from + 24 * MS_PER_HOUR, instant].find((later) => offsetAt(later) !== offset);
    if (changed === undefined) return instant;
    const change = clockChange(from, changed, offsetAt);
    if (instant < change) return instant;
    from = change;
    offset = offsetAt(change);
    shown = change + offset - 1;
  }
}

/** The first instant after a change of the clocks that lies behind `from` and not behind `to`. */
function clockChange(from: number, to: number, offsetAt: OffsetAt): number {
  const before = offsetAt(from);
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle) === before) from = middle;
    else to = middle;
  }
  return to;
}
