import type Database from 'better-sqlite3';
import { isDirectoryPath } from '../entry-path.ts';
import { digestColumn, lstatColumn } from '../lstat.ts';
import { EntryReader } from '../packed-entries.ts';

/**
 * The table-valued function noctule_entries(packed), for the view File: one row for each packed file, with columns LStat
 * and MD5 as Bacula keeps them.
 */
export function registerFunctions(sqlite: Database.Database): void {
  sqlite.table('noctule_entries', {
    parameters: ['packed'],
    columns: ['Position', 'Name', 'IsDirectory', 'LStat', 'MD5'],
    *rows(packed) {
      const reader = new EntryReader(packed as Buffer);
      for (let position = 0; reader.next(); position++) {
        const record = reader.record(reader.name, 1);
        const isDirectory = Number(isDirectoryPath(record.path));
        yield [position, Buffer.from(record.path), isDirectory, lstatColumn(record), digestColumn(record)];
      }
    },
  });
}
