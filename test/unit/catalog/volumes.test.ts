import { describe, expect, test } from 'vitest';
import {
  fileSetVersion,
  listClients,
  listPools,
  syncClient,
  syncPool,
  syncStorage,
} from '../../../catalog/resources.ts';
import {
  appendVolumes,
  createVolume,
  jobsOnVolume,
  listVolumes,
  nextMediaId,
  oldestVolumes,
  purgedVolumes,
  recycleVolumes,
  setVolume,
  volumeByName,
} from '../../../catalog/volumes.ts';
import { minute, POOL, Site } from './site.ts';

describe('resources of the conf', () => {
  test('a client keeps its number and what the conf does not say', () => {
    using site = new Site();
    const client = { name: 'argo-fd', autoPrune: false, fileRetention: 60, jobRetention: 180 };
    const clientId = syncClient(site.db, { ...client, uname: '0.1.0 x86_64' });
    expect(syncClient(site.db, { ...client, fileRetention: 90 })).toBe(clientId);
    expect(listClients(site.db)).toEqual([{ ...client, clientId, uname: '0.1.0 x86_64', fileRetention: 90 }]);
  });

  test('a pool takes over new settings and counts its volumes', () => {
    using site = new Site();
    site.volume();
    const row = syncPool(site.db, { ...POOL, maxVols: 5, recycle: false });
    expect(row).toMatchObject({ ...POOL, poolId: site.poolId, maxVols: 5, recycle: false, numVols: 1 });
    syncPool(site.db, { ...POOL, name: 'Incr-Pool' });
    expect(listPools(site.db).map(({ name }) => name)).toEqual(['A-Full-Pool', 'Incr-Pool']);
    expect(listPools(site.db, { name: 'Incr-Pool' })).toHaveLength(1);
  });

  test('a storage keeps its number', () => {
    using site = new Site();
    expect(syncStorage(site.db, 'File1')).toBe(site.storageId);
    expect(syncStorage(site.db, 'File2')).not.toBe(site.storageId);
  });

  test('a FileSet gets a new version when its File lines change, and finds an old one again', () => {
    using site = new Site();
    const first = fileSetVersion(site.db, { name: 'Home', md5: 'one', now: minute(1) });
    expect(first).toMatchObject({ createTime: minute(1), isNew: true, previousMd5Existed: false });
    const second = fileSetVersion(site.db, { name: 'Home', md5: 'two', now: minute(2) });
    expect(second).toMatchObject({ createTime: minute(2), isNew: true, previousMd5Existed: true });
    expect(second.fileSetId).not.toBe(first.fileSetId);
    const again = fileSetVersion(site.db, { name: 'Home', md5: 'one', now: minute(3) });
    expect(again).toEqual({ ...first, isNew: false, previousMd5Existed: true });
  });
});

