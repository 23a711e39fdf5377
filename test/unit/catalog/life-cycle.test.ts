import { describe, expect, test } from 'vitest';
import { counterValue } from '../../../catalog/counters.ts';
import { chainJobs, jobsEndedBefore, lastFulls, volumeHolds } from '../../../catalog/expiry.ts';
import { filesPage } from '../../../catalog/files.ts';
import { markPurged } from '../../../catalog/forget.ts';
import { jobMedia } from '../../../catalog/job-media.ts';
import { jobById, listJobs } from '../../../catalog/jobs.ts';
import { restoreChain } from '../../../catalog/levels.ts';
import { deleteJobs, deleteVolume, purgeFiles } from '../../../catalog/removal.ts';
import { listPools, syncPool } from '../../../catalog/resources.ts';
import {
  createVolume,
  jobsOnVolume,
  listVolumes,
  pruneCandidates,
  setVolume,
  volumeByName,
} from '../../../catalog/volumes.ts';
import { BEGINNING, minute, POOL, Site } from './site.ts';

const A_FILE = [{ path: '/a', size: 9000 }];

/** Seconds since the epoch, when the site is an hour old. */
const AN_HOUR = BEGINNING / 1000 + 3600;

function allJobs(site: Site): number[] {
  return listJobs(site.db, {}).map(({ jobId }) => jobId);
}

function aged(
  { db, clientId }: Site,
  question: { readonly goodBefore: number; readonly othersBefore: number; readonly withFiles?: boolean },
): number[] {
  return jobsEndedBefore(db, { clientId, withFiles: false, ...question }).map(({ jobId }) => jobId);
}

function volumesOf(site: Site, jobId: number): number[] {
  return [...new Set(jobMedia(site.db, jobId).map(({ mediaId }) => mediaId))];
}

