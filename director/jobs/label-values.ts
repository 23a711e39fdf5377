import type { PoolRow } from '../../catalog/rows.ts';
import type { ActiveJob } from './active-job.ts';
import { levelName } from './job-codes.ts';

/**
 * The variables of a Label Format for a job: Bacula's names, then environment variables of the Director. Numbers are
 * not padded: that is what `${Month:p/2/0/r}` is for.
 */
export function labelValue(
  name: string,
  facts: {
    readonly job: ActiveJob;
    readonly directorName: string;
    readonly mediaType: string;
    readonly pool: PoolRow;
    readonly now: Date;
  },
): string | undefined {
  const { job, now, pool } = facts;
  const values: Readonly<Record<string, string>> = {
    Year: String(now.getFullYear()),
    Month: String(now.getMonth() + 1),
    Day: String(now.getDate()),
    Hour: String(now.getHours()),
    Minute: String(now.getMinutes()),
    Second: String(now.getSeconds()),
    WeekDay: String(now.getDay()),
    Job: job.name,
    JobName: job.job,
    JobId: String(job.jobId),
    Dir: facts.directorName,
    Level: levelName(job.level),
    Type: job.plan.job.type,
    Client: job.clientName,
    Pool: pool.name,
    NumVols: String(pool.numVols),
    Storage: job.storageName,
    Catalog: job.plan.client.catalog.name,
    MediaType: facts.mediaType,
  };
  return values[name] ?? process.env[name];
}
