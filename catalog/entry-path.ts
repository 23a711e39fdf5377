/**
 * How a path is kept: the directory it lies in (table DirectoryPath, once for all files in it) and its own name. A directory's
 * name keeps its '/', so that a listing tells the kinds apart; the root has the empty path as its parent.
 *
 *     /home/bob/notes    "/home/bob/" + "notes"
 *     /home/bob/         "/home/"     + "bob/"
 *     /                  ""           + "/"
 */

const SLASH = 0x2f;

export interface EntryPath {
  readonly parent: Buffer;
  readonly name: Buffer;
}

/** Views into `path`. The empty path is its own parent. */
export function splitPath(path: Buffer): EntryPath {
  // The slash that ends a directory's path belongs to its name. A loop: lastIndexOf takes longer for so few bytes.
  let nameStart = Math.max(0, path.length - 1);
  while (nameStart > 0 && path[nameStart - 1] !== SLASH) nameStart--;
  return { parent: path.subarray(0, nameStart), name: path.subarray(nameStart) };
}

export function isDirectoryPath(path: Buffer): boolean {
  return path[path.length - 1] === SLASH;
}

/** The name without the slash of a directory. */
export function baseName(name: Buffer): Buffer {
  return isDirectoryPath(name) ? name.subarray(0, -1) : name;
}

/** Likewise as Latin-1 text, which sorts in the order of bytes. */
export function baseText(name: Buffer): string {
  return name.toString('latin1', 0, isDirectoryPath(name) ? name.length - 1 : name.length);
}
