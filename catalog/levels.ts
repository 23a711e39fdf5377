import { toColumn, type Connection } from './connection.ts';
import type { BackupSeries, ChainQuery, LastRunQuery } from './inputs.ts';
import { GOOD_BACKUP, selectJob, selectJobs } from './job-rows.ts';
import type { JobRow } from './rows.ts';

/** Questions about earlier backups: which level must run, and which jobs together give the newest state. */

const SERIES = `j.Name = :jobName AND j.ClientId = :clientId AND j.FileSetId = :fileSetId`;
const NEWEST = 'ORDER BY j.StartTime DESC, j.JobId DESC LIMIT 1';

const LAST_GOOD = `
  WHERE ${SERIES} AND ${GOOD_BACKUP} AND j.Level = :level AND (:before IS NULL OR j.EndTime <= :before) ${NEWEST}`;

/**
 * The newest good backup of the series at one of the levels, that ended at or before `before`. One taken with an older
 * definition of the FileSet does not count: its FileSetId differs.
 */
export function lastGoodBackup(
  db: Connection,
  {
    levels,
    before,
    ...series
  }: BackupSeries & { readonly levels: readonly string[]; readonly before?: Date },
): JobRow | undefined {
  return levels
    .flatMap((level) => selectJob(db, LAST_GOOD, { ...series, level, before: toColumn(before) }) ?? [])
    .sort((a, b) => startMs(b) - startMs(a) || b.jobId - a.jobId)[0];
}

export function lastGoodFull(
  db: Connection,
  query: BackupSeries & { readonly before?: Date },
): JobRow | undefined {
  return lastGoodBackup(db, { ...query, levels: ['F'] });
}

function startMs({ startTime }: JobRow): number {
  return startTime?.getTime() ?? 0;
}

const ANY_FULL_FOR_OTHER_FILESET = `
  SELECT 1 FROM JobRun j
   WHERE j.Name = :jobName AND j.ClientId = :clientId AND j.FileSetId <> :fileSetId AND ${GOOD_BACKUP} AND j.Level = 'F'
   LIMIT 1`;

/** Whether only a change of the FileSet is to blame that there is no Full to build on. */
export function anyFullForOtherFileSet(
  db: Connection,
  { jobName, clientId, fileSetId }: BackupSeries,
): boolean {
  return db.value(ANY_FULL_FOR_OTHER_FILESET, { jobName, clientId, fileSetId }) !== undefined;
}

/**
 * A run that was cancelled in the queue has no FileSetId and no StartTime. With the plus the index is not that of all the
 * Job's runs, but the one by age of what was no good backup.
 */
const FAILED_SINCE = `
  WHERE +j.Name = :jobName AND j.ClientId = :clientId AND j.FileSetId IN (:fileSetId, 0) AND j.Type = 'B'
    AND j.JobStatus IN ('A', 'E', 'e', 'f') AND j.Level IN ('F', 'D') AND j.EndTime > :after
    AND NOT (${GOOD_BACKUP}) AND j.PurgedFiles IN (0, 1) AND j.JobTDate >= :afterSeconds
  ORDER BY j.EndTime, j.JobId`;

/** Fulls and Differentials of the series that ended after the time, and not well, oldest first. */
export function failedSince(
  db: Connection,
  { jobName, clientId, fileSetId, after }: BackupSeries & { readonly after: Date },
): JobRow[] {
  const afterSeconds = Math.floor(after.getTime() / 1000);
  return selectJobs(db, FAILED_SINCE, {
    ...{ jobName, clientId, fileSetId },
    after: toColumn(after),
    afterSeconds,
  });
}

const BEGINNING = 'coalesce(j.StartTime, j.SchedTime)';
const LAST_OF_TYPE = `
  AND j.Type = :type AND (:level IS NULL OR j.Level = :level) AND ${BEGINNING} <= :now
  ORDER BY ${BEGINNING} DESC, j.JobId DESC LIMIT 1`;
const LAST_RUN_OF_JOB = `
  WHERE j.Name = :jobName AND (:clientName IS NULL OR c.Name = :clientName) ${LAST_OF_TYPE}`;
const LAST_RUN_FOR_CLIENT = `
  WHERE j.ClientId = (SELECT ClientId FROM Client WHERE Name = :clientName) ${LAST_OF_TYPE}`;

