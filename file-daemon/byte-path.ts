import { printablePath } from '../text/printable.ts';

/**
 * A path as a string with one character (U+0000 to U+00FF) per byte: what Node calls latin1. File names are bytes; in
 * this form they keep every byte, sort bytewise with the plain `<`, are matched by patterns without decoding, and cost
 * less than Buffers (a walk of 60,000 files: 170 ms against 220 ms). It is never shown: see `showPath`.
 */
export type BytePath = string;

const NOT_ASCII = /[^\x00-\x7f]/;

/** The path in a form that `node:fs` takes: ASCII is the same in UTF-8, all else goes in as bytes. */
export function fsPath(path: BytePath): string | Buffer {
  return NOT_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;
}

export function pathToBytes(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

export function pathFromBytes(bytes: Uint8Array): BytePath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** One line of printable text for messages. */
export function showPath(path: BytePath): string {
  return printablePath(pathToBytes(path));
}

export function joinPath(directory: BytePath, name: BytePath): BytePath {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** A doubled slash, a name of dots, or a slash at the end. */
const ODD_SPELLING = /\/\.{0,2}(\/|$)/;

/**
 * The one spelling of an absolute path: no doubled slash, no `.`, no slash at the end but for the root itself.
 * Undefined when it is relative, or has a `..`, which cannot be taken out without following links.
 */
export function normalizePath(path: BytePath): BytePath | undefined {
  if (!path.startsWith('/')) return undefined;
  // Nearly all are, and a list may have a hundred thousand.
  if (!ODD_SPELLING.test(path)) return path;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.includes('..') ? undefined : `/${names.join('/')}`;
}
