import { isUtf8 } from 'node:buffer';
import { parsePrintablePath } from './printable.ts';

/**
 * Shell patterns for one name, in the form in which names are shown: `*`, `?`, `[a-z]`, `[!a-z]`; a backslash before
 * one of these takes its meaning away, otherwise it begins an escape of printablePath.
 */
const PART = /\\[*?[\]]|\\(?:[\\nrt]|x[0-9a-f]{2})|\[!?\]?[^\]]*\]|[^]/giu;

/** What tells whether a name matches. A name that is the text itself, as a pattern or not, always does. */
export function globMatcher(pattern: string): (name: Buffer) => boolean {
  const literal = parsePrintablePath(pattern);
  const ofText = expressionOf(pattern, 'utf8');
  const ofBytes = expressionOf(pattern, 'latin1');
  return (name) =>
    name.equals(literal) ||
    (isUtf8(name) ? ofText.test(name.toString('utf8')) : ofBytes.test(name.toString('latin1')));
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
