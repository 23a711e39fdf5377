import type { JobRow } from '../../../catalog/rows.ts';
import { levelName } from '../../jobs/job-codes.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { CommandContext } from '../command.ts';
import { chooseJob, incompleteBackups, misfit, stillInConf } from '../ended-backups.ts';
import { jobLine } from '../job-line.ts';
import { parseNumberList } from '../number-list.ts';
import { confirm } from '../prompts.ts';
import { applyLine, type RunDraft } from '../run-draft.ts';

/** Queues the incomplete jobs that the line names, `all` that it describes, or the one chosen from a menu. */
export async function resumeJobs(context: CommandContext): Promise<void> {
  const { line, services, session, say } = context;
  await announceCatalog(context, 'jobs');
  const rows = await chosenJobs(context);
  if (!line.has('yes', 'jobid')) {
    await say(rows.map(jobLine).join('\n'));
    const count = `${rows.length} Job${rows.length === 1 ? '' : 's'}`;
    if (!(await confirm(context, `Confirm resume of ${count}`))) return say('Nothing resumed.');
  }
  // All before the first is queued: a line that does not fit one of them resumes none.
  const drafts = rows.map((row) => draftOf(context, row));
  for (const draft of drafts) {
    const jobId = await services.jobs.run(draft);
    session.startedJobs.add(jobId);
    await say(`Job queued. JobId=${jobId}`);
  }
}

async function chosenJobs(context: CommandContext): Promise<JobRow[]> {
  const { line } = context;
  const ids = line.value('jobid');
  if (ids !== undefined) return Promise.all(parseNumberList('jobid', ids).map((id) => jobNamed(context, id)));
  const incomplete = await incompleteBackups(context);
  const found = line.has('all') ? await stillInConf(context, incomplete) : incomplete;
  if (found.length === 0) {
    throw new CommandError(
      'there is no incomplete job',
      '"restart" runs one anew that failed or was canceled.',
    );
  }
  if (line.has('all')) return found;
  return [await chooseJob(context, found, { heading: 'Incomplete Jobs:', prompt: 'Select Job to resume' })];
}

async function jobNamed(context: CommandContext, jobId: number): Promise<JobRow> {
  const row = await context.services.catalog.jobById(jobId);
  if (!row) throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
  if (row.type !== 'B' || row.jobStatus !== 'I') {
    const text = `JobId ${jobId} is not incomplete: its status is ${row.jobStatus}`;
    throw new CommandError(text, '"restart" runs a job anew that failed or was canceled.');
  }
  const other = misfit(context, row);
  if (other === undefined) return row;
  throw new CommandError(
    `JobId ${jobId} goes on as what it is: ${other}`,
    'Leave it out, or "restart" the job.',
  );
}

function draftOf(context: CommandContext, row: JobRow): RunDraft {
  const job = resourceNamed(context, 'Job', row.name);
  const draft: RunDraft = {
    job,
    level: levelName(row.level),
    client: resourceNamed(context, 'Client', row.clientName),
    fileSet: resourceNamed(context, 'FileSet', row.fileSetName),
    pool: resourceNamed(context, 'Pool', row.poolName),
    priority: row.priority,
    accurate: row.accurate,
    startedBy: context.session.who,
    resume: { jobId: row.jobId },
  };
  applyLine(context, draft);
  return draft;
}
