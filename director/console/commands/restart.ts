import { announceCatalog } from '../catalog-line.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';
import { checkArguments } from '../check-arguments.ts';
import { jobLine } from '../job-line.ts';
import { RESUME_KEYWORDS, resumeJobs } from './resume.ts';
import { levelWord } from '../../jobs/job-codes.ts';
import { applyLine, RUN_KEYWORDS, type RunDraft } from '../run-draft.ts';
import { chooseFromMenu } from '../prompts.ts';
import { endedWell } from '../../reports/termination.ts';
import { confirmAndQueue, sayJobId, withoutProse } from './run.ts';

/** Jobs of the menu at most, the newest first. */
const JOBS_OFFERED = 20;

/** Runs a backup that failed, or any other, again with the settings it had. */
export const restart: Command = {
  name: 'restart',
  description: 'Run a job again that failed or was canceled',
  keywords: { jobid: 'text', incomplete: 'flag', all: 'flag', ...RUN_KEYWORDS, yes: 'flag' },
  async run(outer) {
    const context = withoutProse(outer);
    const { line, services } = context;
    if (line.has('incomplete')) {
      checkArguments('restart incomplete', RESUME_KEYWORDS, line);
      return resumeJobs(context);
    }
    await announceCatalog(context, 'jobs');
    const jobId = line.integer('jobid');
    const name = line.value('job');
    const recent = await services.catalog.listJobs({ type: 'B', name, order: 'desc', limit: 200 });
    const failed = recent
      .filter(({ endTime, jobStatus }) => endTime && !endedWell(jobStatus))
      .slice(0, JOBS_OFFERED);
    const row =
      jobId !== undefined
        ? await services.catalog.jobById(jobId)
        : failed.length === 0
          ? undefined
          : failed[
              await chooseFromMenu(context, {
                heading: 'Jobs that did not end well:',
                prompt: 'Select Job to restart',
                items: failed.map(jobLine),
              })
            ];
    if (!row) {
      throw new CommandError(
        jobId === undefined ? 'no backup has failed' : `there is no JobId ${jobId}`,
        '"list jobs" shows the jobs.',
      );
    }
    if (row.type !== 'B')
      throw new CommandError(`JobId ${row.jobId} is no backup`, 'Name the JobId of a backup.');
    const draft: RunDraft = {
      job: resourceNamed(context, 'Job', row.name),
      level: levelWord(row.level),
      client: resourceNamed(context, 'Client', row.clientName),
      fileSet: resourceNamed(context, 'FileSet', row.fileSetName),
      priority: row.priority,
      accurate: row.accurate,
      startedBy: context.session.who,
    };
    applyLine(context, draft);
    await sayJobId(outer, await confirmAndQueue(context, draft));
  },
};