describe('a volume', () => {
  test('is made with the limits of its pool as they are then', () => {
    using site = new Site();
    const { poolId, storageId } = site;
    const nextId = nextMediaId(site.db);
    const row = createVolume(site.db, {
      volumeName: 'Full-0007',
      poolId,
      storageId,
      mediaType: 'File',
      status: 'Append',
    });
    syncPool(site.db, { ...POOL, maxVolBytes: 1, volRetention: 2 });
    expect(volumeByName(site.db, 'Full-0007')).toEqual(row);
    expect(row).toMatchObject({
      mediaId: nextId,
      poolName: 'A-Full-Pool',
      volStatus: 'Append',
      enabled: 1,
      volBytes: 0,
      volRetention: POOL.volRetention,
      maxVolBytes: POOL.maxVolBytes,
      recycle: true,
      firstWritten: undefined,
    });
  });

  test('takes over all that its pool says of volumes', () => {
    using site = new Site();
    const scratch = syncPool(site.db, { ...POOL, name: 'Scratch' });
    const settings = {
      ...{ volRetention: 11, volUseDuration: 12, maxVolJobs: 13, maxVolFiles: 14, maxVolBytes: 15 },
      ...{ recycle: false, truncateOnPurge: true },
    };
    const pools = { recyclePool: 'Scratch', scratchPool: 'Scratch' };
    const { poolId } = syncPool(site.db, { ...POOL, ...settings, ...pools, name: 'Own' });
    const { storageId } = site;
    const volume = { volumeName: 'Own-0001', poolId, storageId, mediaType: 'File', status: 'Append' };
    const ids = { recyclePoolId: scratch.poolId, scratchPoolId: scratch.poolId };
    expect(createVolume(site.db, volume)).toMatchObject({ ...settings, ...ids });
  });

  test('cannot have the name of another, nor lie in no pool', () => {
    using site = new Site();
    const { storageId } = site;
    const volume = {
      volumeName: site.volume().volumeName,
      poolId: site.poolId,
      storageId,
      mediaType: 'File',
      status: 'Append',
    };
    expect(() => createVolume(site.db, volume)).toThrow(
      expect.objectContaining({ code: 'CAT_VOLUME_EXISTS' }),
    );
    expect(() => createVolume(site.db, { ...volume, volumeName: 'X', poolId: 99 })).toThrow(/no pool 99/);
  });

  test('never gets a number for its name twice, even after the newest was deleted', () => {
    using site = new Site();
    const { mediaId } = site.volume();
    site.db.run('DELETE FROM Volume WHERE MediaId = :mediaId', { mediaId });
    expect(nextMediaId(site.db)).toBe(mediaId + 1);
    expect(site.volume().mediaId).toBe(mediaId + 1);
  });

  test('changes only what is named', () => {
    using site = new Site();
    const { mediaId, volumeName } = site.volume();
    const before = volumeByName(site.db, volumeName);
    setVolume(site.db, mediaId, { volStatus: 'Used', lastWritten: minute(4), volJobs: 3 });
    expect(volumeByName(site.db, volumeName)).toEqual({
      ...before,
      volStatus: 'Used',
      lastWritten: minute(4),
      volJobs: 3,
    });
    expect(() => setVolume(site.db, 99, { volJobs: 1 })).toThrow('There is no volume 99 in the catalog');
  });
});

