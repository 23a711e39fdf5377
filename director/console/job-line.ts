import type { JobRow } from '../../catalog/rows.ts';

/** A job in a menu of jobs. */
export function jobLine({ jobId, job, jobStatus }: JobRow): string {
  return `JobId=${jobId} Job=${job} Status=${jobStatus}`;
}
