import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRunLine } from '../../../calendar/run-line.ts';
import { RunLineError } from '../../../calendar/run-line-error.ts';
import { errorOf } from './error-of.ts';

/** Line, the text the caret must stand under, and a part of the cure. */
const REJECTED: readonly (readonly [line: string, wrong: string, cure: string])[] = [
  ['1 at 2:00', '1', 'Write "on 1"'],
  ['Level=Full 1 at 2:00', '1', 'Write "on 1"'],
  ['sun 2:05', '2:05', 'Write "at 2:05"'],
  ['sun at 2:5', '2:5', 'two digits of minutes'],
  ['daily at 25:00', '25:00', 'at 23:05'],
  ['daily at 13:00pm', '13:00pm', 'at 11:05pm'],
  ['daily at 11:05 pm', 'pm', 'right behind the minutes: 11:05pm'],
  ['daily at 1am', '1am', 'at 1:00am'],
  ['mon-mon at 1:00', 'mon-mon', 'Write "mon"'],
  ['mon - fri at 1:00', '-', 'without blanks'],
  ['mon-jan at 1:00', 'mon-jan', 'of one kind'],
  ['on 32 at 1:00', '32', '1 to 31'],
  ['w54 at 1:00', 'w54', 'w00 to w53'],
  ['last sun at 1:00', 'last', '"lastday" is the last day'],
  ['every day at 1:00', 'every', '"daily"'],
  ['Level=Full', '', 'at 23:05'],
  ['Level=Weekly sun at 1:00', 'Weekly', 'Full, Incremental, Differential'],
  ['VirtualFullPool=X daily at 1:00', 'VirtualFullPool', 'FullPool'],
  ['daily at 2:05 Pool=X', 'Pool', 'overrides first'],
  ['"daily at 2:05"', '"daily at 2:05"', 'Leave the quotes out'],
  // Beyond the list of the reference:
  ['', '', 'at 23:05'],
  ['sun at 2:60', '2:60', 'at 2:05'],
  ['sun at 9:00-17:00', '9:00-17:00', 'at 23:05'],
  ['sun at 2:05 }', '}', 'line of its own'],
  ['mon-wed-fri at 1:00', 'mon-wed-fri', 'list with commas'],
  ['first-1st sun', 'first-1st', 'Write "first"'],
  ['tues at 1:00', 'tues', 'Write "tue"'],
  ['w5 at 1:00', 'w5', 'w05'],
  ['on 0 at 1:00', '0', '1 to 31'],
  ['Priority=0 daily at 1:00', '0', 'Priority=10'],
  ['Priority=high daily at 1:00', 'high', 'Priority=10'],
  ['Accurate=maybe daily at 1:00', 'maybe', 'Accurate=yes'],
  ['MaxRunSchedTime="8 blinks" daily at 1:00', '"8 blinks"', '8h'],
  ['Pool="" daily at 1:00', '""', 'Pool=NAME'],
  ['Pool="Month daily at 1:00', '"Month daily at 1:00', 'second "'],
  ['Pool=Monthly Pool 1st sun at 1:00', 'Pool', 'in quotes'],
];

describe('a Run line is refused, with its place and its cure', () => {
  it.each(REJECTED)('%s', (line, wrong, cure) => {
    const error = errorOf(() => parseRunLine(line), RunLineError);
    expect(error.code).toBe('CONF_RUN_LINE');
    expect(error.message).not.toBe('');
    expect(error.hint).toContain(cure);
    if (wrong === '') expect(error.column).toBe(line.length + 1);
    else expect(line.slice(error.column - 1, error.column - 1 + error.length)).toBe(wrong);
  });

  it('never fails in another way, whatever the text', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(
        'Full',
        'Pool',
        '=',
        '"',
        ',',
        'on',
        'at',
        '2:05',
        'mon-fri',
        '1st',
        'lastday',
        'w05',
        '5-5',
        '-',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.constantFrom('', ' '), (words, blank) => {
        const line = words.join(blank);
        try {
          expect(parseRunLine(line).text).toBe(line);
        } catch (error) {
          expect(error).toBeInstanceOf(RunLineError);
          const { column, length } = error as RunLineError;
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column + length - 1).toBeLessThanOrEqual(line.length + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
