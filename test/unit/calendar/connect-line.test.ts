import { describe, expect, it } from 'vitest';

import { parseConnectLine } from '../../../calendar/connect-line.ts';
import { nextFiring } from '../../../calendar/next-firing.ts';
import { RunLineError } from '../../../calendar/run-line-error.ts';
import { errorOf } from './error-of.ts';

describe('a Connect line', () => {
  it('has the days and times of a Run line, and may say how long to stay', () => {
    const line = parseConnectLine('MaxConnectTime="1 h 30 min" mon-fri at 8:00');
    expect(line.maxConnectTimeSeconds).toBe(5400);
    expect(line.warnings).toEqual([]);
    const firing = nextFiring(line.times, new Date('2026-11-21T12:00:00Z'), 'UTC');
    expect(firing?.toISOString()).toBe('2026-11-23T08:00:00.000Z');
    expect(parseConnectLine('sun at 8:00').maxConnectTimeSeconds).toBeUndefined();
  });

  it('warns as a Run line does', () => {
    expect(parseConnectLine('on 31 feb at 8:00').warnings).toEqual([expect.stringContaining('never fires')]);
    expect(parseConnectLine('mon').warnings).toEqual([expect.stringContaining('every hour')]);
  });

  it.each([
    ['Level=Full mon at 8:00', '^^^^^', 'knows no keyword "Level"'],
    ['MaxConnectTime=soon mon at 8:00', '               ^^^^', 'no duration'],
    ['MaxConnectTime=', '^^^^^^^^^^^^^^', 'has no value'],
    ['MaxConnectTime=2h', '                 ^', 'neither a day nor a time'],
    ['mon 8:00', '    ^^^^', 'without "at"'],
    ['', '^', 'neither a day nor a time'],
  ])('"%s" is refused', (text, marks, message) => {
    const error = errorOf(() => parseConnectLine(text), RunLineError);
    expect(error.message).toContain(message);
    expect(' '.repeat(error.column - 1) + '^'.repeat(error.length)).toBe(marks);
    expect(error.hint).not.toBe('');
  });
});
