import type { Connection } from './connection.ts';
import type { AgedJobs } from './inputs.ts';
import { GOOD_BACKUP, goodBackup, selectJobs } from './job-rows.ts';
import type { JobRow, VolumeHold } from './rows.ts';

/** What is still needed, and what has grown old: the questions of pruning. Nothing here changes anything. */

const LAST_FULLS = `
  SELECT JobId FROM (
    SELECT j.JobId, row_number() OVER (PARTITION BY j.ClientId, s.FileSet ORDER BY j.StartTime DESC, j.JobId DESC) AS Age
      FROM JobRun j JOIN FileSetVersion s USING (FileSetId)
     WHERE ${GOOD_BACKUP} AND j.Level = 'F')
   WHERE Age = 1`;

/** A good Full of the same client and FileSet that comes after j; the FileSet by its name, whatever its definition was. */
const LATER_FULL = `
  SELECT 1 FROM FileSetVersion v CROSS JOIN JobRun l
   WHERE v.FileSet = s.FileSet AND l.ClientId = j.ClientId AND l.FileSetId = v.FileSetId AND l.Level = 'F'
     AND ${goodBackup('l')}
     AND l.StartTime >= j.StartTime AND (l.StartTime > j.StartTime OR l.JobId > j.JobId)`;

const LAST_FULLS_AMONG = `
  SELECT j.JobId FROM json_each(:jobIds) asked CROSS JOIN JobRun j ON j.JobId = asked.value JOIN FileSetVersion s USING (FileSetId)
   WHERE ${GOOD_BACKUP} AND j.Level = 'F' AND NOT EXISTS (${LATER_FULL})`;

/** Those of the jobs that are the last good Full of their client and FileSet: without it nothing of theirs can be restored. */
export function lastFulls(db: Connection, jobIds: readonly number[]): number[] {
  return db
    .all<{ JobId: number }>(LAST_FULLS_AMONG, { jobIds: JSON.stringify(jobIds) })
    .map(({ JobId }) => JobId);
}

/** When the newest good backup of j's client, FileSet and Job at a level started. */
const newestStart = (level: 'F' | 'D') => `
  (SELECT max((SELECT l.StartTime FROM JobRun l
                WHERE l.ClientId = j.ClientId AND l.FileSetId = v.FileSetId AND l.Level = '${level}' AND l.Name = j.Name
                  AND ${goodBackup('l')}
                ORDER BY l.StartTime DESC LIMIT 1))
     FROM FileSetVersion v WHERE v.FileSet = s.FileSet)`;

/** As restoreChain in levels.ts. A Differential is part of a chain, and begins one, when it came after the last Full. */
const CHAIN_JOBS_AMONG = `
  WITH Asked AS MATERIALIZED (
    SELECT j.JobId, j.Level, j.StartTime, ${newestStart('F')} AS FullTime, ${newestStart('D')} AS DifferentialTime
      FROM json_each(:jobIds) asked CROSS JOIN JobRun j ON j.JobId = asked.value JOIN FileSetVersion s USING (FileSetId)
     WHERE ${GOOD_BACKUP} AND j.Level IN ('F', 'D', 'I'))
  SELECT JobId FROM Asked
   WHERE CASE Level
           WHEN 'F' THEN StartTime = FullTime
           WHEN 'D' THEN StartTime = DifferentialTime AND StartTime > FullTime
           ELSE StartTime > max(FullTime, coalesce(DifferentialTime, 0))
         END`;

/** Those of the jobs that are backups of which the newest state of their client, FileSet and Job is made. */
export function chainJobs(db: Connection, jobIds: readonly number[]): number[] {
  return db
    .all<{ JobId: number }>(CHAIN_JOBS_AMONG, { jobIds: JSON.stringify(jobIds) })
    .map(({ JobId }) => JobId);
}

const LAST_INIT_CATALOGS_AMONG = `
  SELECT j.JobId FROM json_each(:jobIds) asked CROSS JOIN JobRun j ON j.JobId = asked.value
   WHERE j.Type = 'V' AND j.Level = 'V' AND j.JobStatus IN ('T', 'W')
     AND NOT EXISTS (SELECT 1 FROM JobRun l
                      WHERE l.Name = j.Name AND l.JobId > j.JobId AND +l.ClientId = j.ClientId
                        AND l.Type = 'V' AND l.Level = 'V' AND l.JobStatus IN ('T', 'W'))`;

/**
 * Those of the jobs that are the last InitCatalog of their client and Job that ended well: the next Verify at level Catalog
 * compares with it.
 */
export function lastInitCatalogs(db: Connection, jobIds: readonly number[]): number[] {
  return db
    .all<{ JobId: number }>(LAST_INIT_CATALOGS_AMONG, { jobIds: JSON.stringify(jobIds) })
    .map(({ JobId }) => JobId);
}

/** `:purged` 0: those with files only. */
const ENDED_BEFORE = 'j.ClientId = :clientId AND j.PurgedFiles IN (0, :purged) AND j.JobTDate < :before';
const GOOD_ENDED_BEFORE = `WHERE ${GOOD_BACKUP} AND ${ENDED_BEFORE}`;
const OTHERS_ENDED_BEFORE = `WHERE NOT (${GOOD_BACKUP}) AND ${ENDED_BEFORE} AND j.EndTime IS NOT NULL`;

/** Jobs of the client that ended before a time: one for good backups, another for all other jobs. Oldest first. */
export function jobsEndedBefore(
  db: Connection,
  { clientId, goodBefore, othersBefore, withFiles }: AgedJobs,
): JobRow[] {
  const purged = withFiles ? 0 : 1;
  return [
    ...selectJobs(db, GOOD_ENDED_BEFORE, { clientId, purged, before: goodBefore }),
    ...selectJobs(db, OTHERS_ENDED_BEFORE, { clientId, purged, before: othersBefore }),
  ].sort((a, b) => a.jobTDate - b.jobTDate || a.jobId - b.jobId);
}

const HOLDS = `
  SELECT m.MediaId AS mediaId, count(*) AS jobs, max(j.JobTDate) AS newestJobTDate,
         sum(j.EndTime IS NULL) AS runningJobs,
         (SELECT max(f.JobId) FROM (${LAST_FULLS}) f JOIN JobMedia o USING (JobId) WHERE o.MediaId = m.MediaId)
           AS lastFullJobId
    FROM (SELECT DISTINCT MediaId, JobId FROM JobMedia) m JOIN JobRun j USING (JobId)
   GROUP BY m.MediaId`;

/** For each volume with jobs on it, what keeps it. */
export function volumeHolds(db: Connection): VolumeHold[] {
  return db
    .all<Omit<VolumeHold, 'lastFullJobId'> & { lastFullJobId: number | null }>(HOLDS)
    .map(({ lastFullJobId, ...hold }) => ({ ...hold, ...(lastFullJobId !== null && { lastFullJobId }) }));
}
