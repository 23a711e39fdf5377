import { CatalogError } from './catalog-error.ts';
import { updateOf, type Changeable } from './changes.ts';
import { toColumn, type Connection } from './connection.ts';
import { fileWriterOf } from './durable.ts';
import type { JobChanges, JobEnd, JobFilter, ImportedJob, NewJob } from './inputs.ts';
import { selectJob, selectJobs } from './job-rows.ts';
import type { JobRow, JobTotal } from './rows.ts';

const DEFAULT_PRIORITY = 10;

const CREATE_JOB = `
  INSERT INTO JobRun
    (Job, Name, Type, Level, ClientId, JobStatus, SchedTime, JobTDate, PoolId, FileSetId, Priority, Comment,
     Accurate)
  VALUES
    (:job, :name, :type, :level, :clientId, :status, :schedTime, :jobTDate, :poolId, :fileSetId, :priority, :comment,
     :accurate)`;

/** Gives the JobId. */
export function createJob(db: Connection, job: NewJob): number {
  return db.run(CREATE_JOB, {
    job: job.job,
    name: job.name,
    type: job.type,
    level: job.level,
    clientId: job.clientId,
    status: job.status,
    schedTime: toColumn(job.schedTime),
    jobTDate: inSeconds(job.schedTime),
    poolId: job.poolId ?? 0,
    fileSetId: job.fileSetId ?? 0,
    priority: job.priority ?? DEFAULT_PRIORITY,
    comment: job.comment ?? '',
    accurate: job.accurate === undefined ? null : Number(job.accurate),
  }).insertedId;
}

const IMPORT_JOB = `
  INSERT INTO JobRun
    (JobId, Job, Name, Type, Level, ClientId, JobStatus, SchedTime, StartTime, JobTDate, PoolId, FileSetId, VolSessionId,
     VolSessionTime, Priority, Comment)
  VALUES
    (:jobId, :job, :name, :type, :level, :clientId, :status, :schedTime, :startTime, :jobTDate, :poolId, :fileSetId,
     :volSessionId, :volSessionTime, :priority, '')`;

/**
 * A job as its volumes tell of it, under its own JobId unless another job has that now. Gives its JobId; undefined when the
 * catalog has a job of its unique name.
 */
export function importJob(db: Connection, job: ImportedJob): number | undefined {
  if (db.value('SELECT 1 FROM JobRun WHERE Job = :job', { job: job.job }) !== undefined) return undefined;
  const isTaken = db.value('SELECT 1 FROM JobRun WHERE JobId = :jobId', { jobId: job.jobId }) !== undefined;
  return db.run(IMPORT_JOB, {
    jobId: isTaken ? null : job.jobId,
    job: job.job,
    name: job.name,
    type: job.type,
    level: job.level,
    clientId: job.clientId,
    status: job.status,
    schedTime: toColumn(job.schedTime),
    startTime: toColumn(job.startTime),
    jobTDate: inSeconds(job.startTime),
    poolId: job.poolId,
    fileSetId: job.fileSetId,
    volSessionId: job.volSessionId,
    volSessionTime: job.volSessionTime,
    priority: DEFAULT_PRIORITY,
  }).insertedId;
}

const REOPEN_JOB = `
  UPDATE JobRun SET JobStatus = 'C', EndTime = NULL, RealEndTime = NULL, Priority = :priority
   WHERE JobId = :jobId AND Type = 'B' AND JobStatus = 'I' AND PurgedFiles = 0`;

/**
 * An incomplete backup is to go on: it is one of the jobs that have not ended, with all that is known of it.
 * @throws CatalogError CAT_NOT_INCOMPLETE
 */
export function reopenJob(
  db: Connection,
  { jobId, priority }: { readonly jobId: number; readonly priority: number },
): JobRow {
  const { changes } = db.run(REOPEN_JOB, { jobId, priority });
  const row = jobById(db, jobId);
  if (changes === 1 && row !== undefined) return row;
  const why =
    row?.purgedFiles && row.jobStatus === 'I' ? 'its file records were pruned' : 'it is not incomplete';
  throw new CatalogError('CAT_NOT_INCOMPLETE', `JobId ${jobId} cannot be resumed: ${why}`, {
    hint: 'Run the job anew with "restart".',
  });
}

