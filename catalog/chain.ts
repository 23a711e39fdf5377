import type { Connection } from './connection.ts';

/** Jobs whose states lie over each other, oldest first. A job's place is its rank. */
export interface Chain {
  readonly jobIds: readonly number[];
  /** The same as a JSON array, for json_each: key is the rank, value the JobId. */
  readonly json: string;
  /** Whether any of the jobs has rows in DeletedFile, in ImpliedDirectory: most have not, and need not be asked. */
  readonly hasDeleted: boolean;
  readonly hasImplied: boolean;
}

const OLDEST_FIRST = `
  SELECT JobId FROM JobRun WHERE JobId IN (SELECT value FROM json_each(:jobIds)) ORDER BY StartTime, JobId`;

const ANY_DELETED = 'SELECT 1 FROM json_each(:json) c CROSS JOIN DeletedFile d ON d.JobId = c.value LIMIT 1';
const ANY_IMPLIED =
  'SELECT 1 FROM json_each(:json) c CROSS JOIN ImpliedDirectory i ON i.JobId = c.value LIMIT 1';

/** Those of the jobs that exist, in the order in which they started. A job given twice counts once. */
export function chainOf(db: Connection, jobIds: readonly number[]): Chain {
  const rows = db.all<{ JobId: number }>(OLDEST_FIRST, { jobIds: JSON.stringify(jobIds) });
  const ordered = rows.map(({ JobId }) => JobId);
  const json = JSON.stringify(ordered);
  const hasDeleted = db.value(ANY_DELETED, { json }) !== undefined;
  const hasImplied = db.value(ANY_IMPLIED, { json }) !== undefined;
  return { jobIds: ordered, json, hasDeleted, hasImplied };
}
