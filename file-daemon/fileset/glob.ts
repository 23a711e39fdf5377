import type { BytePath } from '../byte-path.ts';
import { addClass, addRange, foldSet, lowerByte, sameByte, type ByteSet } from '../../text/regex/byte-set.ts';

/**
 * Shell patterns as fnmatch(3) with no flags: `*` any bytes (slashes and leading dots too), `?` one byte, `[...]` one of
 * a set, `\x` the byte x itself. They are matched against a whole path, byte by byte, in time proportional to
 * pattern times path at worst: the two-pointer way goes back to the last star only, so no pattern is exponential.
 */
export type PathTest = (path: BytePath) => boolean;

export interface GlobOptions {
  /** ASCII letters match in either case (other bytes have none). The test then wants the path from `lowerAscii`. */
  readonly ignoreCase: boolean;
}

const ANY_BYTE = -1;
const STAR = -2;
/** Token `SETS_FROM - n` stands for the n-th byte set of the pattern. */
const SETS_FROM = -3;

interface Tokens {
  /** A byte (0 to 255), or one of the constants above. */
  readonly codes: readonly number[];
  readonly sets: readonly ByteSet[];
}

export function compileGlob(pattern: BytePath, { ignoreCase }: GlobOptions): PathTest {
  const tokens = parseGlob(pattern, ignoreCase);
  if (tokens === undefined) return () => false;
  return simpleTest(tokens) ?? ((path) => matches(tokens, path));
}

/** ASCII letters in lower case, every other byte as it is. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether the pattern is a path and nothing else. */
export function isLiteral(pattern: BytePath): boolean {
  return !/[*?[\\]/.test(pattern);
}

/** Undefined: a lone backslash at the end, which fnmatch never matches. */
function parseGlob(pattern: string, ignoreCase: boolean): Tokens | undefined {
  const codes: number[] = [];
  const sets: ByteSet[] = [];
  const addLiteral = (char: string) => codes.push((ignoreCase ? lowerAscii(char) : char).charCodeAt(0));
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === '*') {
      if (codes.at(-1) !== STAR) codes.push(STAR);
    } else if (char === '?') {
      codes.push(ANY_BYTE);
    } else if (char === '\\') {
      at += 1;
      if (at === pattern.length) return undefined;
      addLiteral(pattern.charAt(at));
    } else {
      const bracket = char === '[' ? parseBracket(pattern, at, ignoreCase) : undefined;
      if (bracket === 'never') return undefined;
      if (bracket === undefined) {
        addLiteral(char);
      } else {
        codes.push(SETS_FROM - sets.length);
        sets.push(bracket.set);
        at = bracket.end - 1;
      }
    }
  }
  return { codes, sets };
}

/**
 * The bracket expression that begins at `start`, and where it ends. Undefined when it is never closed: then the bracket
 * is an ordinary byte. `[.x.]` and `[=x=]` in it are the byte x, as in the C locale; of a longer name nothing matches, nor
 * of what stands behind it. `never`: a name is not closed, and fnmatch then matches nothing.
 */
function parseBracket(
  pattern: string,
  start: number,
  ignoreCase: boolean,
): { set: ByteSet; end: number } | 'never' | undefined {
  const set = new Uint8Array(256);
  let members = set;
  let at = start + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at += 1;
  for (let isFirst = true; ; isFirst = false) {
    if (at >= pattern.length) return undefined;
    if (pattern[at] === ']' && !isFirst) break;
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12));
    if (named !== null) {
      addClass(members, named[1] ?? '');
      at += named[0].length;
      continue;
    }
    const collating = /^\[\.(.*?)\.\]/s.exec(pattern.slice(at));
    if (collating !== null && collating[1]?.length !== 1) {
      if (isNegated) return 'never';
      members = new Uint8Array(256);
      at += collating[0].length;
      continue;
    }
    const equivalents = /^\[=([^])=\]/.exec(pattern.slice(at, at + 5));
    if (equivalents !== null) {
      members[equivalents[1]!.charCodeAt(0)] = 1;
      at += equivalents[0].length;
      continue;
    }
    const from = readByte();
    if (from === undefined || from === 'never') return from;
    let to = from;
    if (pattern[at] === '-' && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      at += 1;
      const upper = readByte();
      if (upper === undefined || upper === 'never') return upper;
      to = upper;
    }
    addRange(members, from, to, ignoreCase ? lowerByte : sameByte);
  }
  if (ignoreCase) foldSet(set);
  return { set: isNegated ? set.map((member) => 1 - member) : set, end: at + 1 };

  function readByte(): number | 'never' | undefined {
    if (pattern.startsWith('[.', at)) {
      const named = /^\[\.([^])\.\]/.exec(pattern.slice(at, at + 5));
      at += 5;
      return named === null ? 'never' : named[1]!.charCodeAt(0);
    }
    if (pattern[at] === '\\') at += 1;
    const byte = at < pattern.length ? pattern.charCodeAt(at) : undefined;
    at += 1;
    return byte;
  }
}

/** Nearly every pattern in use is a path, `*.ext`, `/dir/*` or `*part*`; the engine has faster ways for these. */
function simpleTest({ codes }: Tokens): PathTest | undefined {
  const isPlain = (part: readonly number[]) => part.every((code) => code >= 0);
  const textOf = (part: readonly number[]) => String.fromCharCode(...part);
  const startsWithStar = codes[0] === STAR;
  const endsWithStar = codes.at(-1) === STAR;
  const middle = codes.slice(startsWithStar ? 1 : 0, endsWithStar ? -1 : undefined);
  if (!isPlain(middle)) return undefined;
  const text = textOf(middle);
  if (startsWithStar && endsWithStar) return (path) => path.includes(text);
  if (startsWithStar) return (path) => path.endsWith(text);
  if (endsWithStar) return (path) => path.startsWith(text);
  return (path) => path === text;
}

function matches({ codes, sets }: Tokens, path: string): boolean {
  let at = 0;
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < path.length) {
    const code = token < codes.length ? codes[token] : undefined;
    if (code === STAR) {
      starToken = token++;
      starAt = at;
    } else if (code !== undefined && accepts(code, path.charCodeAt(at), sets)) {
      token += 1;
      at += 1;
    } else if (starToken >= 0) {
      token = starToken + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (codes[token] === STAR) token += 1;
  return token === codes.length;
}

function accepts(code: number, byte: number, sets: readonly ByteSet[]): boolean {
  if (code >= 0) return code === byte;
  return code === ANY_BYTE || sets[SETS_FROM - code]?.[byte] === 1;
}
