import { closeSync, openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { addDurable } from '../../../catalog/durable.ts';
import { filesPage } from '../../../catalog/files.ts';
import { decodeFilesPage } from '../../../catalog/receivers.ts';
import { jobMedia } from '../../../catalog/job-media.ts';
import { openCatalog } from '../../../catalog/catalog.ts';
import { Connection } from '../../../catalog/connection.ts';
import { MIGRATIONS, migrate } from '../../../catalog/schema/migrations.ts';
import { explainFailure } from '../../../catalog/sqlite-error.ts';
import { minute, recordsOf, Site } from './site.ts';

describe('errors of SQLite', () => {
  test.each([
    ['SQLITE_BUSY', 'CAT_BUSY', /locked by another program/],
    ['SQLITE_BUSY_SNAPSHOT', 'CAT_BUSY', /locked/],
    ['SQLITE_FULL', 'CAT_DISK_FULL', /no space left/],
    ['SQLITE_CORRUPT', 'CAT_DAMAGED', /damaged/],
    ['SQLITE_CORRUPT_INDEX', 'CAT_DAMAGED', /damaged/],
    ['SQLITE_NOTADB', 'CAT_NOT_A_CATALOG', /not a catalog/],
    ['SQLITE_IOERR_WRITE', 'CAT_IO', /cannot be read or written/],
    ['SQLITE_READONLY_DBMOVED', 'CAT_CANNOT_OPEN', /cannot be written/],
    ['SQLITE_CANTOPEN', 'CAT_CANNOT_OPEN', /cannot be opened/],
  ])('%s becomes a sentence with a cure', (sqliteCode, code, message) => {
    const cause = new Database.SqliteError('what SQLite says', sqliteCode);
    expect(explainFailure(cause, '/var/lib/noctule/catalog.db')).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/\.$/) as string,
      cause,
    });
  });

  test('of any other kind, and all other errors, stay what they are', () => {
    const bug = new TypeError('x');
    const constraint = new Database.SqliteError('UNIQUE constraint failed', 'SQLITE_CONSTRAINT_UNIQUE');
    expect(explainFailure(bug, 'f')).toBe(bug);
    expect(explainFailure(constraint, 'f')).toBe(constraint);
  });
});

test('a disk that fills up in the middle of a report leaves nothing of it, and it can be added when there is room again', () => {
  using site = new Site();
  const files = Array.from({ length: 3000 }, (_, i) => ({ path: `/d/${i}`, size: 1 }));
  const reports = site.reportsOf(recordsOf(files));
  const jobId = site.start({ start: 1 });
  const add = () => {
    for (const report of reports) addDurable(site.db, { jobId, at: minute(1), ...report });
  };
  site.db.pragma(`max_page_count = ${Number(site.db.pragma('page_count')) + 10}`);
  let error: unknown;
  try {
    site.db.transaction('write', add);
  } catch (thrown) {
    error = explainFailure(thrown, site.file);
  }
  expect(error).toMatchObject({ code: 'CAT_DISK_FULL' });
  expect(jobMedia(site.db, jobId)).toEqual([]);
  site.db.pragma('max_page_count = 1000000');
  site.db.transaction('write', add);
  expect(decodeFilesPage(filesPage(site.db, { jobId, limit: 5000 })).files).toHaveLength(3000);
  expect(site.db.pragma('integrity_check')).toBe('ok');
});

test('a damaged file is reported as damage, with a cure, by whatever touches it', async () => {
  using site = new Site();
  site.backup({ start: 1, files: Array.from({ length: 2000 }, (_, i) => ({ path: `/d/${i}`, size: 1 })) });
  site.db.pragma('wal_checkpoint(TRUNCATE)');
  const pageBytes = Number(site.db.pragma('page_size'));
  const pages = Number(site.db.pragma('page_count'));
  const file = openSync(site.file, 'r+');
  for (let page = 30; page < pages; page++)
    writeSync(file, Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, page * pageBytes);
  closeSync(file);
  const ask = async () => {
    await using catalog = await openCatalog(site.file);
    return catalog.filesPage({ jobId: 1, limit: 5000 });
  };
  const error: unknown = await ask().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'CAT_DAMAGED',
    hint: expect.stringContaining('backup of the catalog') as string,
  });
});

test('damage within a packed row, which SQLite cannot see, is reported as damage too', async () => {
  using site = new Site();
  const jobId = site.backup({ start: 1, files: [{ path: '/a' }] });
  site.db.run(`UPDATE FileRun SET Entries = x'2001ffffffffffffffffff'`);
  await using catalog = await openCatalog(site.file);
  const error: unknown = await catalog.filesPage({ jobId, limit: 10 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CAT_DAMAGED', message: expect.stringContaining(site.file) as string });
});

const NEWEST = MIGRATIONS.length;

describe('migrations', () => {
  test('are numbered from 1 without gaps', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  test('bring an older catalog up to date, once, and keep what is in it', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: [{ path: '/a' }] });
    const next = {
      version: NEWEST + 1,
      sql: 'ALTER TABLE JobRun ADD COLUMN Example INTEGER NOT NULL DEFAULT 0',
    };
    migrate(site.db, [...MIGRATIONS, next]);
    migrate(site.db, [...MIGRATIONS, next]);
    expect(site.db.value('SELECT VersionId FROM Version')).toBe(NEWEST + 1);
    expect(site.db.value('SELECT Example FROM JobRun WHERE JobId = :jobId', { jobId })).toBe(0);
    expect(() => migrate(site.db)).toThrow(
      `has schema version ${NEWEST + 1}, this program knows versions up to ${NEWEST}`,
    );
  });

  test('that fail leave the catalog as it was', () => {
    using site = new Site();
    const broken = { version: NEWEST + 1, sql: 'CREATE TABLE Half (x); CREATE TABLE Job (y)' };
    expect(() => migrate(site.db, [...MIGRATIONS, broken])).toThrow(/already/);
    expect(site.db.value('SELECT VersionId FROM Version')).toBe(NEWEST);
    expect(site.db.value(`SELECT count(*) FROM sqlite_schema WHERE name = 'Half'`)).toBe(0);
    migrate(site.db);
  });

  test('make the same schema whether it was just made or is opened again', () => {
    using site = new Site();
    const schema = (db: Connection) => db.all('SELECT name, sql FROM sqlite_schema ORDER BY name');
    const made = schema(site.db);
    using again = new Connection(site.file, 'write');
    migrate(again);
    expect(schema(again)).toEqual(made);
  });
});
