import { OperatorError } from '../../errors/operator-error.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';
import { jobCodes } from './job-substitution.ts';

/**
 * Queues the Jobs that the `Run` directives of this one name (reference bacula-jobs, section 4, clones). Call it when
 * level, since time, Pool and Storage are known: they are what clones are given. A clone starts none in turn, and neither does
 * a repetition: the clones are repeated by their own rules. One that cannot be started is an error of this job, which
 * goes on.
 */
export async function startClones(job: ActiveJob, env: JobEnvironment): Promise<void> {
  const { plan, messages, attempt } = job;
  if (plan.request.isClone || attempt > 1) return;
  for (const text of plan.job.run) {
    job.signal.throwIfAborted();
    try {
      const codes = jobCodes(job, env.directorName);
      const jobId = await env.startClone({ text, codes, who: `Job "${job.name}"` });
      await messages.info(`Clone JobId ${jobId} started: Run = ${text}`);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      const cure = error.hint === undefined ? '' : `. ${error.hint}`;
      await messages.add('Error', `Could not start clone job: Run = ${text}. ERR=${error.message}${cure}`);
    }
  }
}
