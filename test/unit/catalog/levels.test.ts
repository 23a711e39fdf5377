import { describe, expect, test } from 'vitest';
import {
  anyFullForOtherFileSet,
  failedSince,
  fileSetsOfClient,
  lastGoodBackup,
  lastGoodFull,
  lastRun,
  restoreChain,
} from '../../../catalog/levels.ts';
import { createJob } from '../../../catalog/jobs.ts';
import { deleteJobs } from '../../../catalog/removal.ts';
import { syncPool } from '../../../catalog/resources.ts';
import { minute, POOL, Site } from './site.ts';

const seriesOf = (site: Site) => ({ jobName: 'Backup', clientId: site.clientId, fileSetId: site.fileSet() });

describe('the last good Full', () => {
  test('is the newest that ended well, also with warnings', () => {
    using site = new Site();
    site.backup({ start: 1 });
    const warned = site.backup({ start: 2, status: 'W' });
    for (const status of ['f', 'E', 'e', 'A', 'I']) site.backup({ start: 3, status });
    site.start({ start: 4 });
    expect(lastGoodFull(site.db, seriesOf(site))?.jobId).toBe(warned);
  });

  test('is of the same Job, Client and version of the FileSet', () => {
    using site = new Site();
    const own = site.backup({ start: 1 });
    site.backup({ start: 2, name: 'Other' });
    site.backup({ start: 3, client: 'argo-fd' });
    site.backup({ start: 4, md5: 'two' });
    site.backup({ start: 5, level: 'D' });
    expect(lastGoodFull(site.db, seriesOf(site))?.jobId).toBe(own);
  });

  test('had ended at the time asked for', () => {
    using site = new Site();
    const first = site.backup({ start: 1 });
    site.backup({ start: 10 });
    expect(lastGoodFull(site.db, { ...seriesOf(site), before: minute(9) })?.jobId).toBe(first);
    expect(lastGoodFull(site.db, { ...seriesOf(site), before: minute(1.4) })).toBeUndefined();
    expect(lastGoodFull(site.db, { ...seriesOf(site), before: minute(1.5) })?.jobId).toBe(first);
  });
});

describe('same type B', () => {
  test.each([
    ['M', 'a job whose data was migrated away'],
    ['C', 'a copy'],
    ['I', 'an internal system job'],
    ['U', 'a console session'],
    ['A', 'an archive'],
    ['S', 'a scan'],
    ['V', 'a Verify'],
  ])('alone counts for levels: type %s, %s, does not', (type) => {
    using site = new Site();
    const series = seriesOf(site);
    const jobIds = [
      site.backup({ start: 3 }),
      site.backup({ start: 4, level: 'D' }),
      site.backup({ start: 5, level: 'I' }),
      site.backup({ start: 6, status: 'f' }),
    ];
    const found = () => ({
      full: lastGoodFull(site.db, series)?.jobId,
      newest: lastGoodBackup(site.db, { ...series, levels: ['F', 'D', 'I'] })?.jobId,
      failed: failedSince(site.db, { ...series, after: minute(2) }).map(({ jobId }) => jobId),
      isOtherFileSet: anyFullForOtherFileSet(site.db, { ...series, fileSetId: site.fileSet('Home', 'two') }),
      chain: restoreChain(site.db, { clientName: 'zebulon-fd' }).map(({ jobId }) => jobId),
    });
    const [full, , incremental, failed] = jobIds;
    const before = { full, newest: incremental, failed: [failed], isOtherFileSet: true };
    expect(found()).toEqual({ ...before, chain: jobIds.slice(0, 3) });
    site.db.run('UPDATE JobRun SET Type = :type', { type });
    const after = { full: undefined, newest: undefined, failed: [], isOtherFileSet: false, chain: [] };
    expect(found()).toEqual(after);
  });
});

describe('what makes the next run a Full: there is no last good Full', () => {
  test.each<[string, (site: Site) => void]>([
    ['renaming the Job', (site) => site.backup({ start: 1, name: 'Old name' })],
    ['other Client resource (new ClientId)', (site) => site.backup({ start: 1, client: 'argo-fd' })],
    ['changed File lines of the FileSet', (site) => site.backup({ start: 1, md5: 'two' })],
    [
      'last Full purged or pruned from the catalog',
      (site) => deleteJobs(site.db, { jobIds: [site.backup({ start: 1 })], inUse: [] }),
    ],
    ['last Full ended in error', (site) => site.backup({ start: 1, status: 'E' })],
    ['first run', () => {}],
  ])('%s', (_, happened) => {
    using site = new Site();
    happened(site);
    expect(lastGoodFull(site.db, seriesOf(site))).toBeUndefined();
  });
});

