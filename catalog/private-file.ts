import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that SQLite takes as a new database, and that only its user and group may read: it names the files of
 * everybody. SQLite gives its log the same rights. A file that is there keeps the rights that an admin has given it.
 * What stands in the way is left to SQLite, which meets it next and whose errors are explained.
 */
export function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o640));
  } catch {
    return;
  }
}
