import type { ClientResource, JobResource } from '../../configuration/director-conf.ts';
import { regexWhereOfJob } from '../jobs/path-relocation.ts';
import type { RestoreSelection } from '../services.ts';
import { chooseResource, resourceOnLine } from './choose-resource.ts';
import type { CommandContext } from './command.ts';
import { applyRestoreLine, checkedReplace, checkedWhere, type RunDraft } from './run-draft.ts';

/** The run of a Restore job that restores a selection: what the line does not say, the Job says. */
export async function restoreDraft(
  context: CommandContext,
  job: JobResource,
  { clientName, fileSetName, selection }: ChosenFiles,
): Promise<RunDraft> {
  const { clients, fileSets } = context.conf();
  const client = clients.find(({ name }) => name === clientName);
  const draft: RunDraft = {
    job,
    client,
    fileSet: fileSets.find(({ name }) => name === fileSetName),
    restore: {
      selection,
      restoreClient: job.restoreClient ?? client ?? (await anotherClient(context, clientName)),
      where: checkedWhere(job.where ?? ''),
      regexWhere: regexWhereOfJob(job),
      replace: checkedReplace(job.replace),
    },
    startedBy: context.session.who,
  };
  applyRestoreLine(context, draft);
  if (context.line.has('where') && draft.restore?.regexWhere) {
    await context.say('"where" is not used: what RegexWhere makes of a path is the whole path.');
  }
  return draft;
}

/** What is restored, and whose it is. */
export interface ChosenFiles {
  readonly clientName: string;
  readonly fileSetName: string;
  readonly selection: RestoreSelection;
}

async function anotherClient(context: CommandContext, clientName: string): Promise<ClientResource> {
  return (
    resourceOnLine(context, 'Client', 'restoreclient') ??
    (await chooseResource(context, 'Client', undefined, {
      heading: `Client ${clientName} is no longer defined. Restore to:`,
      prompt: 'Select Client (File daemon) resource',
    }))
  );
}