test('the last good backup is the newest of the levels asked for', () => {
  using site = new Site();
  site.backup({ start: 1 });
  const differential = site.backup({ start: 2, level: 'D' });
  const incremental = site.backup({ start: 3, level: 'I' });
  site.backup({ start: 4, level: 'I', status: 'f' });
  expect(lastGoodBackup(site.db, { ...seriesOf(site), levels: ['F', 'D', 'I'] })?.jobId).toBe(incremental);
  expect(lastGoodBackup(site.db, { ...seriesOf(site), levels: ['F', 'D'] })?.jobId).toBe(differential);
});

test('a Full with another version of the FileSet is known of', () => {
  using site = new Site();
  const series = { ...seriesOf(site), fileSetId: site.fileSet('Home', 'two') };
  expect(anyFullForOtherFileSet(site.db, series)).toBe(false);
  site.backup({ start: 1, md5: 'one' });
  expect(anyFullForOtherFileSet(site.db, series)).toBe(true);
  expect(anyFullForOtherFileSet(site.db, seriesOf(site))).toBe(false);
});

test('failed Fulls and Differentials since a time are found, Incrementals and good ones are not', () => {
  using site = new Site();
  site.backup({ start: 1, status: 'f' });
  const ids = [
    site.backup({ start: 3, status: 'f' }),
    site.backup({ start: 4, level: 'D', status: 'A' }),
    site.backup({ start: 5, status: 'E' }),
  ];
  site.backup({ start: 6, level: 'I', status: 'f' });
  site.backup({ start: 7 });
  expect(failedSince(site.db, { ...seriesOf(site), after: minute(2) }).map(({ jobId }) => jobId)).toEqual(
    ids,
  );
});

test.each(['A', 'E', 'e', 'f'])('a Full that ended with %s is a failed one', (status) => {
  using site = new Site();
  const failed = site.backup({ start: 3, status });
  expect(failedSince(site.db, { ...seriesOf(site), after: minute(2) }).map(({ jobId }) => jobId)).toEqual([
    failed,
  ]);
});

test.each(['T', 'W', 'I'])('a Full that ended with %s is no failed one', (status) => {
  using site = new Site();
  site.backup({ start: 3, status });
  expect(failedSince(site.db, { ...seriesOf(site), after: minute(2) })).toEqual([]);
});

test('a Full that was cancelled in the queue, before its FileSet was looked at, has failed, too', () => {
  using site = new Site();
  site.backup({ start: 1 });
  const cancelled = createJob(site.db, {
    ...{ job: 'Backup.2', name: 'Backup', type: 'B', level: 'F', status: 'C' },
    clientId: site.clientId,
    schedTime: minute(3),
  });
  site.end(cancelled, 4, 'A');
  const failed = failedSince(site.db, { ...seriesOf(site), after: minute(2) });
  expect(failed.map(({ jobId }) => jobId)).toEqual([cancelled]);
});

describe('the last run of a Job, or for a client', () => {
  const last = (site: Site, of: { jobName: string } | { clientName: string }, now = minute(99)) =>
    lastRun(site.db, { ...of, type: 'B', now })?.jobId;

  test('is the one that began last, whatever its end', () => {
    using site = new Site();
    const first = site.backup({ start: 1 });
    const failed = site.backup({ start: 5, level: 'I', status: 'f' });
    const other = site.backup({ start: 6, name: 'Other' });
    site.backup({ start: 7, client: 'argo-fd', name: 'Third' });
    expect(last(site, { jobName: 'Backup' })).toBe(failed);
    expect(last(site, { clientName: 'zebulon-fd' })).toBe(other);
    expect(last(site, { jobName: 'Backup' }, minute(4))).toBe(first);
    expect(last(site, { jobName: 'Never' })).toBeUndefined();
  });

  test('is not the one with the highest JobId when a backup has been migrated, which keeps its time', () => {
    using site = new Site();
    const full = site.backup({ start: 1 });
    const incremental = site.backup({ start: 2, level: 'I' });
    const migrated = site.backup({ start: 1 });
    expect(migrated).toBeGreaterThan(incremental);
    expect(full).toBeLessThan(incremental);
    expect(last(site, { jobName: 'Backup' })).toBe(incremental);
    expect(last(site, { clientName: 'zebulon-fd' })).toBe(incremental);
  });

  test('waits in the queue, unless its time has not come', () => {
    using site = new Site();
    const ended = site.backup({ start: 1 });
    const queued = createJob(site.db, {
      ...{ job: 'Backup.2', name: 'Backup', type: 'B', level: 'F', status: 'C' },
      clientId: site.clientId,
      schedTime: minute(30),
    });
    expect(last(site, { jobName: 'Backup' }, minute(29))).toBe(ended);
    expect(last(site, { jobName: 'Backup' }, minute(30))).toBe(queued);
  });
});

