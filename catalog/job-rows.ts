import { fromColumn, type Connection, type Parameters } from './connection.ts';
import type { JobRow } from './rows.ts';

interface JobColumns extends Omit<
  JobRow,
  'schedTime' | 'startTime' | 'endTime' | 'realEndTime' | 'purgedFiles' | 'accurate'
> {
  readonly schedTime: number | null;
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly realEndTime: number | null;
  readonly purgedFiles: number;
  readonly accurate: number | null;
}

const JOB_ROWS = `
  SELECT j.JobId AS jobId, j.Job AS job, j.Name AS name, j.Type AS type, j.Level AS level,
         j.ClientId AS clientId, coalesce(c.Name, '') AS clientName, j.JobStatus AS jobStatus,
         j.SchedTime AS schedTime, j.StartTime AS startTime, j.EndTime AS endTime, j.RealEndTime AS realEndTime,
         j.JobTDate AS jobTDate, j.VolSessionId AS volSessionId, j.VolSessionTime AS volSessionTime,
         j.JobFiles AS jobFiles, j.JobBytes AS jobBytes, j.ReadBytes AS readBytes, j.JobErrors AS jobErrors,
         j.PoolId AS poolId, coalesce(p.Name, '') AS poolName,
         j.FileSetId AS fileSetId, coalesce(s.FileSet, '') AS fileSetName, coalesce(s.MD5, '') AS fileSetMd5,
         j.PriorJobId AS priorJobId, j.Priority AS priority, j.PurgedFiles AS purgedFiles, j.Comment AS comment,
         j.Accurate AS accurate
    FROM JobRun j
    LEFT JOIN Client c ON c.ClientId = j.ClientId
    LEFT JOIN VolumePool p ON p.PoolId = j.PoolId
    LEFT JOIN FileSetVersion s ON s.FileSetId = j.FileSetId`;

/** Backups that a restore or the next backup may build on. */
export const goodBackup = (run: string) => `${run}.Type = 'B' AND ${run}.JobStatus IN ('T', 'W')`;
export const GOOD_BACKUP = goodBackup('j');

/** The jobs that `rest` (WHERE, ORDER BY, LIMIT over j, c, p, s) picks. Must be a constant: it is kept prepared. */
export function selectJobs(db: Connection, rest: string, parameters: Parameters = {}): JobRow[] {
  return db.all<JobColumns>(`${JOB_ROWS} ${rest}`, parameters).map(toJobRow);
}

export function selectJob(db: Connection, rest: string, parameters: Parameters): JobRow | undefined {
  const columns = db.get<JobColumns>(`${JOB_ROWS} ${rest}`, parameters);
  return columns && toJobRow(columns);
}

function toJobRow(columns: JobColumns): JobRow {
  const { schedTime, startTime, endTime, realEndTime, purgedFiles, accurate, ...same } = columns;
  return {
    ...same,
    schedTime: fromColumn(schedTime),
    startTime: fromColumn(startTime),
    endTime: fromColumn(endTime),
    realEndTime: fromColumn(realEndTime),
    purgedFiles: purgedFiles !== 0,
    ...(accurate !== null && { accurate: accurate !== 0 }),
  };
}
