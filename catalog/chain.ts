import type { Connection } from './connection.ts';

/** Jobs whose states lie over each other, oldest first. A job's place is its rank. */
export interface Chain {
  readonly jobIds: readonly number[];
  /** The same as a JSON array, for json_each: key is the rank, value the JobId. */
  readonly json: string;
}

const OLDEST_FIRST = `
  SELECT JobId FROM JobRun WHERE JobId IN (SELECT value FROM json_each(:jobIds)) ORDER BY StartTime, JobId`;

/** Those of the jobs that exist, in the order in which they started. A job given twice counts once. */
export function chainOf(db: Connection, jobIds: readonly number[]): Chain {
  const rows = db.all<{ JobId: number }>(OLDEST_FIRST, { jobIds: JSON.stringify(jobIds) });
  const ordered = rows.map(({ JobId }) => JobId);
  return { jobIds: ordered, json: JSON.stringify(ordered) };
}
