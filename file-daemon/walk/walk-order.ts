import type { BytePath } from '../byte-path.ts';

/**
 * The total order of the walk: names bytewise, component by component, and a directory after all that is in it. So `/a/x`
 * comes before `/a`, `/a` before `/a!`, and the root last. Negative when `a` comes first, 0 when they are the same.
 * Paths are absolute, without a slash at the end.
 */
export function compareWalkOrder(a: BytePath, b: BytePath): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return rankAt(a, at) - rankAt(b, at);
  }
  if (a.length === b.length) return 0;
  // The slash that is the root's whole path ends where those of others begin.
  if (a === '/') return 1;
  if (b === '/') return -1;
  return rankAt(a, length) - rankAt(b, length);
}

const SLASH = 0x2f;
/** A slash leads to what is in a directory, the end is the directory itself; names that go on come after both. */
function rankAt(path: BytePath, at: number): number {
  if (at >= path.length) return 1;
  const byte = path.charCodeAt(at);
  return byte === SLASH ? 0 : byte + 2;
}

/** The first index in `sorted` whose path is not before `path` in walk order. */
export function firstNotBefore(sorted: readonly { readonly path: BytePath }[], path: BytePath): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareWalkOrder(sorted[middle]?.path ?? '', path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether `path` lies somewhere below `directory`. */
export function isBelow(path: BytePath, directory: BytePath): boolean {
  if (directory === '/') return path !== '/';
  return (
    path.length > directory.length &&
    path.charCodeAt(directory.length) === SLASH &&
    path.startsWith(directory)
  );
}
