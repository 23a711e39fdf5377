import type { JobResource } from '../../configuration/director-conf.ts';
import type { JobTotals } from './job-kind.ts';

/**
 * How a run that failed is done once more: as the same job, since nothing of it was written, or as a new one; or it goes on
 * from what it has saved, as the same job.
 */
export type Again = 'same JobId' | 'new JobId' | 'resumed';

/**
 * Whether a run is queued again (reference bacula-jobs, section 4, rescheduling). `attempt`: 1 for the first. Only backups
 * are; a job that was cancelled, by hand or by a limit, is not.
 */
export function againAfter(run: {
  readonly job: Pick<JobResource, 'rescheduleIncompleteJobs' | 'rescheduleOnError' | 'rescheduleTimes'>;
  readonly type: string;
  readonly status: string;
  readonly attempt: number;
  readonly totals: JobTotals;
}): Again | undefined {
  const { job, type, status, attempt, totals } = run;
  if (job.rescheduleTimes > 0 && attempt > job.rescheduleTimes) return undefined;
  if (status === 'I') return job.rescheduleIncompleteJobs ? 'resumed' : undefined;
  if (type !== 'B' || !job.rescheduleOnError) return undefined;
  if (status !== 'f' && status !== 'E' && status !== 'e') return undefined;
  return totals.jobFiles === 0 && totals.jobBytes === 0 ? 'same JobId' : 'new JobId';
}
