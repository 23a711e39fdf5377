import { CatalogError } from './catalog-error.ts';
import type { Connection } from './connection.ts';
import { promoteCopies } from './copies.ts';
import { forgetFiles, forgetPlaces, markPurged } from './forget.ts';
import type { JobRemoval } from './inputs.ts';
import type { MediaRow } from './rows.ts';

/** Taking jobs, files and volumes out of the catalog. The bytes on the volumes are the storage daemon's business. */

const UNFINISHED = `
  SELECT JobId FROM JobRun
   WHERE JobId IN (SELECT value FROM json_each(:jobIds)) AND EndTime IS NULL LIMIT 1`;

/**
 * Removes jobs with all that the catalog knows of them. Gives how many there were; the volumes on which no job is left, which
 * are Purged now; the copies that took the place of their originals.
 * @throws CatalogError CAT_JOB_RUNS when one has not ended.
 */
export function deleteJobs(
  db: Connection,
  { jobIds, inUse }: JobRemoval,
): { jobs: number; purged: MediaRow[]; promoted: number[] } {
  const list = JSON.stringify(jobIds);
  requireEnded(db, list);
  const mediaIds = new Set<number>();
  let jobs = 0;
  for (const jobId of jobIds) {
    forgetFiles(db, jobId);
    for (const mediaId of forgetPlaces(db, jobId)) mediaIds.add(mediaId);
    db.run('DELETE FROM JobLog WHERE JobId = :jobId', { jobId });
    jobs += db.run('DELETE FROM JobRun WHERE JobId = :jobId', { jobId }).changes;
  }
  return { jobs, purged: markPurged(db, [...mediaIds], inUse), promoted: promoteCopies(db, list) };
}

/**
 * Removes the file records of jobs: they can then be restored as a whole from their volumes only. Gives the number of
 * jobs that had any.
 * @throws CatalogError CAT_JOB_RUNS when one has not ended.
 */
export function purgeFiles(db: Connection, jobIds: readonly number[]): number {
  requireEnded(db, JSON.stringify(jobIds));
  let jobs = 0;
  for (const jobId of jobIds) {
    forgetFiles(db, jobId);
    jobs += db.run('UPDATE JobRun SET PurgedFiles = 1 WHERE JobId = :jobId AND PurgedFiles = 0', {
      jobId,
    }).changes;
  }
  return jobs;
}

/** @throws CatalogError CAT_VOLUME_HOLDS_JOBS, CAT_NOT_FOUND */
export function deleteVolume(db: Connection, mediaId: number): void {
  if (db.value('SELECT 1 FROM JobMedia WHERE MediaId = :mediaId LIMIT 1', { mediaId }) !== undefined) {
    throw new CatalogError('CAT_VOLUME_HOLDS_JOBS', `There are jobs on volume ${mediaId}`, {
      hint: 'Delete or purge the jobs first.',
    });
  }
  if (db.run('DELETE FROM Volume WHERE MediaId = :mediaId', { mediaId }).changes === 0) {
    throw new CatalogError('CAT_NOT_FOUND', `There is no volume ${mediaId} in the catalog`);
  }
}

/** A pool without volumes. @throws CatalogError CAT_POOL_HOLDS_VOLUMES, CAT_NOT_FOUND */
export function deletePool(db: Connection, poolId: number): void {
  if (db.value('SELECT 1 FROM Volume WHERE PoolId = :poolId LIMIT 1', { poolId }) !== undefined) {
    throw new CatalogError('CAT_POOL_HOLDS_VOLUMES', `There are volumes in pool ${poolId}`, {
      hint: 'Delete the volumes, or move them to another pool with "update volume".',
    });
  }
  if (db.run('DELETE FROM VolumePool WHERE PoolId = :poolId', { poolId }).changes === 0) {
    throw new CatalogError('CAT_NOT_FOUND', `There is no pool ${poolId} in the catalog`);
  }
}

/** A client without jobs. @throws CatalogError CAT_CLIENT_HAS_JOBS, CAT_NOT_FOUND */
export function deleteClient(db: Connection, clientId: number): void {
  if (db.value('SELECT 1 FROM JobRun WHERE ClientId = :clientId LIMIT 1', { clientId }) !== undefined) {
    throw new CatalogError('CAT_CLIENT_HAS_JOBS', `There are jobs of client ${clientId}`, {
      hint: 'Purge its jobs first.',
    });
  }
  if (db.run('DELETE FROM Client WHERE ClientId = :clientId', { clientId }).changes === 0) {
    throw new CatalogError('CAT_NOT_FOUND', `There is no client ${clientId} in the catalog`);
  }
}

function requireEnded(db: Connection, jobIds: string): void {
  const running = db.value<number>(UNFINISHED, { jobIds });
  if (running === undefined) return;
  throw new CatalogError('CAT_JOB_RUNS', `JobId ${running} has not ended`, {
    hint: 'Cancel it, or wait for its end.',
  });
}
