import { CatalogError } from './catalog-error.ts';
import { toColumn, type Connection } from './connection.ts';
import { fileWriterOf } from './durable.ts';
import { forgetFiles, forgetPlaces, markPurged } from './forget.ts';
import type { CopyJobEnd } from './inputs.ts';
import { GOOD_BACKUP, selectJobs } from './job-rows.ts';
import type { CopyRow, JobRow, MediaRow } from './rows.ts';

/**
 * Copies of backups (type C, with PriorJobId their original), which count for nothing while their original is there, and
 * migrated backups (type M), which count for nothing any more.
 */

const IN_POOL = `
  WHERE j.PoolId = :poolId AND ${GOOD_BACKUP} AND j.JobBytes > 0
    AND NOT (:uncopied AND j.JobId IN (
      SELECT PriorJobId FROM JobRun WHERE Type = 'C' AND (EndTime IS NULL OR JobStatus IN ('T', 'W'))))
  ORDER BY j.RealEndTime, j.JobId`;

/** Good backups of the pool that hold data, oldest first; on demand without those that have a copy, or get one now. */
export function jobsToCopy(
  db: Connection,
  { poolId, uncopied }: { readonly poolId: number; readonly uncopied: boolean },
): JobRow[] {
  return selectJobs(db, IN_POOL, { poolId, uncopied: Number(uncopied) });
}

const COPIES = `
  SELECT c.PriorJobId AS jobId, c.Job AS job, c.JobId AS copyJobId,
         coalesce((SELECT v.MediaType FROM JobMedia m JOIN Volume v USING (MediaId) WHERE m.JobId = c.JobId LIMIT 1), '')
           AS mediaType
    FROM JobRun c
   WHERE c.Type = 'C' AND c.JobStatus IN ('T', 'W')`;

const ALL_COPIES = `${COPIES} ORDER BY c.PriorJobId, c.JobId`;

const COPIES_OF = `${COPIES} AND c.PriorJobId IN (SELECT value FROM json_each(:jobIds)) ORDER BY c.PriorJobId, c.JobId`;

/** Whole copies of these backups, or of all. */
export function copiesOf(db: Connection, jobIds?: readonly number[]): CopyRow[] {
  return jobIds
    ? db.all<CopyRow>(COPIES_OF, { jobIds: JSON.stringify(jobIds) })
    : db.all<CopyRow>(ALL_COPIES);
}

const END_COPY = `
  UPDATE JobRun SET JobStatus = :jobStatus, RealEndTime = :realEndTime, JobErrors = 0,
         (StartTime, EndTime, JobTDate, JobFiles, JobBytes, ReadBytes) =
           (SELECT StartTime, EndTime, JobTDate, JobFiles, JobBytes, ReadBytes FROM JobRun WHERE JobId = :sourceJobId)
   WHERE JobId = :jobId`;

/**
 * A copy has become whole: its times and sums are those of its original, so that retention counts from there. With
 * `migrates` it becomes a backup in the place of the original, whose files leave the catalog; that stays on its volumes.
 * @throws CatalogError CAT_NOT_FOUND
 */
export function endCopy(db: Connection, end: CopyJobEnd): void {
  const { jobId, sourceJobId, jobStatus, migrates } = end;
  const found = db.run(END_COPY, { jobId, sourceJobId, jobStatus, realEndTime: toColumn(end.realEndTime) });
  if (found.changes === 0) throw new CatalogError('CAT_NOT_FOUND', `There is no job ${jobId} in the catalog`);
  fileWriterOf(db).forgetJob(jobId);
  if (!migrates) return;
  db.run(PROMOTE, { newOriginal: jobId });
  db.run(`UPDATE JobRun SET Type = 'M', PurgedFiles = 1 WHERE JobId = :sourceJobId`, { sourceJobId });
  db.run(MOVE_COPIES, { jobId: sourceJobId, newOriginal: jobId });
  forgetFiles(db, sourceJobId);
}

/** A migrated backup leaves its volumes. Gives those on which no job is left. */
export function leaveVolumes(
  db: Connection,
  { jobId, inUse }: { readonly jobId: number; readonly inUse: readonly number[] },
): MediaRow[] {
  return markPurged(db, forgetPlaces(db, jobId), inUse);
}

const OLDEST_COPIES = `
  SELECT min(JobId) AS newOriginal, PriorJobId AS jobId FROM JobRun
   WHERE Type = 'C' AND JobStatus IN ('T', 'W') AND PriorJobId IN (SELECT value FROM json_each(:jobIds))
   GROUP BY PriorJobId ORDER BY 1`;

const PROMOTE = `UPDATE JobRun SET Type = 'B' WHERE JobId = :newOriginal`;

const MOVE_COPIES = `
  UPDATE JobRun SET PriorJobId = :newOriginal
   WHERE Type = 'C' AND PriorJobId = :jobId AND JobId <> :newOriginal`;

/** Of each backup that has left the catalog the oldest copy becomes a backup. Gives their JobIds. */
export function promoteCopies(db: Connection, jobIds: string): number[] {
  const copies = db.all<{ newOriginal: number; jobId: number }>(OLDEST_COPIES, { jobIds });
  for (const { newOriginal, jobId } of copies) {
    db.run(PROMOTE, { newOriginal });
    db.run(MOVE_COPIES, { newOriginal, jobId });
  }
  return copies.map(({ newOriginal }) => newOriginal);
}
