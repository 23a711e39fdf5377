import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePosixRegex, RegexRefused } from '../../../file-daemon/fileset/posix-regex.ts';
import { cString, nativeLibrary } from '../../../native/library.ts';

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
    ['([a-z]{200}){200}', /too long/],
    ['((((a{9}){99}){999}){9999}){30000}', /too long/],
    ['('.repeat(300) + ')'.repeat(300), /brackets within brackets/],
    ['a' + '*'.repeat(300), /repetitions of repetitions/],
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

  it('takes time in proportion to the path, also where an engine that goes back would not end', () => {
    const path = '/' + 'a'.repeat(4000);
    const start = performance.now();
    for (const pattern of [
      '(a*)*b',
      '(a|aa)+$b',
      '((a+)+)+b',
      'a.*a.*a.*a.*b',
      '(a?){100}a{100}b',
      '((){9999}){9999}b',
    ]) {
      expect(finds(pattern, path), pattern).toBe(false);
    }
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('finds the same when it has to forget what it knew, as there is more to know than it keeps', () => {
    // An "a" this many bytes before the end: a state for each of 2^16 ways.
    const test = compilePosixRegex('a.{16}$', { ignoreCase: false });
    const random = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 20, maxLength: 3000 });
    fc.assert(
      fc.property(random, (path) => {
        expect(test(path)).toBe(path.at(-17) === 'a');
      }),
      { numRuns: 200 },
    );
  });
});

describe('a POSIX regular expression and a path, both at random,', () => {
  const library = nativeLibrary();
  const regcomp = library?.optional('int regcomp(void *regex, const void *pattern, int flags)');
  const regexec = library?.optional(
    'int regexec(const void *regex, const void *text, size_t matches, void *match, int flags)',
  );
  const regfree = library?.optional('void regfree(void *regex)');

  /** What the C library finds; undefined when it does not take the pattern. */
  function cLibraryFinds(pattern: string, path: string, ignoreCase: boolean): boolean | undefined {
    const [REG_EXTENDED, REG_ICASE, REG_NOSUB] = [1, 2, 8];
    const regex = Buffer.alloc(256);
    const flags = REG_EXTENDED | REG_NOSUB | (ignoreCase ? REG_ICASE : 0);
    if (regcomp!(regex, cString(Buffer.from(pattern, 'latin1')), flags) !== 0) return undefined;
    const result = regexec!(regex, cString(Buffer.from(path, 'latin1')), 0, null, 0);
    regfree!(regex);
    return result === 0;
  }

  const literal = fc.constantFrom('a', 'b', 'B', '/', '.', ' ', '_', '-', '\\.', '\\*', '}');
  const special = fc.constantFrom(
    '^',
    '$',
    '\\b',
    '\\B',
    '\\<',
    '\\>',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '\\`',
    "\\'",
  );
  const bracket = fc.constantFrom(
    '[ab]',
    '[^a]',
    '[]a]',
    '[^]a/]',
    '[a-]',
    '[[:alpha:]]',
    '[^[:space:]b]',
    '[\\a]',
    '[a-c]',
    '[A-b]',
    '[B-~]',
    '[^.-B]',
    '[.-9]',
  );
  const quantifier = fc.constantFrom('*', '+', '?', '*?');
  const interval = fc.constantFrom('{2}', '{1,2}', '{,2}', '{2,}', '{0,1}+');
  // What is repeated contains no anchor or edge: glibc loses them in the copies that it makes. And intervals stand behind
  // single bytes only: it takes exponential time for some others.
  const byte = fc.oneof(literal, literal, bracket);
  const { expression } = fc.letrec<{ atom: string; repeated: string; piece: string; expression: string }>(
    (tie) => ({
      atom: fc.oneof({ maxDepth: 3 }, byte, join(byte, interval), join(group(tie('repeated')), quantifier)),
      repeated: expressionOf(fc.oneof(tie('atom'), join(byte, quantifier))),
      piece: fc.oneof(
        { maxDepth: 3 },
        tie('atom'),
        join(byte, quantifier),
        special,
        group(tie('expression')),
      ),
      expression: expressionOf(tie('piece')),
    }),
  );

  function group(inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
    return inner.map((text) => `(${text})`);
  }

  function join(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
    return fc.tuple(...parts).map((texts) => texts.join(''));
  }

  function expressionOf(piece: fc.Arbitrary<string>): fc.Arbitrary<string> {
    const sequence = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
    return fc.array(sequence, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|'));
  }

  // No line feed: behind one, glibc takes any other place for the beginning now and then.
  const path = fc.string({
    unit: fc.constantFrom(...'aabbB/. _-\t\\}', '\xff'),
    minLength: 1,
    maxLength: 12,
  });

  it.runIf(regcomp && regexec && regfree)('go together as the C library says', () => {
    let compared = 0;
    fc.assert(
      fc.property(expression, path, fc.boolean(), (pattern, path, ignoreCase) => {
        const expected = cLibraryFinds(pattern, path, ignoreCase);
        if (expected === undefined) return;
        compared += 1;
        expect(finds(pattern, path, ignoreCase)).toBe(expected);
      }),
      { numRuns: 10_000 },
    );
    expect(compared).toBeGreaterThan(4_000);
  });
});
