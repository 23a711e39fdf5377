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

/**
 * Reads a sum of "number unit" parts, such as "2 months 3 weeks", "30d" or "3.5 days"; a number without a
 * unit is seconds.
 *
 * @returns Whole seconds, or undefined when it is no such text.
 */
export function parseDuration(text: string): number | undefined {
  const parts = /^\s*(?:\d+(?:\.\d+)?\s*[a-z]*\s*)+$/i;
  if (!parts.test(text)) return undefined;
  let seconds = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/gi)) {
    const factor = unit === '' ? 1 : UNITS.find(([word]) => word.startsWith(unit.toLowerCase()))?.[1];
    if (factor === undefined) return undefined;
    seconds += Number(number) * factor;
  }
  const whole = Math.round(seconds);
  return Number.isSafeInteger(whole) ? whole : undefined;
}
