import { createRequire } from 'node:module';
import { messageOf } from '../errors/operator-error.ts';
import { CronTimes } from './cron-times.ts';
import type { FiringTimes } from './firing-times.ts';
import { everFires } from './readings.ts';
import { RunLineError } from './run-line-error.ts';
import { NEVER_FIRES, type ScheduleLine } from './run-line.ts';
import { parseOverrides } from './run-overrides.ts';
import { splitRunLine } from './run-words.ts';

/** A Cron line of a Schedule: the overrides of a Run line, with the times in crontab's notation. */
export interface CronLine extends ScheduleLine {
  readonly notation: 'Cron';
  readonly times: FiringTimes;
}

/** For what only some confs need, and the reading of none should wait for. */
const requirePackage = createRequire(import.meta.url);

const HINT =
  'Write minute, hour, day of the month, month and day of the week: "5 23 * * 6#1" is the first Saturday at 23:05.';

/** The names of expressions that a backup can use; every second or minute is none of them. */
const NAMED = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@hourly',
  '@weekdays',
  '@weekends',
]);

const NAMES_HINT = `The names are ${[...NAMED].join(', ')}.`;

/** The fields of an expression, in their order. */
const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'];

/** A piece of the line. */
interface Piece {
  readonly text: string;
  /** Of its first character, 1-based. */
  readonly column: number;
  /** In the line, where that is not the length of `text`. */
  readonly length?: number;
}

/**
 * Reads the value of a `Cron =` directive: overrides as in a Run line, then an expression of crontab's five
 * fields, with or without quotes:
 *
 *     Level=Full Pool=Monthly 5 23 * * 6#1
 *
 * As in cron, a day matches when its day of the month or its day of the week does, if both are restricted.
 * Besides lists, ranges and steps there are `6#1` (first Saturday), `5L` (last Friday) and `L` (last day of
 * the month). Seconds and random values (`H`) are refused: a schedule names its minute. At changes of the
 * clocks it fires as a Run line does.
 *
 * @throws RunLineError
 */
export function parseCronLine(text: string): CronLine {
  const { overrides, columns, rest, warnings } = parseOverrides(splitRunLine(text));
  const first = rest[0];
  const start = first ? first.column - 1 : text.trimEnd().length;
  const isQuoted = first?.quoted === true && rest.length === 1;
  const expression: Piece = isQuoted
    ? { text: first.text, column: first.column + 1 }
    : { text: text.slice(start), column: start + 1 };
  const times = readExpression(expression);
  return {
    notation: 'Cron',
    text,
    overrides,
    overrideColumns: columns,
    times,
    warnings: everFires(times) ? warnings : [...warnings, NEVER_FIRES],
  };
}

/** @throws RunLineError at the field that is wrong, else at the whole expression. */
function readExpression(expression: Piece): FiringTimes {
  const fields = [...expression.text.matchAll(/\S+/g)].map(({ 0: text, index }): Piece => ({
    text,
    column: expression.column + index,
  }));
  const whole = spanOf(fields) ?? expression;
  const name = fields[0]?.text.toLowerCase();
  if (name?.startsWith('@')) {
    if (NAMED.has(name) && fields.length === 1) return cronTimes(name);
    throw wrong(whole, `There is no Cron expression "${whole.text}"`, NAMES_HINT);
  }
  if (fields.length !== FIELDS.length) {
    throw wrong(whole, `A Cron expression has five fields, not ${fields.length}`);
  }
  for (const [index, field] of fields.entries()) checkField(field, index);
  try {
    return cronTimes(fields.map(({ text }) => text).join(' '));
  } catch (error) {
    throw wrong(whole, `The Cron expression cannot be read: ${messageOf(error)}`);
  }
}

/** Reads one field with stars for the others, so that what is wrong with it is said of it. */
function checkField(field: Piece, index: number): void {
  const subject = `The ${FIELDS[index]} "${field.text}" of the Cron expression`;
  if (/^H|,H/i.test(field.text)) throw wrong(field, `${subject} is left to chance (H)`);
  try {
    cronTimes(FIELDS.map((_, other) => (other === index ? field.text : '*')).join(' '));
  } catch (error) {
    throw wrong(field, `${subject} cannot be read: ${messageOf(error)}`);
  }
}

/** From the first piece to the last, with one blank between two. */
function spanOf(pieces: readonly Piece[]): Piece | undefined {
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (!first || !last) return undefined;
  return {
    text: pieces.map(({ text }) => text).join(' '),
    column: first.column,
    length: last.column + last.text.length - first.column,
  };
}

function wrong(place: Piece, message: string, hint = HINT): RunLineError {
  return new RunLineError(message, {
    column: place.column,
    length: place.length ?? place.text.length,
    hint,
  });
}

function cronTimes(expression: string): FiringTimes {
  const { CronExpressionParser } = requirePackage('cron-parser') as typeof import('cron-parser');
  return new CronTimes(CronExpressionParser.parse(expression).fields);
}
