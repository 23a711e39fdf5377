import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from './connection.ts';
import { findFaults, repair, type Fault } from './faults.ts';
import { makePrivateFile } from './private-file.ts';
import { requireCatalog } from './schema/migrations.ts';
import { explainFailure } from './sqlite-error.ts';

/**
 * What an admin does to the database as a whole, in a process of its own. All functions are synchronous.
 * They throw a CatalogError for what is no catalog, is damaged, or is in use where it must not be.
 */

/**
 * Writes the catalog as it is at this moment to `target`, also while a Director works on it: whole and on disk, or not at
 * all. Not with SQLite's backup interface, which starts anew whenever somebody else writes. Gives its size in bytes.
 */
export function backupCatalog(file: string, target: string): number {
  const unfinished = `${target}.new`;
  rmSync(unfinished, { force: true });
  try {
    using db = openExisting(file, 'read');
    makePrivateFile(unfinished);
    // Not kept beside the statements of others: this is the only one.
    db.run('VACUUM INTO :unfinished', { unfinished });
    sync(unfinished);
    renameSync(unfinished, target);
    sync(dirname(target));
    return statSync(target).size;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw explainFailure(error, file);
  }
}

/** Looks for damage, orphans and wrong counts. Changes nothing, and may run beside a Director. */
export function checkCatalog(file: string): Fault[] {
  return explained(file, () => {
    using db = openExisting(file, 'read');
    return db.transaction('read', () => findFaults(db));
  });
}

/** As checkCatalog, and removes what belongs to nothing. Gives what was found. No Director may run. */
export function repairCatalog(file: string): Fault[] {
  return explained(file, () => {
    using db = openExisting(file, 'write');
    requireSoleUse(db);
    return db.transaction('write', () => {
      const faults = findFaults(db);
      repair(db);
      return faults;
    });
  });
}

/** Gives free space within the file back to the disk: its size before and after, in bytes. No Director may run. */
export function vacuumCatalog(file: string): { before: number; after: number } {
  return explained(file, () => {
    using db = openExisting(file, 'write');
    requireSoleUse(db);
    const before = statSync(file).size;
    db.execute('VACUUM');
    return { before, after: statSync(file).size };
  });
}

/** A connection that writes would make the file. */
function openExisting(file: string, access: 'write' | 'read'): Connection {
  const reader = new Connection(file, 'read');
  try {
    requireCatalog(reader);
  } catch (error) {
    reader[Symbol.dispose]();
    throw error;
  }
  if (access === 'read') return reader;
  reader[Symbol.dispose]();
  return new Connection(file, 'write');
}

/** SQLite leaves the write-ahead log only when no other connection is open. A Director takes it up again when it starts. */
function requireSoleUse(db: Connection): void {
  db.pragma('busy_timeout = 0');
  db.pragma('journal_mode = DELETE');
}

function explained<T>(file: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw explainFailure(error, file);
  }
}

/** A file, or the names in a directory. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
