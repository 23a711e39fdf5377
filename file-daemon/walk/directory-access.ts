import { closeSync, constants, openSync } from 'node:fs';
import { fsPath, type BytePath } from '../byte-path.ts';
import { O_PATH } from '../../native/open-flags.ts';

/**
 * The kernel takes paths of 4095 bytes. From this length on a directory is opened, and what is in it reached through its
 * descriptor: there is room for two more names then, of an entry and of a marker in it.
 */
const ACCESS_BYTES_MAX = 4095 - 2 * 256;

/** How what is in a directory is reached, for as long as the walk is in it. */
export interface DirectoryAccess {
  /** The path for `node:fs`, without a slash at the end (but for the root's). */
  readonly path: BytePath;
  /** To be closed by `closeAccess`. */
  readonly fd: number | undefined;
}

/** @throws Error as `node:fs` does, only for a long path. */
export function openAccess(path: BytePath): DirectoryAccess {
  if (path.length <= ACCESS_BYTES_MAX) return { path, fd: undefined };
  const fd = openSync(fsPath(path), O_PATH | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${fd}`, fd };
}

export function closeAccess({ fd }: DirectoryAccess): void {
  if (fd !== undefined) closeSync(fd);
}