describe('what is still needed', () => {
  test('the last good Full of each client and FileSet is one, failed and older ones are not', () => {
    using site = new Site();
    site.backup({ start: 1 });
    const home = site.backup({ start: 2, status: 'W' });
    site.backup({ start: 3, status: 'E' });
    site.backup({ start: 4, level: 'D' });
    const photos = site.backup({ start: 1, fileSet: 'Photos' });
    const laptop = site.backup({ start: 1, client: 'laptop-fd' });
    expect(lastFulls(site.db, allJobs(site))).toEqual([home, photos, laptop]);
    expect(lastFulls(site.db, [home - 1, photos])).toEqual([photos]);
  });

  test('a FileSet whose File lines changed is the same FileSet', () => {
    using site = new Site();
    site.backup({ start: 1, md5: 'one' });
    const second = site.backup({ start: 2, md5: 'two' });
    expect(lastFulls(site.db, allJobs(site))).toEqual([second]);
  });

  test('of Fulls that started at the same moment the last one is the one with the highest JobId', () => {
    using site = new Site();
    site.backup({ start: 1, name: 'Other' });
    const second = site.backup({ start: 1 });
    expect(lastFulls(site.db, allJobs(site))).toEqual([second]);
  });

  test('the chains are those that a restore of the newest state takes, of every client, FileSet and Job', () => {
    using site = new Site();
    for (const name of ['Backup', 'Other']) {
      site.backup({ name, start: 1 });
      site.backup({ name, start: 2, level: 'I' });
      site.backup({ name, start: 3 });
      site.backup({ name, start: 4, level: 'I' });
      site.backup({ name, start: 5, level: 'D' });
      site.backup({ name, start: 6, level: 'D', status: 'f' });
      site.backup({ name, start: 7, level: 'I' });
      site.backup({ name, start: 8, level: 'I', status: 'W' });
    }
    const chains = ['Backup', 'Other'].flatMap((jobName) =>
      restoreChain(site.db, { clientName: 'zebulon-fd', fileSetName: 'Home', jobName }).map(
        ({ jobId }) => jobId,
      ),
    );
    expect(chains).toHaveLength(8);
    expect(chainJobs(site.db, allJobs(site))).toEqual(chains.sort((a, b) => a - b));
    expect(chainJobs(site.db, chains.slice(3, 5))).toEqual(chains.slice(3, 5));
  });

  test('jobs grow old by their client, and one that runs never does', () => {
    using site = new Site();
    const old = site.backup({ start: 1, status: 'E' });
    site.backup({ start: 100 });
    site.start({ start: 0 });
    site.backup({ start: 1, client: 'laptop-fd' });
    expect(aged(site, { goodBefore: AN_HOUR, othersBefore: AN_HOUR })).toEqual([old]);
  });

  test('good backups grow old at one time, all other jobs at another, the oldest first', () => {
    using site = new Site();
    const good = [2, 4, 6].map((start) => site.backup({ start, status: 'W' }));
    const failed = [1, 3, 5].map((start) => site.backup({ start, status: 'f' }));
    expect(aged(site, { goodBefore: AN_HOUR, othersBefore: 0 })).toEqual(good);
    expect(aged(site, { goodBefore: 0, othersBefore: AN_HOUR })).toEqual(failed);
    expect(aged(site, { goodBefore: AN_HOUR, othersBefore: AN_HOUR })).toEqual(
      [0, 1, 2].flatMap((place) => [failed[place], good[place]]),
    );
    purgeFiles(site.db, [good[0]!, failed[1]!]);
    expect(aged(site, { goodBefore: AN_HOUR, othersBefore: 0, withFiles: true })).toEqual(good.slice(1));
    expect(aged(site, { goodBefore: AN_HOUR, othersBefore: 0 })).toEqual(good);
  });

  test('each volume tells how many jobs hold it, until when, and whether a last Full is among them', () => {
    using site = new Site();
    const full = site.backup({ start: 1, files: A_FILE });
    const incremental = site.backup({ start: 9, level: 'I', files: A_FILE });
    const [first, second] = [volumesOf(site, full)[0]!, volumesOf(site, incremental)[0]!];
    expect(volumeHolds(site.db)).toEqual([
      { mediaId: first, jobs: 1, newestJobTDate: BEGINNING / 1000 + 90, runningJobs: 0, lastFullJobId: full },
      { mediaId: second, jobs: 1, newestJobTDate: BEGINNING / 1000 + 570, runningJobs: 0 },
    ]);
  });
});

