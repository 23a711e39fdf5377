import type { RunningJob } from '../services.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { parseNumberList } from './number-list.ts';

/**
 * The queued and running jobs that the line names with jobid=, ujobid= or job=; undefined when it has none of these.
 * @throws CommandError when one of them does not run
 */
export function runningJobsOnLine({ line, services }: CommandContext): readonly RunningJob[] | undefined {
  const running = services.jobs.running();
  const ids = line.value('jobid');
  if (ids !== undefined) {
    return parseNumberList('jobid', ids).map(
      (jobId) => running.find((job) => job.jobId === jobId) ?? notRunning(`JobId ${jobId}`),
    );
  }
  const name = line.value('ujobid', 'job');
  if (name === undefined) return undefined;
  const named = running.filter((job) => job.job === name || job.name === name);
  return named.length > 0 ? named : notRunning(`Job "${name}"`);
}

function notRunning(what: string): never {
  throw new CommandError(`${what} is not running`, '"status dir" shows the jobs that are.');
}
