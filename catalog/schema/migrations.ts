import { CatalogError } from '../catalog-error.ts';
import type { Connection } from '../connection.ts';
import { firstLight } from './001-first-light.ts';
import { lifeCycle } from './002-life-cycle.ts';
import { copies } from './003-copies.ts';
import { marksOfAdmins } from './004-marks-of-admins.ts';
import { accurateOfRuns } from './005-accurate-of-runs.ts';
import { jobsByResult } from './006-jobs-by-result.ts';
import { nearTimes } from './007-near-times.ts';
import { jobsBySession } from './008-jobs-by-session.ts';
import type { Migration } from './migration.ts';
import { VIEWS } from './views.ts';

/** In order, without gaps from 1 on. */
export const MIGRATIONS: readonly Migration[] = [
  firstLight,
  lifeCycle,
  copies,
  marksOfAdmins,
  accurateOfRuns,
  jobsByResult,
  nearTimes,
  jobsBySession,
];

/** "Noct" in the header of the file: tells a catalog from any other SQLite database. */
const APPLICATION_ID = 0x4e6f6374;

/**
 * Brings the database to the newest schema: all steps that it lacks and the views, in one transaction.
 * @throws CatalogError when it is no catalog, or one of a newer Noctule.
 */
export function migrate(db: Connection, migrations = MIGRATIONS): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = knownVersion(db, newest);
  // Not before: another program's database stays as it is.
  db.pragma('journal_mode = WAL');
  if (found === newest) return;
  db.transaction('write', () => {
    if (found === 0) {
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.execute('CREATE TABLE Version (VersionId INTEGER NOT NULL) STRICT; INSERT INTO Version VALUES (0)');
    }
    for (const { version, sql } of migrations) if (version > found) db.execute(sql);
    db.execute(VIEWS);
    db.run('UPDATE Version SET VersionId = :newest', { newest });
  });
}

/** Changes nothing. @throws CatalogError when it is no catalog, an empty file, or one of a newer Noctule. */
export function requireCatalog(db: Connection): void {
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  if (knownVersion(db, newest) === 0) throw notACatalog(db);
}

function knownVersion(db: Connection, newest: number): number {
  const found = schemaVersion(db);
  if (found <= newest) return found;
  throw new CatalogError(
    'CAT_NEWER_SCHEMA',
    `The catalog ${db.file} has schema version ${found}, this program knows versions up to ${newest}`,
    { hint: 'Start the version of Noctule that used this catalog last, or a newer one.' },
  );
}

/** 0 for an empty database. @throws CatalogError when something else than a catalog stands in it. */
function schemaVersion(db: Connection): number {
  if (db.pragma('application_id') === APPLICATION_ID) {
    return db.value<number>('SELECT VersionId FROM Version') ?? 0;
  }
  const tables = db.value<number>('SELECT count(*) FROM sqlite_schema') ?? 0;
  if (tables === 0) return 0;
  throw notACatalog(db);
}

function notACatalog(db: Connection): CatalogError {
  return new CatalogError('CAT_NOT_A_CATALOG', `The database ${db.file} is not a catalog of Noctule`, {
    hint: 'Name another file for the catalog; this one holds the tables of another program.',
  });
}
