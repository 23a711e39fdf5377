import { CatalogError } from './catalog-error.ts';
import type { Connection } from './connection.ts';
import type { JobRemoval } from './inputs.ts';
import type { MediaRow } from './rows.ts';
import { volumesByIds } from './volumes.ts';

/** Taking jobs, files and volumes out of the catalog. The bytes on the volumes are the storage daemon's business. */

const UNFINISHED = `
  SELECT JobId FROM JobRun
   WHERE JobId IN (SELECT value FROM json_each(:jobIds)) AND EndTime IS NULL LIMIT 1`;

const VOLUMES_OF_JOBS = `
  SELECT DISTINCT MediaId FROM JobMedia WHERE JobId IN (SELECT value FROM json_each(:jobIds))`;

const FILES_OF_JOB = [
  'DELETE FROM FileRun WHERE RunId >= :jobId << 32 AND RunId < (:jobId + 1) << 32',
  'DELETE FROM DeletedFile WHERE JobId = :jobId',
  'DELETE FROM ImpliedDirectory WHERE JobId = :jobId',
];

const REST_OF_JOB = [
  'DELETE FROM BlockRun WHERE JobId = :jobId',
  'DELETE FROM JobMedia WHERE JobId = :jobId',
  'DELETE FROM JobLog WHERE JobId = :jobId',
];

const DELETE_JOB = 'DELETE FROM JobRun WHERE JobId = :jobId';

/** Without a job it is of no more use where it is: it goes to its recycle pool, if it has one. */
const MARK_PURGED = `
  UPDATE Volume SET VolStatus = 'Purged', PoolId = iif(RecyclePoolId > 0, RecyclePoolId, PoolId)
   WHERE MediaId IN (SELECT value FROM json_each(:mediaIds))
     AND MediaId NOT IN (SELECT value FROM json_each(:inUse))
     AND VolStatus IN ('Append', 'Full', 'Used')
     AND NOT EXISTS (SELECT 1 FROM JobMedia m WHERE m.MediaId = Volume.MediaId)
  RETURNING MediaId`;

/**
 * Removes jobs with all that the catalog knows of them. Gives how many there were, and the volumes on which no job is
 * left: they are Purged now.
 * @throws CatalogError CAT_JOB_RUNS when one has not ended.
 */
export function deleteJobs(
  db: Connection,
  { jobIds, inUse }: JobRemoval,
): { jobs: number; purged: MediaRow[] } {
  const list = JSON.stringify(jobIds);
  requireEnded(db, list);
  const mediaIds = db.all<{ MediaId: number }>(VOLUMES_OF_JOBS, { jobIds: list }).map((row) => row.MediaId);
  let jobs = 0;
  for (const jobId of jobIds) {
    for (const sql of [...FILES_OF_JOB, ...REST_OF_JOB]) db.run(sql, { jobId });
    jobs += db.run(DELETE_JOB, { jobId }).changes;
  }
  return { jobs, purged: markPurged(db, mediaIds, inUse) };
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
    for (const sql of FILES_OF_JOB) db.run(sql, { jobId });
    jobs += db.run('UPDATE JobRun SET PurgedFiles = 1 WHERE JobId = :jobId AND PurgedFiles = 0', {
      jobId,
    }).changes;
  }
  return jobs;
}

/** Those of the volumes that hold no job become Purged; gives them. Volumes in use stay as they are. */
export function markPurged(
  db: Connection,
  mediaIds: readonly number[],
  inUse: readonly number[],
): MediaRow[] {
  const marked = db.all<{ MediaId: number }>(MARK_PURGED, {
    mediaIds: JSON.stringify(mediaIds),
    inUse: JSON.stringify(inUse),
  });
  return volumesByIds(
    db,
    marked.map(({ MediaId }) => MediaId),
  );
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
