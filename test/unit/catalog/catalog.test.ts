import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { CatalogError } from '../../../catalog/catalog-error.ts';
import { openCatalog, type Catalog } from '../../../catalog/catalog.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { minute, POOL, Site } from './site.ts';
import { entriesOf } from '../../support/restore-entries.ts';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

async function newJob(catalog: Catalog): Promise<number> {
  const clientId = await catalog.syncClient({
    name: 'argo-fd',
    autoPrune: true,
    fileRetention: 1,
    jobRetention: 1,
  });
  const job = {
    job: `A.${Math.random()}`,
    name: 'A',
    type: 'B',
    level: 'F',
    clientId,
    schedTime: minute(0),
    status: 'C',
  };
  return catalog.createJob(job);
}

describe('opening', () => {
  test('makes a catalog that keeps what was written', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'new.db');
    let jobId;
    {
      await using catalog = await openCatalog(file);
      jobId = await newJob(catalog);
      expect(await catalog.jobById(jobId)).toMatchObject({
        jobId,
        clientName: 'argo-fd',
        schedTime: minute(0),
      });
    }
    await using again = await openCatalog(file);
    expect(await again.listJobs({})).toHaveLength(1);
  });

  test.each([
    [
      'a text file',
      (file: string) => writeFileSync(file, 'Not a database at all.\n'.repeat(100)),
      'CAT_NOT_A_CATALOG',
    ],
    [
      'a database of another program',
      (file: string) => new Database(file).exec('CREATE TABLE Job (x)').close(),
      'CAT_NOT_A_CATALOG',
    ],
    ['a catalog of a newer Noctule', makeNewer, 'CAT_NEWER_SCHEMA'],
  ])('refuses %s with a clear sentence and leaves it alone', async (_, make, code) => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'catalog.db');
    make(file);
    const before = readFileSync(file);
    const error = await failure(openCatalog(file));
    expect(error).toBeInstanceOf(CatalogError);
    expect(error).toMatchObject({ code, hint: expect.any(String) as string });
    expect((error as Error).message).toContain(file);
    expect(readFileSync(file)).toEqual(before);
  });

  test('says that the directory is missing', async () => {
    const error = await failure(openCatalog('/nowhere/at/all/catalog.db'));
    expect(error).toMatchObject({
      code: 'CAT_CANNOT_OPEN',
      message: expect.stringContaining('/nowhere/at/all') as string,
    });
  });

  function makeNewer(file: string): void {
    using site = new Site();
    site.db.execute('UPDATE Version SET VersionId = 99');
    site.db.pragma('wal_checkpoint(TRUNCATE)');
    writeFileSync(file, readFileSync(site.file));
  }
});

describe('closing', () => {
  test('answers what was asked before, leaves one file behind, and refuses what comes later', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'catalog.db');
    const catalog = await openCatalog(file);
    const jobId = await newJob(catalog);
    await catalog.sql({ query: 'SELECT 1' });
    const writes = Array.from({ length: 50 }, (_, i) =>
      catalog.appendLog([{ jobId, time: minute(i), text: `line ${i}` }]),
    );
    await catalog.close();
    await Promise.all(writes);
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(existsSync(`${file}-shm`)).toBe(false);
    expect(await failure(catalog.jobById(jobId))).toMatchObject({ code: 'CAT_CLOSED' });
    await catalog.close();
    await using again = await openCatalog(file);
    expect(await again.jobLog(jobId)).toHaveLength(50);
  });
});

