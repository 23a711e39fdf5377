import { formatSpeed, parseSpeed } from '../../../configuration/values/size.ts';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { RunningJob } from '../../services.ts';
import { resourceOnLineOrChosen } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { runningJobsOnLine } from '../running-jobs.ts';

/**
 * Replaces the speed limits that the Director's conf gives: of the jobs that are named, or of a client: of its jobs that
 * run, and of those to come until the conf is read again. What the client's own conf says holds beside it.
 */
export const setbandwidth: Command = {
  name: 'setbandwidth',
  description: 'Limit the speed of jobs, 0 for no limit',
  keywords: { limit: 'text', client: 'client', jobid: 'text', job: 'job', ujobid: 'text' },
  async run(context) {
    const { line, services, say } = context;
    const jobs = runningJobsOnLine(context);
    const client = jobs ? undefined : await resourceOnLineOrChosen(context, 'Client', 'client');
    const limit = readLimit(line.value('limit') ?? (await context.ask('Enter new bandwidth limit: ')));
    if (client) {
      services.jobs.setClientBandwidth(client, limit);
      await say(`Client "${client.name}": ${limitText(limit)} for its jobs, until the conf is read again`);
    }
    const running = jobs ?? services.jobs.running().filter(({ clientName }) => clientName === client?.name);
    await setAll(context, running, limit);
  },
};

/** @throws CommandError when a client could not be told, behind all others. */
async function setAll(
  { services, say }: CommandContext,
  jobs: readonly RunningJob[],
  limit: number,
): Promise<void> {
  const failures: string[] = [];
  for (const { jobId, job } of jobs) {
    try {
      const holds = await services.jobs.setBandwidth(jobId, limit);
      if (holds === undefined) await say(`Job "${job}" has ended in the meantime.`);
      else await say(`JobId=${jobId} Job="${job}": ${limitText(holds)}${reason(holds, limit)}`);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      failures.push(`JobId ${jobId} goes on as before: ${error.message}`);
    }
  }
  if (failures.length > 0) throw new CommandError(failures.join('; '), 'Try again.');
}

function readLimit(text: string): number {
  const limit = parseSpeed(text);
  if (limit !== undefined) return limit;
  throw new CommandError(
    `"${text}" is no speed`,
    'Write limit=5mb/s, limit=500k/s, or limit=0 for no limit.',
  );
}

function limitText(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? 'no limit' : `limited to ${formatSpeed(bytesPerSecond)}`;
}

function reason(holds: number, asked: number): string {
  return holds === asked ? '' : ", which the client's own conf says";
}
