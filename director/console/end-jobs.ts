import type { RunningJob } from '../services.ts';
import { resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext, KeywordValue } from './command.ts';
import { chooseFromMenu, confirm } from './prompts.ts';
import { runningJobsOnLine } from './running-jobs.ts';

/** How a command that ends jobs says what it does. */
export interface EndWords {
  /** "cancel": its own name. */
  readonly verb: string;
  /** "canceled" */
  readonly done: string;
}

export const END_KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  jobid: 'text',
  job: 'job',
  ujobid: 'text',
  all: 'flag',
  inactive: 'flag',
  client: 'client',
  storage: 'storage',
  yes: 'flag',
};

/**
 * Ends the queued and running jobs that the line or the admin chooses, which takes a confirmation unless it names them.
 * @param end Tells one to end; answers false when it has ended already.
 */
export async function endJobs(
  context: CommandContext,
  { verb, done }: EndWords,
  end: (jobId: number, reason: string) => boolean,
): Promise<void> {
  const { session, say, line } = context;
  if (line.has('inactive')) {
    throw new CommandError(
      'there are no inactive jobs here',
      'Without "inactive" it ends jobs that run or wait.',
    );
  }
  const chosen = await jobsToEnd(context, runningHere(context), verb);
  if (chosen.length === 0) return say('No Jobs running.');
  if (!line.has('yes', 'jobid', 'job', 'ujobid')) {
    await say(chosen.map(({ jobId, job }) => `JobId=${jobId} Job=${job}`).join('\n'));
    const count = `${chosen.length} Job${chosen.length === 1 ? '' : 's'}`;
    if (!(await confirm(context, `Confirm ${verb} of ${count}`))) return say(`Nothing ${done}.`);
  }
  for (const { jobId, job } of chosen) {
    if (end(jobId, `on command of ${session.who}`)) {
      await say(`2001 Job "${job}" marked to be ${done}.`);
      await say(`3000 JobId=${jobId} Job="${job}" marked to be ${done}.`);
    } else {
      await say(`Job "${job}" has ended in the meantime.`);
    }
  }
}

/** Those of the client and the storage on the line, if there are any. */
function runningHere(context: CommandContext): readonly RunningJob[] {
  const client = resourceOnLine(context, 'Client', 'client')?.name;
  const storage = resourceOnLine(context, 'Storage', 'storage')?.name;
  return context.services.jobs
    .running()
    .filter(
      (job) =>
        (client ?? job.clientName) === job.clientName && (storage ?? job.storageName) === job.storageName,
    );
}

async function jobsToEnd(
  context: CommandContext,
  running: readonly RunningJob[],
  verb: string,
): Promise<readonly RunningJob[]> {
  const named = runningJobsOnLine(context);
  if (named) return named;
  if (context.line.has('all') || running.length === 0) return running;
  const [only] = running;
  if (running.length === 1) {
    await context.say(`Automatically selected Job: JobId=${only!.jobId} Job=${only!.job}`);
    return running;
  }
  const index = await chooseFromMenu(context, {
    heading: 'Select Job(s):',
    prompt: `Choose Job list to ${verb}`,
    items: running.map(({ jobId, job }) => `JobId=${jobId} Job=${job}`),
  });
  return [running[index]!];
}
