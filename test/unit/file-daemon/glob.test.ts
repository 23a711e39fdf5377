import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cString, nativeLibrary } from '../../../native/library.ts';
import { compileGlob, lowerAscii } from '../../../file-daemon/fileset/glob.ts';

function matches(pattern: string, path: string): boolean {
  return compileGlob(pattern, { ignoreCase: false })(path);
}

/** fnmatch(3) as its description reads, in exponential time. Knows `*`, `?`, `\x`, and `[...]` with plain bytes. */
function slowMatches(pattern: string, path: string): boolean {
  const [first, ...rest] = pattern;
  const tail = rest.join('');
  if (first === undefined) return path === '';
  if (first === '*') {
    return Array.from(path + ' ', (_, index) => path.slice(index)).some((end) => slowMatches(tail, end));
  }
  if (path === '') return false;
  if (first === '?') return slowMatches(tail, path.slice(1));
  if (first === '\\') return tail !== '' && path[0] === tail[0] && slowMatches(tail.slice(1), path.slice(1));
  const bracket = /^\[(!?)(\]?[^\]]*)\]/s.exec(pattern);
  if (bracket !== null && bracket[2] !== '') {
    const isMember = bracket[2]!.includes(path[0]!);
    return isMember !== (bracket[1] === '!') && slowMatches(pattern.slice(bracket[0].length), path.slice(1));
  }
  return path[0] === first && slowMatches(tail, path.slice(1));
}

describe('a shell pattern', () => {
  it.each([
    ['*.mp3', '/home/a/b.mp3', true],
    ['*.mp3', '/home/a/b.MP3', false],
    ['*', '/any/thing/at.all', true],
    ['*/core', '/a/b/core', true],
    ['core', '/a/b/core', false],
    ['/home/*/cache', '/home/a/b/cache', true],
    ['/home/?', '/home/a', true],
    ['/home/?', '/home/ab', false],
    ['*x*y*', '/1x2y3', true],
    ['*x*y*', '/1y2x3', false],
    ['/a[bc]d', '/abd', true],
    ['/a[!bc]d', '/abd', false],
    ['/a[^bc]d', '/axd', true],
    ['/a[b-d]', '/ac', true],
    ['/a[]x]', '/a]', true],
    ['/a[x-]', '/a-', true],
    ['/[[:digit:]][[:alpha:]]', '/7q', true],
    ['/a[', '/a[', true],
    ['/a[b', '/a[b', true],
    ['/a\\*', '/a*', true],
    ['/a\\*', '/ab', false],
    ['/a[\\]]', '/a]', true],
    ['/a\\', '/a\\', false],
    ['/.*', '/.hidden', true],
    ['/dir', '/dir', true],
    ['/dir/', '/dir', false],
    ['', '', true],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('matches bytes: one ? takes half of a two-byte letter', () => {
    expect(matches('/?', '/\xc3\xa4')).toBe(false);
    expect(matches('/??', '/\xc3\xa4')).toBe(true);
    expect(matches('/[\x80-\xff]x', '/\xfex')).toBe(true);
  });

  it('folds the case of ASCII letters only, also in sets', () => {
    const ignoreCase = (pattern: string, path: string) =>
      compileGlob(pattern, { ignoreCase: true })(lowerAscii(path));
    expect(ignoreCase('*.Mp3', '/a.mP3')).toBe(true);
    expect(ignoreCase('/[A-C]', '/b')).toBe(true);
    expect(ignoreCase('/[!a]', '/A')).toBe(false);
    expect(ignoreCase('/\xc4', '/\xe4')).toBe(false);
  });

  it('agrees with a slow matcher that is written as fnmatch is described', () => {
    const piece = fc.constantFrom('a', 'b', '/', '.', '*', '?', '[ab]', '[!a]', '[]b]', '\\*', '\\a', '**');
    const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*', ']'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, path, (pattern, path) => matches(pattern, path) === slowMatches(pattern, path)),
      { numRuns: 3000 },
    );
  });

  const fnmatch = nativeLibrary()?.optional('int fnmatch(const void *pattern, const void *text, int flags)');

  it.runIf(fnmatch)('agrees with the C library on any bytes', () => {
    const FNM_CASEFOLD = 1 << 4;
    const matchesInC = (pattern: string, path: string, flags: number) =>
      fnmatch!(cString(Buffer.from(pattern, 'latin1')), cString(Buffer.from(path, 'latin1')), flags) === 0;
    const set = fc.constantFrom(
      '[ab]',
      '[!a]',
      '[^/]',
      '[]b]',
      '[!]b]',
      '[a-c]',
      '[\\]]',
      '[a\\-c]',
      '[x-]',
      '[[:alpha:]]',
      '[[.a.]-b]',
      '[a-[.b.]]',
      '[[=a=]B]',
    );
    const odd = fc.constantFrom(
      '[',
      ']',
      '[a',
      '[!',
      '[[:digit:]',
      '[[.',
      '[[.-b]',
      '[[.ab.]]',
      '\\',
      '-',
      '[:alpha:]',
      '[b-a]',
      '[a-B]',
      '[/-b]',
      '[B-~]',
      '[\x80-\xff]',
    );
    const simple = fc.constantFrom('a', 'b', 'B', '/', '.', '*', '**', '?', '\\*', '\\a', '\xc3', '\xa4');
    const pattern = fc
      .array(fc.oneof({ weight: 5, arbitrary: simple }, { weight: 2, arbitrary: set }, odd), { maxLength: 8 })
      .map((pieces) => pieces.join(''));
    const path = fc.string({ unit: fc.constantFrom(...'aabbB/.*]-[\\', '\xc3', '\xa4'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, path, (pattern, path) => {
        expect(matches(pattern, path)).toBe(matchesInC(pattern, path, 0));
        const folded = compileGlob(pattern, { ignoreCase: true })(lowerAscii(path));
        expect(folded).toBe(matchesInC(pattern, path, FNM_CASEFOLD));
      }),
      { numRuns: 10_000 },
    );
  });

  it('takes no exponential time for stars that nearly match', () => {
    const path = '/' + 'a'.repeat(4000);
    const start = performance.now();
    expect(matches('*a'.repeat(200) + '*b', path)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
