import type { Connection } from './connection.ts';
import type { MediaRow } from './rows.ts';
import { volumesByIds } from './volumes.ts';

/** What hangs on a job: its files, its places on volumes. And volumes on which no job is left. */

const FILES_OF_JOB = [
  'DELETE FROM FileRun WHERE RunId >= :jobId << 32 AND RunId < (:jobId + 1) << 32',
  'DELETE FROM DeletedFile WHERE JobId = :jobId',
  'DELETE FROM ImpliedDirectory WHERE JobId = :jobId',
];

const PLACES_OF_JOB = [
  'DELETE FROM BlockRun WHERE JobId = :jobId',
  'DELETE FROM JobMedia WHERE JobId = :jobId',
];

export function forgetFiles(db: Connection, jobId: number): void {
  for (const sql of FILES_OF_JOB) db.run(sql, { jobId });
}

/** Gives the MediaIds of the volumes on which the job had been. */
export function forgetPlaces(db: Connection, jobId: number): number[] {
  const mediaIds = db.all<{ MediaId: number }>('SELECT DISTINCT MediaId FROM JobMedia WHERE JobId = :jobId', {
    jobId,
  });
  for (const sql of PLACES_OF_JOB) db.run(sql, { jobId });
  return mediaIds.map(({ MediaId }) => MediaId);
}

/** Without a job it is of no more use where it is: it goes to its recycle pool, if it has one. */
const MARK_PURGED = `
  UPDATE Volume SET VolStatus = 'Purged', PoolId = iif(RecyclePoolId > 0, RecyclePoolId, PoolId)
   WHERE MediaId IN (SELECT value FROM json_each(:mediaIds))
     AND MediaId NOT IN (SELECT value FROM json_each(:inUse))
     AND VolStatus IN ('Append', 'Full', 'Used')
     AND NOT EXISTS (SELECT 1 FROM JobMedia m WHERE m.MediaId = Volume.MediaId)
  RETURNING MediaId`;

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