describe('taking out of the catalog', () => {
  test('a job goes with all that belongs to it, and a volume that holds no other is Purged', () => {
    using site = new Site();
    const jobId = site.backup({
      start: 1,
      files: [{ path: '/' }, ...A_FILE, { path: '/gone', deleted: true }],
      blocksPerVolume: 1,
    });
    const kept = site.backup({ start: 2, files: A_FILE });
    const mediaIds = volumesOf(site, jobId);
    setVolume(site.db, mediaIds[0]!, { volStatus: 'Full' });
    expect(mediaIds.length).toBeGreaterThan(1);
    const { jobs, purged } = deleteJobs(site.db, { jobIds: [jobId, 4711], inUse: [] });
    expect(jobs).toBe(1);
    expect(purged.map(({ mediaId }) => mediaId)).toEqual(mediaIds);
    expect(purged.map(({ volStatus }) => volStatus)).toEqual(mediaIds.map(() => 'Purged'));
    expect(jobById(site.db, jobId)).toBeUndefined();
    for (const table of ['FileRun', 'DeletedFile', 'ImpliedDirectory', 'BlockRun', 'JobMedia', 'JobLog']) {
      expect(site.db.value(`SELECT count(*) FROM ${table} WHERE JobId = ${jobId}`)).toBe(0);
    }
    expect(filesPage(site.db, { jobId: kept, limit: 10 }).batch.length).toBeGreaterThan(0);
    expect(jobsOnVolume(site.db, volumesOf(site, kept)[0]!)).toHaveLength(1);
  });

  test('a volume stays while another job is on it, or while a running job writes to it', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: A_FILE });
    const [mediaId] = volumesOf(site, jobId);
    expect(deleteJobs(site.db, { jobIds: [jobId], inUse: [mediaId!] }).purged).toEqual([]);
    expect(markPurged(site.db, [mediaId!], []).map((volume) => volume.mediaId)).toEqual([mediaId]);
    expect(markPurged(site.db, [mediaId!], [])).toEqual([]);
  });

  test('volumes that an admin or an error has set aside do not become Purged', () => {
    using site = new Site();
    for (const volStatus of ['Error', 'Read-Only', 'Archive', 'Disabled']) {
      const { mediaId } = site.volume();
      setVolume(site.db, mediaId, { volStatus });
      expect(markPurged(site.db, [mediaId], [])).toEqual([]);
    }
  });

  test('an empty volume goes to its recycle pool', () => {
    using site = new Site();
    const scratch = syncPool(site.db, { ...POOL, name: 'Scratch', poolType: 'Scratch' });
    syncPool(site.db, { ...POOL, recyclePool: 'Scratch', truncateOnPurge: true });
    const jobId = site.backup({ start: 1, files: A_FILE });
    const [volume] = deleteJobs(site.db, { jobIds: [jobId], inUse: [] }).purged;
    expect(volume).toMatchObject({
      poolName: 'Scratch',
      truncateOnPurge: true,
      recyclePoolId: scratch.poolId,
    });
  });

  test('a job that has not ended is refused, and nothing is removed', () => {
    using site = new Site();
    const ended = site.backup({ start: 1, files: A_FILE });
    const running = site.start({ start: 2 });
    for (const remove of [
      () => deleteJobs(site.db, { jobIds: [ended, running], inUse: [] }),
      () => purgeFiles(site.db, [ended, running]),
    ]) {
      expect(remove).toThrow(expect.objectContaining({ code: 'CAT_JOB_RUNS' }));
    }
    expect(jobById(site.db, ended)?.purgedFiles).toBe(false);
  });

  test('files go and their job stays, marked', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: A_FILE });
    expect(purgeFiles(site.db, [jobId])).toBe(1);
    expect(purgeFiles(site.db, [jobId])).toBe(0);
    expect(jobById(site.db, jobId)?.purgedFiles).toBe(true);
    expect(site.db.value('SELECT count(*) FROM FileRun')).toBe(0);
    expect(volumesOf(site, jobId)).toHaveLength(1);
  });

  test('a volume is deleted only when no job is on it', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, files: A_FILE });
    const [mediaId] = volumesOf(site, jobId);
    expect(() => deleteVolume(site.db, mediaId!)).toThrow(
      expect.objectContaining({ code: 'CAT_VOLUME_HOLDS_JOBS' }),
    );
    deleteJobs(site.db, { jobIds: [jobId], inUse: [] });
    deleteVolume(site.db, mediaId!);
    expect(listVolumes(site.db, {})).toEqual([]);
    expect(() => deleteVolume(site.db, mediaId!)).toThrow(expect.objectContaining({ code: 'CAT_NOT_FOUND' }));
  });
});

