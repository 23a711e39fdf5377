import { parseDuration } from '../text/duration.ts';
import { parseDateItems } from './date-items.ts';
import { firingTimesOf } from './firing-times.ts';
import { everFires } from './readings.ts';
import { RunLineError } from './run-line-error.ts';
import { NEVER_FIRES } from './run-line.ts';
import type { RunTimes } from './run-times.ts';
import { isEquals, type RunWord, splitRunLine, wrongWord } from './run-words.ts';

/** A Connect line: when a file daemon calls its Director, and how long it then keeps the connection. */
export interface ConnectLine {
  /** As written. */
  readonly text: string;
  /** Absent: as long as the Director wants it. */
  readonly maxConnectTimeSeconds?: number;
  readonly times: RunTimes;
  /** What is allowed but surely not meant; sentences for the admin. */
  readonly warnings: readonly string[];
}

/**
 * Reads the value of a `Connect =` directive: the days and times of a Run line, with `MaxConnectTime` as the only
 * override:
 *
 *     MaxConnectTime=2h mon-fri at 8:00
 *
 * @throws RunLineError
 */
export function parseConnectLine(text: string): ConnectLine {
  const words = splitRunLine(text);
  const maxConnectTimeSeconds = readOverride(words);
  const rest = maxConnectTimeSeconds === undefined ? words : words.slice(3);
  if (rest.length === 0) {
    throw new RunLineError('The Connect line says neither a day nor a time', {
      column: text.trimEnd().length + 1,
      length: 1,
      hint: 'Add one: "mon-fri at 8:00".',
    });
  }
  const { times, warnings } = parseDateItems(rest);
  return {
    text,
    ...(maxConnectTimeSeconds !== undefined && { maxConnectTimeSeconds }),
    times,
    warnings: everFires(firingTimesOf(times)) ? warnings : [...warnings, NEVER_FIRES],
  };
}

function readOverride([keyword, equals, value]: readonly RunWord[]): number | undefined {
  if (!keyword || !isEquals(equals)) return undefined;
  if (keyword.text.toLowerCase() !== 'maxconnecttime') {
    throw wrongWord(
      keyword,
      `A Connect line knows no keyword "${keyword.text}"`,
      'The only one is MaxConnectTime.',
    );
  }
  const seconds = parseDuration(value?.text ?? '');
  if (value && seconds !== undefined) return seconds;
  throw wrongWord(
    value ?? keyword,
    value ? `MaxConnectTime is "${value.text}", which is no duration` : 'MaxConnectTime has no value',
    'Write for example MaxConnectTime=2h or MaxConnectTime="1 day 12 hours".',
  );
}
