import { describe, expect, it } from 'vitest';

import { nextFiring } from '../../../calendar/next-firing.ts';
import { parseRunLine } from '../../../calendar/run-line.ts';
import { offsetIn } from '../../../calendar/time-zone.ts';
import { SCHEDULE_VECTORS } from './schedule-vectors.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** An instant in the form of the vectors. */
function localText(instant: Date, timeZone: string, withOffset: boolean): string {
  const offset = offsetIn(timeZone)(instant.getTime());
  const local = new Date(instant.getTime() + offset);
  const text = `${WEEKDAYS[local.getUTCDay()]} ${local.toISOString().slice(0, 16).replace('T', ' ')}`;
  if (!withOffset) return text;
  const hours = String(Math.abs(offset) / 3_600_000).padStart(2, '0');
  return `${text} ${offset < 0 ? '-' : '+'}${hours}:00`;
}

/** None of the starts is within the half day after a change of the clocks. */
function instantOf(local: string, timeZone: string): Date {
  const reading = Date.parse(`${local.replace(' ', 'T')}Z`);
  return new Date(reading - offsetIn(timeZone)(reading - 12 * 3_600_000));
}

describe('the reference vectors', () => {
  it('are all there', () => {
    expect(SCHEDULE_VECTORS.map((vector) => vector.number)).toEqual(
      Array.from({ length: 55 }, (_, index) => index + 1),
    );
  });

  it.each(SCHEDULE_VECTORS)('$number: $line', ({ line, start, timeZone, firings }) => {
    const { times } = parseRunLine(line);
    const found: string[] = [];
    let instant: Date | undefined = instantOf(start, timeZone);
    while (found.length < firings.length) {
      instant = nextFiring(times, instant, timeZone);
      if (!instant) break;
      found.push(localText(instant, timeZone, firings[0]?.includes(':00', 21) ?? false));
    }
    expect(found).toEqual(firings);
  });

  it('differ from Bacula only where its run would be lost in the gap or doubled in the overlap', () => {
    for (const { firings, bacula } of SCHEDULE_VECTORS) {
      if (!bacula) continue;
      const ours = new Set(firings);
      const theirs = new Set(bacula.slice(0, -1));
      const added = firings.slice(0, -1).filter((firing) => !bacula.includes(firing));
      const dropped = [...theirs].filter((firing) => !ours.has(firing));
      expect([...added, ...dropped]).toHaveLength(1);
    }
  });
});