const same = <T>(value: T) => value ?? null;

const CHANGEABLE: Changeable<JobChanges> = {
  jobStatus: ['JobStatus', same],
  level: ['Level', same],
  startTime: ['StartTime', toColumn],
  clientId: ['ClientId', same],
  poolId: ['PoolId', same],
  fileSetId: ['FileSetId', same],
  volSessionId: ['VolSessionId', same],
  volSessionTime: ['VolSessionTime', same],
  jobFiles: ['JobFiles', same],
  jobBytes: ['JobBytes', same],
  readBytes: ['ReadBytes', same],
  jobErrors: ['JobErrors', same],
  priorJobId: ['PriorJobId', same],
  priority: ['Priority', same],
  comment: ['Comment', same],
  reviewed: ['Reviewed', Number],
};

/** @throws CatalogError CAT_NOT_FOUND */
export function setJob(db: Connection, jobId: number, changes: JobChanges): void {
  const update = updateOf(CHANGEABLE, changes);
  if (update === undefined) return;
  const { changes: found } = db.run(`UPDATE JobRun SET ${update.set} WHERE JobId = :jobId`, {
    ...update.values,
    jobId,
  });
  if (found === 0) throw noSuchJob(jobId);
}

const END_JOB = `
  UPDATE JobRun SET JobStatus = :jobStatus, Level = coalesce(:level, Level),
         StartTime = coalesce(:startTime, StartTime), EndTime = :endTime,
         RealEndTime = :realEndTime, JobTDate = :jobTDate,
         JobFiles = :jobFiles, JobBytes = :jobBytes, ReadBytes = :readBytes, JobErrors = :jobErrors
   WHERE JobId = :jobId`;

/**
 * The job's final state. With it everything written of the job before is durable too: this commit syncs the log
 * that holds them all (durability rule 2).
 * @throws CatalogError CAT_NOT_FOUND
 */
export function endJob(db: Connection, jobId: number, end: JobEnd): void {
  const endTime = end.asOf?.endTime ?? end.endTime;
  const { changes } = db.run(END_JOB, {
    jobId,
    jobStatus: end.jobStatus,
    level: end.asOf?.level ?? null,
    startTime: toColumn(end.asOf?.startTime),
    endTime: toColumn(endTime),
    realEndTime: toColumn(end.endTime),
    jobTDate: inSeconds(endTime),
    jobFiles: end.jobFiles,
    jobBytes: end.jobBytes,
    readBytes: end.readBytes,
    jobErrors: end.jobErrors,
  });
  if (changes === 0) throw noSuchJob(jobId);
  fileWriterOf(db).forgetJob(jobId);
}

export function jobById(db: Connection, jobId: number): JobRow | undefined {
  return selectJob(db, 'WHERE j.JobId = :jobId', { jobId });
}

/** The backup, or copy of one, that was written in this session. */
export function jobOfSession(
  db: Connection,
  { volSessionId, volSessionTime }: { readonly volSessionId: number; readonly volSessionTime: number },
): JobRow | undefined {
  const where = `WHERE j.VolSessionTime = :volSessionTime AND j.VolSessionId = :volSessionId AND j.Type IN ('B', 'C')`;
  return selectJob(db, where, { volSessionId, volSessionTime });
}

const FAIL_UNFINISHED = `
  UPDATE JobRun SET
         JobStatus = iif(
           Type = 'B' AND Level NOT IN ('S', 'f') AND Name IN (SELECT value FROM json_each(:mayGoOn))
             AND EXISTS (SELECT 1 FROM FileRun WHERE RunId BETWEEN JobRun.JobId << 32 AND (JobRun.JobId << 32) | 4294967295),
           'I', 'f'),
         EndTime = :now, RealEndTime = :now, JobTDate = :jobTDate,
         (JobFiles, JobBytes) = (
           SELECT max(JobRun.JobFiles, coalesce(sum(f.FileCount), 0)),
                  max(JobRun.JobBytes, coalesce(sum(f.ContentBytes), 0))
             FROM FileRun f
            WHERE f.RunId BETWEEN JobRun.JobId << 32 AND (JobRun.JobId << 32) | 4294967295)
   WHERE EndTime IS NULL`;

