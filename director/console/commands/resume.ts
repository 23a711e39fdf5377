import type { JobRow } from '../../../catalog/rows.ts';
import { levelName } from '../../jobs/job-codes.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceNamed, resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext, KeywordValue } from '../command.ts';
import { jobLine } from '../job-line.ts';
import { parseNumberList } from '../number-list.ts';
import { chooseFromMenu, confirm } from '../prompts.ts';
import { applyLine, type RunDraft } from '../run-draft.ts';

/** Jobs of the menu at most, the newest first. */
const JOBS_OFFERED = 20;

export const RESUME_KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  jobid: 'text',
  incomplete: 'flag',
  all: 'flag',
  job: 'job',
  client: 'client',
  fileset: 'fileset',
  storage: 'storage',
  when: 'text',
  priority: 'text',
  comment: 'text',
  spooldata: ['yes', 'no'],
  yes: 'flag',
};

/** Lets incomplete backups go on from what they have saved. */
export const resume: Command = {
  name: 'resume',
  description: 'Resume a job that is incomplete',
  keywords: RESUME_KEYWORDS,
  run: resumeJobs,
};

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
  const found = await incompleteJobs(context);
  if (found.length === 0) {
    throw new CommandError(
      'there is no incomplete job',
      '"restart" runs one anew that failed or was canceled.',
    );
  }
  if (line.has('all')) return found;
  const offered = found.slice(0, JOBS_OFFERED);
  const index = await chooseFromMenu(context, {
    heading: 'Incomplete Jobs:',
    prompt: 'Select Job to resume',
    items: offered.map(jobLine),
  });
  return [offered[index]!];
}

/** Newest first. */
async function incompleteJobs(context: CommandContext): Promise<JobRow[]> {
  const rows = await context.services.catalog.listJobs({
    ...{ type: 'B', status: 'I', order: 'desc' },
    name: resourceOnLine(context, 'Job', 'job')?.name,
    clientName: resourceOnLine(context, 'Client', 'client')?.name,
  });
  const fileSet = resourceOnLine(context, 'FileSet', 'fileset')?.name;
  return rows.filter(({ fileSetName }) => fileSet === undefined || fileSetName === fileSet);
}

async function jobNamed({ services }: CommandContext, jobId: number): Promise<JobRow> {
  const row = await services.catalog.jobById(jobId);
  if (!row) throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
  if (row.type === 'B' && row.jobStatus === 'I') return row;
  const text = `JobId ${jobId} is not incomplete: its status is ${row.jobStatus}`;
  throw new CommandError(text, '"restart" runs a job anew that failed or was canceled.');
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
