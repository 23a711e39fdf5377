import { durationParts, sumOfParts, type DurationPart } from '../../text/duration.ts';
import type { AssignedType } from '../value-type.ts';
import { writtenValue } from './single-token.ts';

const DAY = 86_400;

/** A duration as a conf file gives it. */
export interface WrittenDuration {
  readonly seconds: number;
  /** A reading that may surprise, as a sentence. */
  readonly surprise?: string;
}

/** Reads a sum of `number unit` parts, such as `2 months 3 weeks`, `3.5 days`, `90`; `undefined` when it is none. */
export function readDuration(text: string): WrittenDuration | undefined {
  const parts: (DurationPart | undefined)[] = [];
  let surprise: string | undefined;
  for (const part of durationParts(text)) {
    const { number = '', unit = '', gap = '' } = part ?? {};
    if (unit !== '' && gap.includes('\t')) {
      // Bacula never saw the unit and all behind it, so a conf that works relies on that.
      parts.push({ number, gap: '', unit: '' });
      surprise = `a tab between ${number} and ${unit} hides the unit: this is ${number} seconds`;
      break;
    }
    parts.push(part);
    if (unit.toLowerCase() === 'm') surprise = `"${number}${unit}" is ${number} months; minutes are "min"`;
  }
  const seconds = sumOfParts(parts);
  if (seconds === undefined) return undefined;
  return surprise === undefined ? { seconds } : { seconds, surprise };
}

/** A duration in the largest unit that gives a whole number: "60 days". */
export function formatDuration(seconds: number): string {
  for (const [unit, factor] of [
    ['year', 365 * DAY],
    ['day', DAY],
    ['hour', 3600],
    ['min', 60],
  ] as const) {
    if (seconds > 0 && seconds % factor === 0) {
      const count = seconds / factor;
      return `${count} ${unit}${count === 1 ? '' : 's'}`;
    }
  }
  return String(seconds);
}

/** A duration in seconds. 0 means none, unlimited or never, as the directive says. The last line counts. */
export const duration: AssignedType<number> = {
  form: 'assigned',
  title: 'a duration',
  example: '2 months 3 weeks',
  repeated: 'last',
  read(assignment, context) {
    const value = writtenValue(assignment, context, duration);
    if (!value) return undefined;
    const parsed = readDuration(value.text);
    if (!parsed) {
      context.error(
        value.span,
        `${assignment.name.text} takes a duration, not "${value.text}"`,
        'write numbers with seconds, minutes, hours, days, weeks, months, quarters or years, as in "2 months 3 weeks"',
      );
      return undefined;
    }
    if (parsed.surprise !== undefined) context.warning(value.span, parsed.surprise);
    return parsed.seconds;
  },
  format: (value) => [formatDuration(value)],
};