describe('calls', () => {
  test('are carried out in the order in which they were made, also without waiting for each', async () => {
    using directory = temporaryDirectory();
    await using catalog = await openCatalog(join(directory.path, 'catalog.db'));
    const texts = Array.from({ length: 300 }, (_, i) => `line ${i}`);
    await Promise.all(texts.map((text) => catalog.appendLog([{ jobId: 1, time: minute(0), text }])));
    expect((await catalog.jobLog(1)).map(({ text }) => text)).toEqual(texts);
  });

  test('are refused when too many wait', async () => {
    using directory = temporaryDirectory();
    await using catalog = await openCatalog(join(directory.path, 'catalog.db'));
    const calls = Array.from({ length: 10_050 }, () => failure(catalog.nextMediaId()));
    const outcomes = await Promise.all(calls);
    const refused = outcomes.filter((outcome) => outcome !== 'no failure');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(50);
    expect(refused[0]).toMatchObject({ code: 'CAT_OVERLOADED' });
  });

  test('throw what the operation threw, with code and hint, and the next one works', async () => {
    using directory = temporaryDirectory();
    await using catalog = await openCatalog(join(directory.path, 'catalog.db'));
    const { poolId } = await catalog.syncPool(POOL);
    const volume = { volumeName: 'Full-0001', poolId, mediaType: 'File', storageId: 1, status: 'Append' };
    await catalog.createVolume(volume);
    const error = await failure(catalog.createVolume(volume));
    expect(error).toBeInstanceOf(CatalogError);
    expect(error).toMatchObject({
      name: 'CatalogError',
      code: 'CAT_VOLUME_EXISTS',
      hint: 'Give the new volume another name.',
    });
    expect(await catalog.nextMediaId()).toBe(2);
  });

  test('give back bytes as Buffers, however deep', async () => {
    using site = new Site();
    const jobId = site.backup({
      start: 1,
      files: [
        { path: '/\xff/', size: 0 },
        { path: '/\xff/x', size: 5 },
      ],
    });
    await using catalog = await openCatalog(site.file);
    const path = Buffer.from('/\xff/', 'latin1');
    const [entry] = await catalog.browseDirectory({ jobIds: [jobId], path, limit: 5 });
    expect(Buffer.isBuffer(entry?.name)).toBe(true);
    const { files } = await catalog.filesPage({ jobId, limit: 5 });
    expect(files[0]?.path).toEqual(path);
    const rules = [{ path, recursive: true, marked: true }];
    const { planId, volumes } = await catalog.openRestorePlan({ jobIds: [jobId], rules });
    expect(volumes).toMatchObject([{ volumeName: 'Full-0001' }]);
    const page = await catalog.restorePlanPage({ planId, limit: 5 });
    expect(entriesOf(page).map(({ record }) => record.path)).toEqual([
      path,
      Buffer.from('/\xff/x', 'latin1'),
    ]);
    await catalog.closeRestorePlan(planId);
  });

  test('with arguments that cannot cross to the thread fail alone', async () => {
    using directory = temporaryDirectory();
    await using catalog = await openCatalog(join(directory.path, 'catalog.db'));
    const bad = failure(catalog.listPools({ name: (() => 'x') as unknown as string }));
    const good = catalog.listPools();
    expect(await bad).toMatchObject({ name: 'DataCloneError' });
    expect(await good).toEqual([]);
  });
});

describe('a query of an admin', () => {
  const ENDLESS = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

  test('is answered, or fails with the sentence that says why', async () => {
    using directory = temporaryDirectory();
    await using catalog = await openCatalog(join(directory.path, 'catalog.db'));
    await newJob(catalog);
    const query = 'SELECT JobId, Name FROM Job';
    expect(await catalog.sql({ query })).toEqual({ columns: ['JobId', 'Name'], rows: [[1, 'A']] });
    expect(await failure(catalog.sql({ query: 'SELECT nonsense' }))).toMatchObject({
      code: 'CAT_QUERY',
      message: 'The query is not right: no such column: nonsense',
    });
  });

  test('that never ends delays nobody, and ends when the catalog is closed', async () => {
    using directory = temporaryDirectory();
    const catalog = await openCatalog(join(directory.path, 'catalog.db'));
    const endless = Array.from({ length: 4 }, () => failure(catalog.sql({ query: ENDLESS })));
    expect(await failure(catalog.sql({ query: 'SELECT 1' }))).toMatchObject({ code: 'CAT_OVERLOADED' });
    expect(await catalog.listJobs({})).toEqual([]);
    await catalog.close();
    expect(await Promise.all(endless)).toMatchObject(Array(4).fill({ code: 'CAT_CLOSED' }));
    expect(await failure(catalog.sql({ query: 'SELECT 1' }))).toMatchObject({ code: 'CAT_CLOSED' });
  });
});
