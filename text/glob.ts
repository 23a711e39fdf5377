import { isUtf8 } from 'node:buffer';
import { parsePrintablePath } from './printable.ts';

/**
 * Shell patterns for one name, in the form in which names are shown: `*`, `?`, `[a-z]`, `[!a-z]`; a backslash before
 * one of these takes its meaning away, otherwise it begins an escape of printablePath.
 */
const PART = /\\[*?[\]]|\\(?:[\\nrt]|x[0-9a-f]{2})|\[!?\]?[^\]]*\]|[^]/giu;

/**
 * What tells whether a name matches. A name that is the text itself, as a pattern or not, always does. Most names are told
 * by the bytes that they would have to begin and end with.
 */
export function globMatcher(pattern: string): (name: Buffer) => boolean {
  const itself = parsePrintablePath(pattern);
  const isItself = (name: Buffer) => name.length === itself.length && name.equals(itself);
  const parts = partsOf(pattern);
  const pieces = piecesBetween(parts);
  const isFramed = frameOf(pieces);
  if (!parts.some((part) => isWildcard(part) && part !== '*')) {
    const inner = pieces.slice(1, -1).filter((piece) => piece.length > 0);
    return (name) => (isFramed(name, name.length) && holdsInOrder(name, pieces, inner)) || isItself(name);
  }
  const ofText = expressionOf(pattern, 'utf8');
  const ofBytes = expressionOf(pattern, 'latin1');
  return (name) =>
    (isFramed(name, name.length) &&
      (isUtf8(name) ? ofText.test(name.toString('utf8')) : ofBytes.test(name.toString('latin1')))) ||
    isItself(name);
}

/**
 * A first look, for millions of names: false for most names that the pattern does not match, true for all that it does.
 * @returns takes the name as the first `length` bytes of a buffer.
 */
export function globSieve(pattern: string): (bytes: Buffer, length: number) => boolean {
  const isFramed = frameOf(piecesBetween(partsOf(pattern)));
  const itself = parsePrintablePath(pattern);
  return (bytes, length) => length === itself.length || isFramed(bytes, length);
}

/** Likewise for the last part of a path that the pattern must match whole. A wildcard may stand for slashes too, so it tells how the part ends. */
export function lastPartSieve(pattern: string): (bytes: Buffer, length: number) => boolean {
  const ends = [piecesBetween(partsOf(pattern)).at(-1)!, parsePrintablePath(pattern)].map((end) =>
    end.subarray(end.lastIndexOf('/') + 1),
  );
  return (bytes, length) => ends.some((end) => endsWith(bytes, length, end));
}

/** The literal bytes before, between and behind the wildcards: one piece more than there are wildcards. */
function piecesBetween(parts: readonly string[]): Buffer[] {
  const pieces: Buffer[][] = [[]];
  for (const part of parts) {
    if (isWildcard(part)) pieces.push([]);
    else pieces.at(-1)!.push(parsePrintablePath(withoutEscape(part)));
  }
  return pieces.map((bytes) => Buffer.concat(bytes));
}

/** Whether a name is long enough for the pieces, begins with the first and ends with the last. */
function frameOf(pieces: readonly Buffer[]): (bytes: Buffer, length: number) => boolean {
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  const lengthMin = pieces.reduce((sum, { length }) => sum + length, 0);
  const isExact = pieces.length === 1;
  return (bytes, length) => {
    if (length < lengthMin || (isExact && length > lengthMin)) return false;
    if (!endsWith(bytes, length, last)) return false;
    for (let i = 0; i < first.length; i++) if (bytes[i] !== first[i]) return false;
    return true;
  };
}

function endsWith(bytes: Buffer, length: number, end: Buffer): boolean {
  if (length < end.length) return false;
  for (let i = end.length, at = length; i > 0;) if (bytes[--at] !== end[--i]) return false;
  return true;
}

/** Of a framed name: whether the inner pieces follow each other between the first and the last one. */
function holdsInOrder(name: Buffer, pieces: readonly Buffer[], inner: readonly Buffer[]): boolean {
  const end = name.length - pieces.at(-1)!.length;
  let from = pieces[0]!.length;
  for (const piece of inner) {
    const at = name.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}

/** The bytes that whatever matches begins with. */
export function literalPrefix(pattern: string): Buffer {
  return piecesBetween(partsOf(pattern))[0]!;
}

/** Whether the text has wildcards at all. */
export function hasWildcards(pattern: string): boolean {
  return partsOf(pattern).some((part) => isWildcard(part));
}

/** The name that a pattern without wildcards stands for. */
export function literalName(pattern: string): Buffer {
  return Buffer.concat(partsOf(pattern).map((part) => parsePrintablePath(withoutEscape(part))));
}

/** For names as text, where `?` is a character, or as bytes. */
function expressionOf(pattern: string, encoding: 'utf8' | 'latin1'): RegExp {
  const source = partsOf(pattern)
    .map((part) => sourceOf(part, encoding))
    .join('');
  try {
    return new RegExp(`^${source}$`, encoding === 'utf8' ? 'su' : 's');
  } catch {
    return /$^/; // a range that runs backwards, as [z-a], matches nothing
  }
}

function sourceOf(part: string, encoding: 'utf8' | 'latin1'): string {
  if (part === '*') return '.*';
  if (part === '?') return '.';
  if (isWildcard(part)) {
    const inside = part.slice(1, -1).replace(/[\\\][^]/g, '\\$&');
    return `[${inside.replace(/^!/, '^')}]`;
  }
  const text = parsePrintablePath(withoutEscape(part)).toString(encoding);
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function partsOf(pattern: string): string[] {
  return pattern.match(PART) ?? [];
}

function isWildcard(part: string): boolean {
  return part === '*' || part === '?' || (part.startsWith('[') && part.length > 2);
}

/** Of a wildcard that is meant literally. */
function withoutEscape(part: string): string {
  return /^\\[*?[\]]$/.test(part) ? part.slice(1) : part;
}