/**
 * Ends as failed whatever a crash of the Director left unfinished (durability rule 3), with the files that are known; as
 * incomplete, backups of the Jobs named in `mayGoOn` of which there are any. What no client sends cannot go on: VirtualFulls
 * and copies.
 */
export function failUnfinishedJobs(
  db: Connection,
  now: Date,
  { mayGoOn = [] }: { readonly mayGoOn?: readonly string[] } = {},
): JobRow[] {
  const unfinished = db.all<{ JobId: number }>(
    'SELECT JobId FROM JobRun WHERE EndTime IS NULL ORDER BY JobId',
  );
  db.run(FAIL_UNFINISHED, {
    now: toColumn(now),
    jobTDate: inSeconds(now),
    mayGoOn: JSON.stringify(mayGoOn),
  });
  return unfinished.flatMap(({ JobId }) => jobById(db, JobId) ?? []);
}

const LISTED = `
  WHERE (:jobId IS NULL OR j.JobId = :jobId) AND (:name IS NULL OR j.Name = :name)
    AND (:clientName IS NULL OR c.Name = :clientName) AND (:type IS NULL OR j.Type = :type)
    AND (:level IS NULL OR j.Level = :level) AND (:status IS NULL OR j.JobStatus = :status)
    AND (:tag IS NULL OR j.JobId IN (SELECT t.JobId FROM TagJob t WHERE t.Tag = :tag))
    AND (:reviewed IS NULL OR j.Reviewed = :reviewed)
    AND (:since IS NULL OR j.StartTime >= :since) AND (:ended IS NULL OR j.EndTime IS NOT NULL)
    AND (:jobs IS NULL OR EXISTS (SELECT 1 FROM json_each(:jobs) WHERE j.Name GLOB value))
    AND (:clients IS NULL OR EXISTS (SELECT 1 FROM json_each(:clients) WHERE c.Name GLOB value))`;

/** By JobId. A walk over the newest jobs ends at the limit; without one all jobs are looked at. */
export function listJobs(db: Connection, filter: JobFilter): JobRow[] {
  if (filter.jobId !== undefined && Object.keys(filter).length === 1)
    return [jobById(db, filter.jobId) ?? []].flat();
  const order = filter.order === 'desc' ? 'DESC' : 'ASC';
  return selectJobs(db, `${LISTED} ORDER BY j.JobId ${order} LIMIT :limit`, {
    jobId: filter.jobId ?? null,
    name: filter.name ?? null,
    clientName: filter.clientName ?? null,
    type: filter.type ?? null,
    level: filter.level ?? null,
    status: filter.status ?? null,
    since: toColumn(filter.since),
    ended: filter.ended ? 1 : null,
    tag: filter.tag ?? null,
    reviewed: filter.reviewed === undefined ? null : Number(filter.reviewed),
    jobs: filter.among ? globs(filter.among.jobs) : null,
    clients: filter.among ? globs(filter.among.clients) : null,
    limit: filter.limit ?? -1,
  });
}

/** Shell patterns as SQLite's GLOB has them: it knows `[^a]` only, where a shell says `[!a]`. */
function globs(patterns: readonly string[]): string {
  return JSON.stringify(patterns.map((pattern) => pattern.replaceAll('[!', '[^')));
}

/** Of each Job resource, by name. */
export function jobTotals(db: Connection): JobTotal[] {
  return db.all(`
    SELECT Name AS name, count(*) AS jobs, sum(JobFiles) AS files, sum(JobBytes) AS bytes
      FROM JobRun GROUP BY Name ORDER BY Name`);
}

function inSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

function noSuchJob(jobId: number): CatalogError {
  return new CatalogError('CAT_NOT_FOUND', `There is no job ${jobId} in the catalog`);
}
