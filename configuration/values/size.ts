import type { Assignment } from '../syntax.ts';
import type { AssignedType, ReadContext } from '../value-type.ts';
import { writtenValue } from './single-token.ts';

const KIB = 1024;
/** A bare letter or `..ib` is binary, `..b` is decimal. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: KIB,
  kib: KIB,
  kb: 1e3,
  m: KIB ** 2,
  mib: KIB ** 2,
  mb: 1e6,
  g: KIB ** 3,
  gib: KIB ** 3,
  gb: 1e9,
  t: KIB ** 4,
  tib: KIB ** 4,
  tb: 1e12,
};

/** Bytes of a text such as `50G`, `4.3 GB`, `65536`, fractions of a byte dropped; `undefined` when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  const factor = match ? UNITS[(match[2] ?? '').toLowerCase()] : undefined;
  if (!match || factor === undefined) return undefined;
  const bytes = Math.floor(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes per second of a text such as `100 kb/s`; without unit it is bytes per second too. No gigabytes here. */
export function parseSpeed(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?\s*(?:[km](?:ib|b)?)?)\s*(?:\/s)?\s*$/i.exec(text);
  return match ? parseSize(match[1] ?? '') : undefined;
}

/** The speed that holds where several do: the smallest that is one. 0 = no limit, as in what is given. */
export function smallestSpeed(...limits: readonly (number | undefined)[]): number {
  const set = limits.filter((limit): limit is number => limit !== undefined && limit > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}

/** A size that reads back exactly, with a unit where it is a whole number of it: "50 g", "1 gb". */
export function formatSize(bytes: number): string {
  return inLargestUnit(bytes, ['t', 'tb', 'g', 'gb', 'm', 'mb', 'k', 'kb']);
}

/** A speed that reads back exactly: "5 mb/s". */
export function formatSpeed(bytesPerSecond: number): string {
  return `${inLargestUnit(bytesPerSecond, ['m', 'mb', 'k', 'kb'])}/s`;
}

function inLargestUnit(count: number, units: readonly string[]): string {
  const unit = units.find((one) => count > 0 && count % (UNITS[one] ?? 1) === 0);
  return unit === undefined ? String(count) : `${count / (UNITS[unit] ?? 1)} ${unit}`;
}

/** A size in bytes. 0 usually means no limit. The last line counts. */
export const size: AssignedType<number> = {
  form: 'assigned',
  title: 'a size',
  example: '50 g',
  repeated: 'last',
  read: (assignment, context) =>
    readQuantity(assignment, context, size, parseSize, 'k, m, g, t count in 1024; kb, mb, gb, tb in 1000'),
  format: (value) => [formatSize(value)],
};

/** A speed in bytes per second. 0 means no limit. The last line counts. */
export const speed: AssignedType<number> = {
  form: 'assigned',
  title: 'a speed',
  example: '5 mb/s',
  repeated: 'last',
  read: (assignment, context) =>
    readQuantity(assignment, context, speed, parseSpeed, 'the units are k/s, kb/s, m/s and mb/s'),
  format: (value) => [formatSpeed(value)],
};

function readQuantity(
  assignment: Assignment,
  context: ReadContext,
  expected: { title: string; example: string },
  parse: (text: string) => number | undefined,
  units: string,
): number | undefined {
  const written = writtenValue(assignment, context, expected);
  if (!written) return undefined;
  const value = parse(written.text);
  if (value === undefined) {
    context.error(
      written.span,
      `${assignment.name.text} takes ${expected.title}, not "${written.text}"`,
      `for example "${assignment.name.text} = ${expected.example}"; ${units}`,
    );
  }
  return value;
}
