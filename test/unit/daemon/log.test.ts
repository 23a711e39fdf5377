import { describe, expect, it } from 'vitest';
import { createLog, describeError } from '../../../daemon/log.ts';
import { OperatorError } from '../../../errors/operator-error.ts';

function linesOf(debugLevel: number, write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  write(
    createLog('nas-sd', debugLevel, (line) => lines.push(line.replace(/^\d\d-\w{3} \d\d:\d\d /, 'TIME '))),
  );
  return lines;
}

describe('the log', () => {
  it('has time and name of the daemon on each line, and a word for what is wrong', () => {
    const lines = linesOf(0, (log) => {
      log.info('started');
      log.warn('odd');
      log.error('bad');
    });
    expect(lines).toEqual(['TIME nas-sd: started', 'TIME nas-sd: Warning: odd', 'TIME nas-sd: Error: bad']);
  });

  it('shows debug messages up to the level asked for', () => {
    const lines = linesOf(100, (log) => [50, 100, 101].forEach((level) => log.debug(level, `at ${level}`)));
    expect(lines).toEqual(['TIME nas-sd: debug 50: at 50', 'TIME nas-sd: debug 100: at 100']);
  });

  it('does not let a name from the network play tricks on the terminal or fake a line', () => {
    const lines = linesOf(0, (log) =>
      log.warn('Director "x\x1b[2J\r\n21-Nov 03:40 nas-sd: all is well" refused\n'),
    );
    expect(lines).toEqual([
      'TIME nas-sd: Warning: Director "x\\x1b[2J\\x0d\n    21-Nov 03:40 nas-sd: all is well" refused',
    ]);
  });

  it('shows the hint of an error for the operator, and the stack of a bug', () => {
    class DiskFull extends OperatorError {
      readonly code = 'TEST';
      override readonly hint = 'Make room.';
    }
    expect(describeError(new DiskFull('No room'))).toBe('No room\nMake room.');
    expect(describeError(new TypeError('x'))).toMatch(/^TypeError: x\n +at /);
    expect(describeError('thrown text')).toBe('thrown text');
  });
});
