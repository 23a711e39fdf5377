import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandWords } from '../../../../director/commands/command-words.ts';
import { runCommand, type CommandRequest } from '../../../../director/commands/run-command.ts';
import { substituteCodes, substituteWords } from '../../../../director/commands/substitution.ts';

describe('commandWords', () => {
  test.each([
    ['/bin/true', ['/bin/true']],
    [
      'bsmtp  -h localhost\t-s "Bacula: %t of %c" %r',
      ['bsmtp', '-h', 'localhost', '-s', 'Bacula: %t of %c', '%r'],
    ],
    [`sh -c 'echo "$HOME"; ls'`, ['sh', '-c', 'echo "$HOME"; ls']],
    ['a\\ b "c \\" d" "" x""y', ['a b', 'c " d', '', 'xy']],
    ['', []],
  ])('%j gives %j', (line, words) => {
    expect(commandWords(line)).toEqual(words);
  });

  test('a quote that is not closed is an error', () => {
    expect(() => commandWords('echo "x')).toThrow('not closed');
  });

  test('takes apart what quoting has put together', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const line = words.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`).join(' ');
        expect(commandWords(line)).toEqual(words);
      }),
    );
  });
});

describe('substitution', () => {
  const codes = { n: 'My Job; rm -rf /', r: ['a@x', 'b@x'], e: 'OK' };

  test('never makes a word out of a part of a value', () => {
    expect(substituteWords(['echo', 'job=%n', '%e%%', '%q'], codes)).toEqual([
      'echo',
      'job=My Job; rm -rf /',
      'OK%',
      '%q',
    ]);
  });

  test('a list becomes words where it stands alone, else it is joined', () => {
    expect(substituteWords(['%r', '<%r>'], codes)).toEqual(['a@x', 'b@x', '<a@x,b@x>']);
  });

  test('does not substitute in what was substituted', () => {
    expect(substituteCodes('%a', { a: '%b', b: 'no' })).toBe('%b');
  });
});

describe('runCommand', () => {
  function request(words: string[], changes: Partial<CommandRequest> = {}): CommandRequest {
    return { words, signal: new AbortController().signal, timeoutMs: 30_000, ...changes };
  }

  test('gives the exit status and the lines of output and errors, as bytes', async () => {
    const lines: string[] = [];
    const status = await runCommand(
      request(['sh', '-c', String.raw`printf 'one\n\377two'; exit 3`], {
        onLine: (line) => void lines.push(line.toString('latin1')),
      }),
    );
    expect(status).toBe(3);
    expect(lines).toEqual(['one', '\u00fftwo']);
  });

  test('hands the input over', async () => {
    const lines: string[] = [];
    await runCommand(request(['cat'], { input: 'hello\n', onLine: (line) => void lines.push(String(line)) }));
    expect(lines).toEqual(['hello']);
  });

  test('says so when there is no such program', async () => {
    await expect(runCommand(request(['/no/such/program']))).rejects.toThrow('there is no such program');
  });

  test('ends a program that takes too long', async () => {
    await expect(runCommand(request(['sleep', '60'], { timeoutMs: 50 }))).rejects.toThrow(
      'ended after 0.05 seconds',
    );
  });

  test('ends the program when it is not wanted any more', async () => {
    const stop = new AbortController();
    const run = runCommand(
      request(['sh', '-c', 'echo started; exec sleep 60'], {
        signal: stop.signal,
        onLine: () => stop.abort(new Error('cancelled')),
      }),
    );
    await expect(run).rejects.toThrow('cancelled');
  });
});
