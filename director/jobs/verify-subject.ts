import type { Catalog } from '../../catalog/catalog.ts';
import type { JobRow } from '../../catalog/rows.ts';
import { JobFailed } from '../director-errors.ts';
import { endedWell } from '../reports/termination.ts';
import { levelName } from './job-codes.ts';
import type { JobPlan } from './job-plan.ts';

/**
 * The job that a Verify is compared with, looked up when it starts: of level Catalog the last InitCatalog of the same Job;
 * else the backup that the run names, else the last run of its Job To Verify, else the last backup of the client.
 * @throws JobFailed when there is none, or it did not end well.
 */
export async function jobToVerify(
  catalog: Pick<Catalog, 'jobById' | 'lastRun'>,
  plan: JobPlan,
  now: Date,
): Promise<JobRow> {
  const { job, client, level, request } = plan;
  const clientName = client.name;
  if (level === 'C') {
    const found = await catalog.lastRun({ jobName: job.name, clientName, type: 'V', level: 'V', now });
    if (found) return sound(found);
    throw new JobFailed(`Job "${job.name}" has no InitCatalog to compare with`, {
      hint: `Run it once with level=InitCatalog: run job="${job.name}" level=InitCatalog`,
    });
  }
  if (request.verifyJobId !== undefined) {
    const found = await catalog.jobById(request.verifyJobId);
    if (found?.type === 'B') return sound(found);
    throw new JobFailed(
      found
        ? `JobId ${request.verifyJobId} is no backup, so it cannot be verified`
        : `JobId ${request.verifyJobId} is not in the catalog, so it cannot be verified`,
      { hint: '"list jobs" shows the backups.' },
    );
  }
  const resource = request.verifyJob ?? job.jobToVerify;
  const found = await catalog.lastRun({
    ...(resource ? { jobName: resource.name } : { clientName }),
    ...{ type: 'B', now },
  });
  if (found) return sound(found);
  const whose = resource ? `Job "${resource.name}"` : `Client "${clientName}"`;
  throw new JobFailed(`There is no backup of ${whose} to verify`, { hint: 'Run the backup first.' });
}

function sound(found: JobRow): JobRow {
  const { jobId, name, jobStatus, level, purgedFiles, endTime } = found;
  const which = `JobId ${jobId} (${name}, ${levelName(level)})`;
  if (endTime === undefined) {
    throw new JobFailed(`${which} cannot be verified: it has not ended yet`, {
      hint: 'Give the Verify a higher Priority number than its backup has, so that it waits for it.',
    });
  }
  if (!endedWell(jobStatus)) {
    throw new JobFailed(`${which} cannot be verified: it did not end well, JobStatus=${jobStatus}`, {
      hint: 'See its report with "list joblog", run the backup again, or name another one with jobid=.',
    });
  }
  if (purgedFiles) {
    throw new JobFailed(`${which} cannot be verified: its files have been pruned from the catalog`, {
      hint: 'Name a newer one with jobid=, or raise File Retention of the Client.',
    });
  }
  return found;
}