/**
 * The run of a Job, or for a client, that began last, however it ended. One that waits counts from its scheduled time, once that
 * has come; a migrated backup, and a copy in the place of its original, from the time of the original.
 */
export function lastRun(db: Connection, query: LastRunQuery): JobRow | undefined {
  const { jobName, clientName = null, type, level = null } = query;
  const rest = { clientName, type, level, now: toColumn(query.now) };
  return jobName === undefined
    ? selectJob(db, LAST_RUN_FOR_CLIENT, rest)
    : selectJob(db, LAST_RUN_OF_JOB, { ...rest, jobName });
}

/** Good backups of a client; the FileSet by its name, since a restore does not mind that its definition changed. */
const OF_CLIENT = `
  WHERE j.ClientId = (SELECT ClientId FROM Client WHERE Name = :clientName)
    AND j.FileSetId IN (SELECT FileSetId FROM FileSetVersion WHERE :fileSetName IS NULL OR FileSet = :fileSetName)
    AND (:jobName IS NULL OR j.Name = :jobName)
    AND (:poolName IS NULL OR j.PoolId = (SELECT PoolId FROM Pool WHERE Name = :poolName))
    AND ${GOOD_BACKUP} AND (:before IS NULL OR j.EndTime <= :before)`;

const CHAIN_FULL = `${OF_CLIENT} AND j.Level = 'F' ${NEWEST}`;
const CHAIN_DIFFERENTIAL = `${OF_CLIENT} AND j.Level = 'D' AND j.StartTime > :after ${NEWEST}`;
const CHAIN_INCREMENTALS = `
  ${OF_CLIENT} AND j.Level = 'I' AND j.StartTime > :after ORDER BY j.StartTime, j.JobId`;

/**
 * The jobs that together give the newest state, oldest first: the last good Full, the last good Differential after it,
 * the good Incrementals after the later of the two. Empty when there is no Full.
 *
 * "After" is by start time, strictly: a Full put together from other jobs has the start time of the last one in it.
 */
export function restoreChain(db: Connection, query: ChainQuery): JobRow[] {
  const parameters = {
    clientName: query.clientName,
    jobName: query.jobName ?? null,
    poolName: query.poolName ?? null,
    before: toColumn(query.before),
  };
  const full = selectJob(db, CHAIN_FULL, { ...parameters, fileSetName: query.fileSetName ?? null });
  if (full === undefined) return [];
  const rest = { ...parameters, fileSetName: full.fileSetName };
  const differential = selectJob(db, CHAIN_DIFFERENTIAL, { ...rest, after: toColumn(full.startTime) });
  const base = differential ?? full;
  const incrementals = selectJobs(db, CHAIN_INCREMENTALS, { ...rest, after: toColumn(base.startTime) });
  return [full, ...(differential ? [differential] : []), ...incrementals];
}

/** Index by the Job's name: a row for each volume that a run of it wrote. */
const LAST_BACKUPS_TO = `
  SELECT v.StorageId AS storageId, MAX(j.StartTime) AS startTime
    FROM JobRun j JOIN JobMedia m USING (JobId) JOIN Volume v USING (MediaId)
   WHERE j.Name = :jobName AND ${GOOD_BACKUP}
   GROUP BY v.StorageId`;

/** When each storage on which volumes of the Job lie got its last good backup. */
export function lastBackupsTo(
  db: Connection,
  { jobName }: { readonly jobName: string },
): { storageId: number; startTime: Date }[] {
  return db
    .all<{ storageId: number; startTime: number }>(LAST_BACKUPS_TO, { jobName })
    .map(({ storageId, startTime }) => ({ storageId, startTime: new Date(startTime) }));
}

const FILESETS_OF_CLIENT = `
  SELECT DISTINCT s.FileSet FROM JobRun j JOIN FileSetVersion s USING (FileSetId)
   WHERE j.ClientId = (SELECT ClientId FROM Client WHERE Name = :clientName) AND ${GOOD_BACKUP}
   ORDER BY s.FileSet`;

/** Names of the FileSets of which the client has good backups. */
export function fileSetsOfClient(db: Connection, clientName: string): string[] {
  return db.all<{ FileSet: string }>(FILESETS_OF_CLIENT, { clientName }).map(({ FileSet }) => FileSet);
}