describe('the restore chain', () => {
  const chain = (site: Site, query: object = {}) =>
    restoreChain(site.db, { clientName: 'zebulon-fd', ...query }).map(({ jobId }) => jobId);

  test('is the last Full, the last Differential after it and the Incrementals after that', () => {
    using site = new Site();
    site.backup({ start: 1 });
    site.backup({ start: 2, level: 'I' });
    site.backup({ start: 2.5, level: 'D' });
    const full = site.backup({ start: 3 });
    expect(chain(site)).toEqual([full]);
    site.backup({ start: 4, level: 'I' });
    site.backup({ start: 5, level: 'D' });
    const differential = site.backup({ start: 6, level: 'D' });
    const incrementals = [
      site.backup({ start: 7, level: 'I' }),
      site.backup({ start: 8, level: 'I', status: 'W' }),
    ];
    site.backup({ start: 9, level: 'I', status: 'f' });
    site.backup({ start: 10, level: 'D', status: 'A' });
    expect(chain(site)).toEqual([full, differential, ...incrementals]);
  });

  test('without a Full is empty', () => {
    using site = new Site();
    site.backup({ start: 1, level: 'I' });
    expect(chain(site)).toEqual([]);
    expect(chain(site, { clientName: 'nobody-fd' })).toEqual([]);
  });

  test('leaves out what ended after the time asked for', () => {
    using site = new Site();
    const full = site.backup({ start: 1 });
    const incremental = site.backup({ start: 5, level: 'I' });
    site.backup({ start: 9, level: 'I' });
    site.backup({ start: 12 });
    expect(chain(site, { before: minute(8) })).toEqual([full, incremental]);
  });

  test('stays with the FileSet of its Full, in any version of it', () => {
    using site = new Site();
    const home = site.backup({ start: 1, fileSet: 'Home' });
    const newer = site.backup({ start: 2, fileSet: 'Home', md5: 'two', level: 'I' });
    const photos = site.backup({ start: 3, fileSet: 'Photos' });
    expect(chain(site, { fileSetName: 'Home' })).toEqual([home, newer]);
    expect(chain(site)).toEqual([photos]);
    expect(chain(site, { fileSetName: 'Home', jobName: 'Other' })).toEqual([]);
    expect(fileSetsOfClient(site.db, 'zebulon-fd')).toEqual(['Home', 'Photos']);
  });

  test('keeps to the jobs that wrote to a Pool', () => {
    using site = new Site();
    const full = site.backup({ start: 1 });
    const elsewhere = site.backup({ start: 2 });
    const later = site.backup({ start: 3, level: 'I' });
    const { poolId } = syncPool(site.db, { ...POOL, name: 'Offsite' });
    site.db.run('UPDATE JobRun SET PoolId = :poolId WHERE JobId = :elsewhere', { poolId, elsewhere });
    expect(chain(site, { poolName: POOL.name })).toEqual([full, later]);
    expect(chain(site, { poolName: 'Offsite' })).toEqual([elsewhere]);
    expect(chain(site, { poolName: 'Nowhere' })).toEqual([]);
  });

  test('does not repeat the last job that a Full was put together from', () => {
    using site = new Site();
    site.backup({ start: 1 });
    site.backup({ start: 2, level: 'I' });
    const virtualFull = site.backup({ start: 2 });
    expect(chain(site)).toEqual([virtualFull]);
  });
});
