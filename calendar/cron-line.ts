import { CronExpression, CronExpressionParser } from 'cron-parser';

import { messageOf } from '../errors/operator-error.ts';
import type { FiringTimes } from './next-firing.ts';
import { RunLineError } from './run-line-error.ts';
import type { ScheduleLine } from './run-line.ts';
import { parseOverrides } from './run-overrides.ts';
import { splitRunLine } from './run-words.ts';

/** A Cron line of a Schedule: the overrides of a Run line, with the times in crontab's notation. */
export interface CronLine extends ScheduleLine {
  readonly times: FiringTimes;
}

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
  const expression = isQuoted ? first.text : text.slice(start).trim();
  const wrong = (message: string): RunLineError =>
    new RunLineError(message, { column: start + 1, length: expression.length, hint: HINT });

  const isNamed = NAMED.has(expression.toLowerCase());
  const fields = expression.split(/\s+/);
  if (!isNamed && (fields.length !== 5 || expression.startsWith('@'))) {
    throw wrong(`A Cron expression has five fields, not ${expression === '' ? 0 : fields.length}`);
  }
  if (/(?:^|[\s,])H/i.test(expression)) throw wrong('A Cron expression must not leave a value to chance (H)');
  try {
    return {
      text,
      overrides,
      overrideColumns: columns,
      times: cronTimes(isNamed ? expression.toLowerCase() : expression),
      warnings,
    };
  } catch (error) {
    throw wrong(`The Cron expression "${expression}" cannot be read: ${messageOf(error)}`);
  }
}

/** Evaluated in UTC, which has no clock changes: what comes out are clock readings, free of zones. */
function cronTimes(expression: string): FiringTimes {
  const { fields } = CronExpressionParser.parse(expression, { tz: 'UTC' });
  return {
    isEveryHour: fields.hour.values.length === 24,
    nextReading(after) {
      const search = new CronExpression(fields, { currentDate: new Date(after), tz: 'UTC' });
      try {
        return search.next().getTime();
      } catch {
        return undefined; // the search gave up after thousands of steps: there is no such day
      }
    },
  };
}
