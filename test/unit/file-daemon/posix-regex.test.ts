import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePosixRegex, RegexRefused } from '../../../file-daemon/fileset/posix-regex.ts';

function finds(pattern: string, path: string, ignoreCase = false): boolean {
  return compilePosixRegex(pattern, { ignoreCase })(path);
}

describe('a POSIX extended regular expression', () => {
  it.each([
    ['^/home/[^/]+/cache$', '/home/a/cache', true],
    ['^/home/[^/]+/cache$', '/home/a/b/cache', false],
    ['\\.(mp3|ogg)$', '/x.ogg', true],
    ['cache', '/a/cache/b', true],
    ['[[:digit:]]{3}', '/a123', true],
    ['[[:digit:]]{3}', '/a12', false],
    ['^/a{,2}$', '/aa', true],
    ['^/a{,2}$', '/aaa', false],
    ['^/a+?$', '/', true], // (a+)? and not a lazy plus
    ['^/a**$', '/aaa', true],
    ['[\\]x', '/\\x', true], // a backslash in brackets is a backslash
    ['[]x]', '/]', true],
    ['[^]x]$', '/]', false],
    ['[x-]$', '/-', true],
    ['[[.a.]][[=b=]]', '/ab', true],
    [')', '/)', true],
    ['}', '/}', true],
    ['a||b', '/zzz', true],
    ['()', '/', true],
    ['\\<b', '/a b', true],
    ['\\bb\\B', '/a bc', true],
    ["\\`/a\\'", '/a', true],
    ['^/a.b$', '/a\nb', true], // a dot takes a line feed too
    ['b$', '/a\nb\n', false],
    ['\\{', '/{', true],
    ['\\/x', '/x', true],
  ])('%s in %j: %s', (pattern, path, expected) => {
    expect(finds(pattern, path)).toBe(expected);
  });

  it('matches the bytes of a name, as the conf file has them in UTF-8', () => {
    expect(finds('^/\u00e4$', '/\xc3\xa4')).toBe(true);
    expect(finds('^/..$', '/\xc3\xa4')).toBe(true);
  });

  it('folds the case of ASCII letters only', () => {
    expect(finds('\\.MP3$', '/a.mp3', true)).toBe(true);
    expect(finds('[a-c]$', '/B', true)).toBe(true);
    expect(finds('[^a]$', '/A', true)).toBe(false);
    expect(finds('\xe4', '/\xc3\x84', true)).toBe(false);
  });

  it.each([
    ['*.mp3', /nothing before "\*"/],
    ['(*a)', /nothing before/],
    ['^*a', /anchor/],
    ['a{2,1}', /range of repetitions/],
    ['a{x}', /number of repetitions/],
    ['a{40000}', /range of repetitions/],
    ['[b-a]', /backwards/],
    ['[[:foo:]]', /no character class/],
    ['[[.hyphen.]]', /not supported/],
    ['[a', /never closed/],
    ['(a', /never closed/],
    ['a\\', /backslash/],
    ['\\d+', /POSIX/],
    ['(a)\\1', /back-reference/],
  ])('%s is refused with a sentence', (pattern, reason) => {
    expect(() => compilePosixRegex(pattern, { ignoreCase: false })).toThrow(RegexRefused);
    expect(() => compilePosixRegex(pattern, { ignoreCase: false })).toThrow(reason);
  });

  it('reads any text either as an expression or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab[]()*+?{}|^$.\\1,-:d') }), (pattern) => {
        try {
          finds(pattern, '/ab');
        } catch (error) {
          expect(error).toBeInstanceOf(RegexRefused);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a plain text as itself', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'abc/ _%@#~=!<>&;\'"') });
    fc.assert(fc.property(plain, plain, plain, (before, text, after) => finds(text, before + text + after)));
  });
});
