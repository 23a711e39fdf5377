import { durationText } from '../../text/numbers.ts';
import type { ActiveJob } from '../jobs/active-job.ts';
import type { JobEnvironment } from '../jobs/job-environment.ts';
import { promotedText } from './removal.ts';
import { clientRetentions } from './record-periods.ts';

/**
 * After a job that ended well: what has grown old of its client leaves the catalog. Says what it did in the job's messages.
 * AutoPrune of the Director is the master switch; below it, that of the client or the directives of the Job decide.
 */
export async function autoPrune(job: ActiveJob, { conf, retention }: JobEnvironment): Promise<void> {
  const { client, job: resource } = job.plan;
  if (!conf().director.autoPrune) return;
  const { messages } = job;
  const prunesJobs = client.autoPrune || resource.pruneJobs;
  const prunesFiles = client.autoPrune || resource.pruneFiles;
  if (prunesJobs) {
    await messages.info(
      `Begin pruning Jobs older than ${durationText(clientRetentions(client).jobRetention)} .`,
    );
    const removed = await retention.prune({ kind: 'jobs', client });
    const { jobs } = removed;
    await messages.info(
      jobs === 0
        ? 'No Jobs found to prune.'
        : `Pruned ${jobs} Job${jobs === 1 ? '' : 's'} for client ${client.name} from catalog.`,
    );
    const promoted = promotedText(removed);
    if (promoted) await messages.info(promoted);
  }
  if (prunesFiles) {
    await messages.info('Begin pruning Files.');
    const { jobs } = await retention.prune({ kind: 'files', client });
    await messages.info(
      jobs === 0
        ? 'No Files found to prune.'
        : `Pruned Files from ${jobs} Job${jobs === 1 ? '' : 's'} for client ${client.name} from catalog.`,
    );
  }
  if (prunesJobs || prunesFiles) await messages.info('End auto prune.\n');
}
