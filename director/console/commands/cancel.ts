import type { RunningJob } from '../../services.ts';
import type { Command, CommandContext } from '../command.ts';
import { chooseFromMenu, confirm } from '../prompts.ts';
import { runningJobsOnLine } from '../running-jobs.ts';

export const cancel: Command = {
  name: 'cancel',
  description: 'Cancel a job',
  keywords: { jobid: 'text', job: 'job', ujobid: 'text', all: 'flag', yes: 'flag' },
  async run(context) {
    const { services, session, say, line } = context;
    const running = services.jobs.running();
    const chosen = await jobsToCancel(context, running);
    if (chosen.length === 0) return say('No Jobs running.');
    if (!line.has('yes', 'jobid', 'job', 'ujobid')) {
      await say(chosen.map(({ jobId, job }) => `JobId=${jobId} Job=${job}`).join('\n'));
      const count = `${chosen.length} Job${chosen.length === 1 ? '' : 's'}`;
      if (!(await confirm(context, `Confirm cancel of ${count}`))) return say('Nothing canceled.');
    }
    for (const { jobId, job } of chosen) {
      if (services.jobs.cancel(jobId, `on command of ${session.who}`)) {
        await say(`2001 Job "${job}" marked to be canceled.`);
        await say(`3000 JobId=${jobId} Job="${job}" marked to be canceled.`);
      } else {
        await say(`Job "${job}" has ended in the meantime.`);
      }
    }
  },
};

async function jobsToCancel(
  context: CommandContext,
  running: readonly RunningJob[],
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
    prompt: 'Choose Job list to cancel',
    items: running.map(({ jobId, job }) => `JobId=${jobId} Job=${job}`),
  });
  return [running[index]!];
}
