import { parseDateItems } from './date-items.ts';
import { RunLineError } from './run-line-error.ts';
import { firingTimesOf } from './firing-times.ts';
import { everFires } from './readings.ts';
import { parseOverrides, type RunOverrides } from './run-overrides.ts';
import type { RunTimes } from './run-times.ts';
import { splitRunLine } from './run-words.ts';

/** What every line of a Schedule says, in whatever notation its times are. */
export interface ScheduleLine {
  /** The directive that it is the value of. */
  readonly notation: 'Run' | 'Cron';
  /** As written. */
  readonly text: string;
  readonly overrides: RunOverrides;
  /** Where the value of each override stands in `text`, 1-based: for errors about names that are not defined. */
  readonly overrideColumns: Readonly<Partial<Record<keyof RunOverrides, number>>>;
  /** What is allowed but surely not meant; sentences for the admin. */
  readonly warnings: readonly string[];
}

/** A Run line of a Schedule: what to start, and when. */
export interface RunLine extends ScheduleLine {
  readonly notation: 'Run';
  readonly times: RunTimes;
}

/**
 * Reads the value of a `Run =` directive, to the end of its line and without a comment:
 *
 *     Level=Full Pool=Monthly 1st sun at 23:05
 *
 * The grammar and its meaning are Bacula's: overrides, then days and times. Every item adds to a set of its
 * own kind, and a moment must be in all sets. Words are compared without case.
 *
 * @throws RunLineError with the column and the cure.
 */
export function parseRunLine(text: string): RunLine {
  const { overrides, columns, rest, warnings } = parseOverrides(splitRunLine(text));
  if (rest.length === 0) {
    throw new RunLineError('The Run line says neither a day nor a time', {
      column: text.trimEnd().length + 1,
      length: 1,
      hint: 'Add one: "at 23:05" fires every day, "sun at 23:05" every Sunday.',
    });
  }
  const items = parseDateItems(rest);
  return {
    notation: 'Run',
    text,
    overrides,
    overrideColumns: columns,
    times: items.times,
    warnings: [...warnings, ...items.warnings, ...neverFires(items.times)],
  };
}

/** The warning of a line that names no day of any year. */
export const NEVER_FIRES = 'It never fires: there is no such day in any year';

function neverFires(times: RunTimes): string[] {
  return everFires(firingTimesOf(times)) ? [] : [NEVER_FIRES];
}
