import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Sizes of all files below a directory together. 0 when there is none. */
export function directoryBytes(directory: string, nameHolds = ''): number {
  let entries;
  try {
    entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  } catch {
    return 0;
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.includes(nameHolds))
    .reduce((sum, { parentPath, name }) => sum + lstatSync(join(parentPath, name)).size, 0);
}
