/**
 * The units of a duration in a conf file and on the console, in the order in which Bacula compares them: a
 * unit may be cut to any prefix, and the first word it begins wins. So `m` is months and `mi` minutes.
 */
const UNITS: readonly (readonly [word: string, seconds: number])[] = [
  ['n', 60],
  ['seconds', 1],
  ['secs', 1],
  ['months', 30 * 86_400],
  ['minutes', 60],
  ['mins', 60],
  ['hours', 3600],
  ['days', 86_400],
  ['weeks', 7 * 86_400],
  ['quarters', 91 * 86_400],
  ['years', 365 * 86_400],
];

/** One "number unit" part of a duration. */
export interface DurationPart {
  /** As written, such as "3.5". */
  readonly number: string;
  /** The blanks between number and unit. */
  readonly gap: string;
  /** As written; empty when there is none. */
  readonly unit: string;
}

/**
 * Reads a sum of "number unit" parts, such as "2 months 3 weeks", "30d" or "3.5 days"; a number without a
 * unit is seconds.
 *
 * @returns Whole seconds, or undefined when it is no such text.
 */
export function parseDuration(text: string): number | undefined {
  return sumOfParts(durationParts(text));
}

/** The seconds that parts are together; undefined when one of them is none, or has no unit that is known. */
export function sumOfParts(parts: Iterable<DurationPart | undefined>): number | undefined {
  let seconds = 0;
  for (const part of parts) {
    if (!part) return undefined;
    const factor = unitSeconds(part.unit);
    if (factor === undefined) return undefined;
    seconds += Number(part.number) * factor;
  }
  const whole = Math.round(seconds);
  return Number.isSafeInteger(whole) ? whole : undefined;
}

/**
 * The parts of a duration, one after the other; `undefined`, and nothing more, from where the text is no
 * duration. An empty text is none. Takes time in proportion to the text.
 */
export function* durationParts(text: string): Generator<DurationPart | undefined> {
  const part = /\s*(\d+(?:\.\d+)?)(\s*)([a-z]*)\s*/iy;
  do {
    const [, number, gap = '', unit = ''] = part.exec(text) ?? [];
    if (number === undefined) {
      yield undefined;
      return;
    }
    yield { number, gap, unit };
  } while (part.lastIndex < text.length);
}

/** The seconds of a unit, of which any prefix will do; undefined when it is none. No unit at all is seconds. */
function unitSeconds(unit: string): number | undefined {
  if (unit === '') return 1;
  return UNITS.find(([word]) => word.startsWith(unit.toLowerCase()))?.[1];
}