describe('volumes and pools', () => {
  test('candidates for pruning are closed, not archived, of the pools asked for, the oldest data first', () => {
    using site = new Site();
    const other = syncPool(site.db, { ...POOL, name: 'Other' });
    const make = (volumeName: string, poolId: number, changes: Parameters<typeof setVolume>[2]) => {
      const { storageId } = site;
      const volume = { volumeName, poolId, storageId, mediaType: 'File', status: 'Append' };
      setVolume(site.db, createVolume(site.db, volume).mediaId, changes);
    };
    make('young', site.poolId, { volStatus: 'Full', lastWritten: minute(9) });
    make('old', site.poolId, { volStatus: 'Used', lastWritten: minute(1) });
    make('disabled', site.poolId, { volStatus: 'Used', lastWritten: minute(2), enabled: 0 });
    make('archived', site.poolId, { volStatus: 'Used', lastWritten: minute(3), enabled: 2 });
    make('set aside', site.poolId, { volStatus: 'Used' });
    make('open', site.poolId, {});
    make('elsewhere', other.poolId, { volStatus: 'Full', lastWritten: minute(4) });
    make('of another kind', site.poolId, { volStatus: 'Full', lastWritten: minute(5) });
    site.db.run(`UPDATE Volume SET MediaType = 'Tape' WHERE VolumeName = 'of another kind'`);
    const candidates = (mediaType?: string) =>
      pruneCandidates(site.db, {
        poolIds: [site.poolId],
        now: minute(9),
        ...(mediaType && { mediaType }),
      }).map(({ volumeName }) => volumeName);
    expect(candidates('File')).toEqual(['old', 'disabled', 'young']);
    expect(candidates()).toEqual(['old', 'disabled', 'of another kind', 'young']);
  });

  test('a volume with jobs is a candidate for pruning when the retention of one of them has passed', () => {
    using site = new Site();
    const first = site.backup({ start: 1, files: A_FILE });
    const [mediaId] = volumesOf(site, first);
    setVolume(site.db, mediaId!, { volStatus: 'Used', volRetention: 600 });
    const { endTime } = jobById(site.db, first)!;
    const after = (milliseconds: number) =>
      pruneCandidates(site.db, {
        poolIds: [site.poolId],
        now: new Date(endTime!.getTime() + milliseconds),
      }).length;
    expect([after(599_999), after(600_000), after(600_001)]).toEqual([0, 0, 1]);
    setVolume(site.db, mediaId!, { volRetention: 0 });
    expect(after(1e12)).toBe(0);
  });

  test('what an admin may change of a volume is kept', () => {
    using site = new Site();
    const { mediaId, volumeName } = site.volume();
    const changes = {
      volRetention: 1,
      volUseDuration: 2,
      maxVolJobs: 3,
      maxVolFiles: 4,
      maxVolBytes: 5,
      recycle: false,
      truncateOnPurge: true,
      recyclePoolId: 6,
      scratchPoolId: 7,
      slot: 8,
      inChanger: true,
      comment: 'mind the gap',
    };
    setVolume(site.db, mediaId, changes);
    expect(volumeByName(site.db, volumeName)).toMatchObject(changes);
  });

  test('pools name each other, in whatever order they come', () => {
    using site = new Site();
    const incomplete = syncPool(site.db, { ...POOL, name: 'A', recyclePool: 'B', scratchPool: 'B' });
    expect(incomplete).toMatchObject({ recyclePoolId: 0, scratchPoolId: 0 });
    const { poolId } = syncPool(site.db, { ...POOL, name: 'B', useOnce: true });
    syncPool(site.db, { ...POOL, name: 'A', recyclePool: 'B', scratchPool: 'B' });
    expect(listPools(site.db, { name: 'A' })[0]).toMatchObject({
      recyclePoolId: poolId,
      scratchPoolId: poolId,
    });
    expect(listPools(site.db, { name: 'B' })[0]).toMatchObject({ useOnce: true });
  });
});

describe('a counter', () => {
  test('is read, moves on, and wraps into the one above it', () => {
    using site = new Site();
    const counter = {
      name: 'C',
      minimum: 1,
      maximum: 2,
      wrapCounter: { name: 'Top', minimum: 5, maximum: 9 },
    };
    const read = (increment: boolean) => counterValue(site.db, { counter, increment });
    expect([read(false), read(true), read(true), read(true), read(false)]).toEqual([1, 1, 2, 1, 2]);
    expect(counterValue(site.db, { counter: counter.wrapCounter, increment: false })).toBe(6);
  });

  test('begins anew when the conf moves its bounds away from it', () => {
    using site = new Site();
    counterValue(site.db, { counter: { name: 'C', minimum: 1, maximum: 9 }, increment: true });
    expect(counterValue(site.db, { counter: { name: 'C', minimum: 4, maximum: 9 }, increment: false })).toBe(
      4,
    );
  });
});
