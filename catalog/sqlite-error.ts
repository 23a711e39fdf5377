import { messageOf } from '../errors/operator-error.ts';
import { DamagedColumn } from './packing.ts';
import { CatalogError, type CatalogErrorCode } from './catalog-error.ts';

interface Cure {
  readonly code: CatalogErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** By the first part of SQLite's result code: SQLITE_IOERR_WRITE is cured as SQLITE_IOERR. */
const CURES: ReadonlyMap<string, Cure> = new Map([
  [
    'BUSY',
    {
      code: 'CAT_BUSY',
      what: 'is locked by another program',
      hint: 'Look for another Director, sqlite3 or a copying program on this file, end it, and try again.',
    },
  ],
  [
    'FULL',
    {
      code: 'CAT_DISK_FULL',
      what: 'cannot grow: no space left',
      hint: 'Free space on its file system, or on the one for temporary files (SQLITE_TMPDIR, /var/tmp, /tmp).',
    },
  ],
  [
    'CORRUPT',
    {
      code: 'CAT_DAMAGED',
      what: 'is damaged',
      hint: 'Stop the Director and put back the last backup of the catalog, or rebuild it from the volumes.',
    },
  ],
  [
    'NOTADB',
    {
      code: 'CAT_NOT_A_CATALOG',
      what: 'is not a catalog database',
      hint: 'Check the path of the catalog; another file stands there.',
    },
  ],
  [
    'IOERR',
    {
      code: 'CAT_IO',
      what: 'cannot be read or written',
      hint: 'Look for disk errors in the system log; check the file system and its free space.',
    },
  ],
  [
    'READONLY',
    {
      code: 'CAT_CANNOT_OPEN',
      what: 'cannot be written',
      hint: 'Give the Director write permission on the file and on its directory.',
    },
  ],
  [
    'CANTOPEN',
    {
      code: 'CAT_CANNOT_OPEN',
      what: 'cannot be opened',
      hint: 'Check that its directory exists and that the Director may write there.',
    },
  ],
]);

/**
 * What an operator should be told of a failure on the database `file`: of SQLite, or to unpack what lies in it. Other
 * errors come back unchanged.
 */
export function explainFailure(error: unknown, file: string): unknown {
  const kind = error instanceof DamagedColumn ? 'CORRUPT' : sqliteCode(error)?.split('_')[1];
  const cure = CURES.get(kind ?? '');
  if (cure === undefined) return error;
  return new CatalogError(cure.code, `The catalog ${file} ${cure.what} (${messageOf(error)})`, {
    cause: error,
    hint: cure.hint,
  });
}

/** SQLite's result code, e.g. "SQLITE_CONSTRAINT_UNIQUE"; undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}
