import type { JobRow } from '../../../catalog/rows.ts';
import { levelWord } from '../../jobs/job-codes.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { CommandContext } from '../command.ts';
import { confirmAndQueue, sayJobId, withoutProse } from './run.ts';
import { badBackups, chooseJob, fileSetNameOf, newestBadBackups, stillInConf } from '../ended-backups.ts';
import { jobLine } from '../job-line.ts';
import { parseNumberList } from '../number-list.ts';
import { confirm } from '../prompts.ts';
import { applyLine, type RunDraft } from '../run-draft.ts';

/**
 * Runs backups anew: those that the line names, which may be good ones, `all` that it describes, or the one chosen from a menu.
 * @param ends How they have ended, as letters of the catalog; empty: in any way but well.
 */
export async function restartJobs(outer: CommandContext, ends: string): Promise<void> {
  const context = withoutProse(outer);
  await announceCatalog(context, 'jobs');
  const rows = await chosenJobs(context, ends);
  // All before the first is queued: a line that does not fit one of them restarts none.
  const drafts = rows.map((row) => draftOf(context, row));
  const [only] = drafts;
  if (only && drafts.length === 1) return sayJobId(outer, await confirmAndQueue(context, only));
  const { line, services, session, say } = context;
  if (!line.has('yes')) {
    await say(rows.map(jobLine).join('\n'));
    if (!(await confirm(context, `Confirm restart of ${rows.length} Jobs`))) return say('Nothing restarted.');
  }
  for (const draft of drafts) {
    const jobId = await services.jobs.run(draft);
    session.startedJobs.add(jobId);
    await say(`Job queued. JobId=${jobId}`);
    await sayJobId(outer, jobId);
  }
}

async function chosenJobs(context: CommandContext, ends: string): Promise<JobRow[]> {
  const { line } = context;
  const ids = line.value('jobid');
  if (ids !== undefined) {
    return Promise.all(parseNumberList('jobid', ids).map((id) => jobNamed(context, id, ends)));
  }
  if (line.has('all') && ends === '') {
    throw new CommandError('"all" does not say which jobs', 'Add "failed", "canceled" or "incomplete".');
  }
  const found = line.has('all')
    ? await stillInConf(context, await newestBadBackups(context, ends))
    : await badBackups(context, ends);
  if (found.length === 0) {
    const words = ends === '' ? 'no backup has failed' : 'there is no such backup that still has to be run';
    throw new CommandError(words, '"list jobs" shows the jobs.');
  }
  if (line.has('all')) return found;
  return [
    await chooseJob(context, found, {
      heading: 'Jobs that did not end well:',
      prompt: 'Select Job to restart',
    }),
  ];
}

async function jobNamed({ services }: CommandContext, jobId: number, ends: string): Promise<JobRow> {
  const row = await services.catalog.jobById(jobId);
  if (!row) throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
  if (row.type !== 'B') throw new CommandError(`JobId ${jobId} is no backup`, 'Name the JobId of a backup.');
  if (ends === '' || ends.includes(row.jobStatus)) return row;
  throw new CommandError(
    `the status of JobId ${jobId} is ${row.jobStatus}`,
    '"restart jobid=" takes any backup.',
  );
}

function draftOf(context: CommandContext, row: JobRow): RunDraft {
  const draft: RunDraft = {
    job: resourceNamed(context, 'Job', row.name),
    level: levelWord(row.level),
    client: resourceNamed(context, 'Client', row.clientName),
    fileSet: resourceNamed(context, 'FileSet', fileSetNameOf(context, row)),
    priority: row.priority,
    accurate: row.accurate,
    startedBy: context.session.who,
  };
  applyLine(context, draft);
  return draft;
}
