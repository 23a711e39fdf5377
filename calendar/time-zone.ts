/** Milliseconds that the clocks of a time zone are ahead of UTC at an instant (ms since 1970). */
export type OffsetAt = (instant: number) => number;

const zones = new Map<string, OffsetAt>();

/**
 * The clocks of a time zone.
 *
 * @param timeZone An IANA name. Without one, the zone of the process (TZ): by far the cheaper, as Date knows
 * it.
 * @throws RangeError when there is no such zone.
 */
export function offsetIn(timeZone: string | undefined): OffsetAt {
  if (timeZone === undefined) return processOffset;
  let offsetAt = zones.get(timeZone);
  if (!offsetAt) {
    offsetAt = intlOffset(timeZone);
    zones.set(timeZone, offsetAt);
  }
  return offsetAt;
}

function processOffset(instant: number): number {
  return -60_000 * new Date(instant).getTimezoneOffset();
}

function intlOffset(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (instant) => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = format
      .format(instant)
      .split(/\D+/)
      .map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  };
}
