import type { Connection } from './connection.ts';
import { GOOD_BACKUP, selectJobs } from './job-rows.ts';
import type { JobRow, VolumeHold } from './rows.ts';

/** What is still needed, and what has grown old: the questions of pruning. Nothing here changes anything. */

const LAST_FULLS = `
  SELECT JobId FROM (
    SELECT j.JobId, row_number() OVER (PARTITION BY j.ClientId, s.FileSet ORDER BY j.StartTime DESC, j.JobId DESC) AS Age
      FROM JobRun j JOIN FileSetVersion s USING (FileSetId)
     WHERE ${GOOD_BACKUP} AND j.Level = 'F')
   WHERE Age = 1`;

/** JobIds of the last good Full of each client and FileSet: without it nothing of theirs can be restored. */
export function lastFulls(db: Connection): number[] {
  return db.all<{ JobId: number }>(LAST_FULLS).map(({ JobId }) => JobId);
}

/** As restoreChain in levels.ts, for all clients, FileSets and Jobs at once. */
const CHAIN_JOBS = `
  WITH Good AS (
    SELECT j.JobId, j.ClientId, s.FileSet, j.Name, j.Level, j.StartTime
      FROM JobRun j JOIN FileSetVersion s USING (FileSetId)
     WHERE ${GOOD_BACKUP} AND j.Level IN ('F', 'D', 'I')),
  LastFull AS (
    SELECT ClientId, FileSet, Name, max(StartTime) AS Since FROM Good WHERE Level = 'F' GROUP BY ClientId, FileSet, Name),
  LastBase AS (
    SELECT f.ClientId, f.FileSet, f.Name, f.Since AS FullTime,
           coalesce((SELECT max(g.StartTime) FROM Good g
                      WHERE g.ClientId = f.ClientId AND g.FileSet = f.FileSet AND g.Name = f.Name
                        AND g.Level = 'D' AND g.StartTime > f.Since), f.Since) AS BaseTime
      FROM LastFull f)
  SELECT g.JobId FROM Good g JOIN LastBase b USING (ClientId, FileSet, Name)
   WHERE (g.Level = 'F' AND g.StartTime = b.FullTime)
      OR (g.Level = 'D' AND g.StartTime = b.BaseTime AND b.BaseTime > b.FullTime)
      OR (g.Level = 'I' AND g.StartTime > b.BaseTime)`;

/** JobIds of all backups that the newest state of some client, FileSet and Job is made of. */
export function chainJobs(db: Connection): number[] {
  return db.all<{ JobId: number }>(CHAIN_JOBS).map(({ JobId }) => JobId);
}

const LAST_INIT_CATALOGS = `
  SELECT JobId FROM (
    SELECT JobId, row_number() OVER (PARTITION BY ClientId, Name ORDER BY JobId DESC) AS Age
      FROM JobRun WHERE Type = 'V' AND Level = 'V' AND JobStatus IN ('T', 'W'))
   WHERE Age = 1`;

/** JobIds of the last InitCatalog of each client and Job that ended well: the next Verify at level Catalog compares with it. */
export function lastInitCatalogs(db: Connection): number[] {
  return db.all<{ JobId: number }>(LAST_INIT_CATALOGS).map(({ JobId }) => JobId);
}

const ENDED_BEFORE = `
  WHERE j.ClientId = :clientId AND j.JobTDate < :before AND j.EndTime IS NOT NULL ORDER BY j.JobTDate, j.JobId`;

/** Jobs of the client that ended before the time (seconds since the epoch), oldest first. */
export function jobsEndedBefore(
  db: Connection,
  { clientId, before }: { readonly clientId: number; readonly before: number },
): JobRow[] {
  return selectJobs(db, ENDED_BEFORE, { clientId, before });
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
