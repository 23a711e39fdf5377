import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandWords } from '../../../commands/command-words.ts';

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