describe('the search for a volume', () => {
  const names = (rows: { volumeName: string }[]) => rows.map(({ volumeName }) => volumeName);

  test('offers Append volumes: the last written first, never written ones last, then the oldest', () => {
    using site = new Site();
    const [never1, old, newest, never2, disabled, full, elsewhere] = Array.from({ length: 7 }, () =>
      site.volume(),
    );
    setVolume(site.db, old!.mediaId, { lastWritten: minute(1) });
    setVolume(site.db, newest!.mediaId, { lastWritten: minute(2) });
    setVolume(site.db, disabled!.mediaId, { enabled: 0 });
    setVolume(site.db, full!.mediaId, { volStatus: 'Full' });
    setVolume(site.db, elsewhere!.mediaId, { poolId: syncPool(site.db, { ...POOL, name: 'Other' }).poolId });
    const candidates = { poolId: site.poolId, mediaType: 'File' };
    expect(names(appendVolumes(site.db, candidates))).toEqual(names([newest!, old!, never1!, never2!]));
    expect(appendVolumes(site.db, { ...candidates, mediaType: 'Tape' })).toEqual([]);
  });

  test('offers no volume that is Full, Used, Error, Read-Only, Archive, Disabled, Cleaning or Busy', () => {
    using site = new Site();
    const statuses = ['Full', 'Used', 'Error', 'Read-Only', 'Archive', 'Disabled', 'Cleaning', 'Busy'];
    for (const volStatus of statuses) setVolume(site.db, site.volume().mediaId, { volStatus });
    const candidates = { poolId: site.poolId, mediaType: 'File' };
    for (const offered of [appendVolumes, recycleVolumes, purgedVolumes])
      expect(offered(site.db, candidates)).toEqual([]);
  });

  test('offers no volume whose Enabled is no or archived, whatever its status', () => {
    using site = new Site();
    for (const enabled of [0, 2]) {
      for (const volStatus of ['Append', 'Recycle', 'Purged', 'Full'])
        setVolume(site.db, site.volume().mediaId, { volStatus, enabled, lastWritten: minute(1) });
    }
    const candidates = { poolId: site.poolId, mediaType: 'File' };
    for (const offered of [appendVolumes, recycleVolumes, purgedVolumes, oldestVolumes])
      expect(offered(site.db, candidates)).toEqual([]);
  });

  test('calls oldest what was written longest ago: Full, Append, Used, or empty ones that may be recycled', () => {
    using site = new Site();
    const other = syncPool(site.db, { ...POOL, name: 'Other' });
    const make = (changes: Parameters<typeof setVolume>[2]) => {
      const made = site.volume();
      setVolume(site.db, made.mediaId, changes);
      return made;
    };
    const full = make({ volStatus: 'Full', lastWritten: minute(5) });
    const append = make({ volStatus: 'Append', lastWritten: minute(4) });
    const used = make({ volStatus: 'Used', lastWritten: minute(3) });
    const purged = make({ volStatus: 'Purged', lastWritten: minute(2) });
    const recycle = make({ volStatus: 'Recycle', lastWritten: minute(1) });
    make({ volStatus: 'Purged', lastWritten: minute(0), recycle: false });
    for (const volStatus of ['Error', 'Read-Only', 'Archive', 'Disabled'])
      make({ volStatus, lastWritten: minute(0) });
    make({ volStatus: 'Full', lastWritten: minute(0), poolId: other.poolId });
    make({});
    const candidates = { poolId: site.poolId, mediaType: 'File' };
    expect(names(oldestVolumes(site.db, candidates))).toEqual(names([recycle, purged, used, append, full]));
    expect(oldestVolumes(site.db, { ...candidates, mediaType: 'Tape' })).toEqual([]);
  });

  test('offers Recycle and Purged volumes with the oldest data first', () => {
    using site = new Site();
    const [young, old, append, kept] = Array.from({ length: 4 }, () => site.volume());
    setVolume(site.db, young!.mediaId, { volStatus: 'Recycle', lastWritten: minute(2) });
    setVolume(site.db, old!.mediaId, { volStatus: 'Recycle', lastWritten: minute(1) });
    setVolume(site.db, append!.mediaId, { volStatus: 'Purged', lastWritten: minute(3) });
    setVolume(site.db, kept!.mediaId, { volStatus: 'Purged', lastWritten: minute(1) });
    site.db.run('UPDATE Volume SET Recycle = 0 WHERE MediaId = :mediaId', { mediaId: kept!.mediaId });
    const candidates = { poolId: site.poolId, mediaType: 'File' };
    expect(names(recycleVolumes(site.db, candidates))).toEqual(names([old!, young!]));
    expect(names(purgedVolumes(site.db, candidates))).toEqual(names([append!]));
  });
});

test('volumes are listed by pool, by name and by the job that they hold', () => {
  using site = new Site();
  const jobId = site.backup({ start: 1, files: [{ path: '/a', size: 9000 }], blocksPerVolume: 2 });
  site.volume();
  const all = listVolumes(site.db, {}).map(({ volumeName }) => volumeName);
  expect(all).toEqual(['Full-0001', 'Full-0002', 'Full-0003']);
  expect(listVolumes(site.db, { jobId }).map(({ volumeName }) => volumeName)).toEqual([
    'Full-0001',
    'Full-0002',
  ]);
  expect(listVolumes(site.db, { volumeName: 'Full-0003' })).toHaveLength(1);
  expect(listVolumes(site.db, { poolName: 'Nowhere' })).toEqual([]);
  const mediaId = volumeByName(site.db, 'Full-0002')?.mediaId ?? 0;
  expect(jobsOnVolume(site.db, mediaId).map((job) => job.jobId)).toEqual([jobId]);
});
