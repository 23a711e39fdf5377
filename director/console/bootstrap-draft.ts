import { isAbsolute } from 'node:path';
import type { JobResource } from '../../configuration/director-conf.ts';
import { readBootstrap } from '../bootstrap/read-bootstrap.ts';
import { bootstrapRestore } from '../jobs/bootstrap-restore.ts';
import { resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { applyRestoreLine, checkedWhere, type RunDraft } from './run-draft.ts';

/** A restore by a bootstrap file, as the line and the Job say. @throws CommandError, BootstrapRefused, RunRefused */
export async function bootstrapDraft(
  context: CommandContext,
  { job, file }: { readonly job: JobResource; readonly file: string },
): Promise<RunDraft> {
  const client = resourceOnLine(context, 'Client', 'client', 'backupclient', 'fd');
  const restore = bootstrapRestore(job, await checkedBootstrap(context, file));
  const draft: RunDraft = {
    job,
    client: client ?? job.client,
    restore: {
      ...restore,
      restoreClient: job.restoreClient ?? client ?? job.client,
      where: checkedWhere(restore.where),
    },
    startedBy: context.session.who,
  };
  applyRestoreLine(context, draft);
  return draft;
}

/**
 * The file is read now, so that what is wrong with it is said before there is a job.
 * @throws CommandError, BootstrapRefused, RunRefused
 */
export async function checkedBootstrap({ session }: CommandContext, file: string): Promise<string> {
  if (session.consoleName !== undefined) {
    throw new CommandError(
      `console "${session.consoleName}" may not restore by a bootstrap file: whose files it names cannot be told`,
      "Use the default console, with the Director's own password.",
    );
  }
  if (!isAbsolute(file)) {
    throw new CommandError(`"bootstrap=${file}" is no absolute path`, 'Begin it with a slash.');
  }
  await readBootstrap(file);
  return file;
}
