import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { endedWell, exitStatusText } from '../../reports/termination.ts';

/**
 * `wait` returns when nothing is queued or running; `wait jobid=`, `jobname=` or `ujobid=` when that job has ended.
 * It fails when a job it waited for did not end well, so that a script's exit status tells.
 */
export const wait: Command = {
  name: 'wait',
  description: 'Wait until no jobs are running',
  keywords: { jobid: 'text', jobname: 'job', job: 'job', ujobid: 'text', timeout: 'text' },
  async run(context) {
    const { line } = context;
    const timeoutSeconds = line.integer('timeout');
    const timeout = timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
    const signal = timeout ? AbortSignal.any([context.signal, timeout]) : context.signal;
    try {
      if (line.has('jobid', 'jobname', 'job', 'ujobid')) await waitForOne(context, signal);
      else await waitForAll(context, signal);
    } catch (error) {
      if (!timeout?.aborted || context.signal.aborted) throw error;
      const count = context.services.jobs.running().length;
      throw new CommandError(
        `after ${timeoutSeconds} seconds ${count} ${count === 1 ? 'job is' : 'jobs are'} not done`,
        '"status dir" shows what they are waiting for.',
      );
    }
  },
};

async function waitForAll(context: CommandContext, signal: AbortSignal): Promise<void> {
  const { services, session } = context;
  await services.jobs.idle(signal);
  const failed: string[] = [];
  for (const jobId of session.startedJobs) {
    const status = await services.jobs.ended(jobId, signal);
    session.startedJobs.delete(jobId);
    if (!endedWell(status)) failed.push(`JobId ${jobId} ended with ${exitStatusText(status)}`);
  }
  if (failed.length > 0) throw new CommandError(failed.join(', '), 'Type messages to see why.');
}

async function waitForOne(context: CommandContext, signal: AbortSignal): Promise<void> {
  const jobId = await jobIdOnLine(context);
  const status = await context.services.jobs.ended(jobId, signal);
  context.session.startedJobs.delete(jobId);
  await context.print(`JobId=${jobId}\nJobStatus=${exitStatusText(status)} (${status})\n`);
  if (!endedWell(status)) {
    throw new CommandError(
      `JobId ${jobId} ended with ${exitStatusText(status)}`,
      'Type messages to see why.',
    );
  }
}

/** A job that is queued or running; else the newest of the catalog, which has ended. */
async function jobIdOnLine({ line, services }: CommandContext): Promise<number> {
  const jobId = line.integer('jobid');
  if (jobId !== undefined) {
    if (services.jobs.running().some((job) => job.jobId === jobId)) return jobId;
    if (await services.catalog.jobById(jobId)) return jobId;
    throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
  }
  const uniqueName = line.value('ujobid');
  const name = line.value('jobname', 'job');
  if (uniqueName === undefined && name === undefined) {
    throw new CommandError('which job is not said', 'Write wait jobid=NUMBER or wait jobname=NAME.');
  }
  const running = services.jobs.running().findLast((job) => job.job === uniqueName || job.name === name);
  if (running) return running.jobId;
  const ended = await services.catalog.listJobs({ ...(name !== undefined && { name }), order: 'desc' });
  const found = uniqueName === undefined ? ended[0] : ended.find(({ job }) => job === uniqueName);
  if (found) return found.jobId;
  throw new CommandError(`no Job "${uniqueName ?? name}" has run`, '"list jobs" shows the jobs.');
}
