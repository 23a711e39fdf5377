import { substituteCodes } from '../../commands/substitution.ts';
import type { CloneRequest } from '../jobs/job-environment.ts';
import type { DirectorServices } from '../services.ts';
import { checkArguments } from './check-arguments.ts';
import { resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import { CommandLine } from './command-line.ts';
import { run } from './commands/run.ts';
import { applyLine, applySubject, type RunDraft } from './run-draft.ts';

/**
 * Queues the Job that a `Run` directive of another Job names, with the keywords of the command `run`; resolves with its
 * JobId. The `%` codes are filled in when the line has been taken apart, so a name with blanks or quotes never becomes
 * another argument.
 * @throws CommandError, OperatorError when there is no such Job, or it cannot run like that.
 */
export async function queueClone(
  services: Pick<DirectorServices, 'conf' | 'jobs'>,
  { text, codes, who }: CloneRequest,
): Promise<number> {
  // The Job stands first, with or without its keyword.
  const named = /^\s*(job|jobname)=/i.test(text) ? text : `job=${text.trimStart()}`;
  const line = new CommandLine(`run ${named}`, (word) => substituteCodes(word, codes));
  checkArguments(run, line);
  const context = { line, conf: () => services.conf(), now: () => new Date() };
  const job = resourceOnLine(context, 'Job', 'job', 'jobname');
  if (!job) throw new CommandError('it names no Job', 'Begin it with the name of a Job.');
  if (job.type === 'Restore')
    throw new CommandError(`Job "${job.name}" restores, and a clone cannot say what`);
  const draft: RunDraft = { job, startedBy: who, isClone: true };
  applyLine(context, draft);
  applySubject(context, draft);
  return services.jobs.run(draft);
}
