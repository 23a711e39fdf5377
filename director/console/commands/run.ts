import type { JobResource } from '../../../configuration/director-conf.ts';
import { bootstrapDraft } from '../bootstrap-draft.ts';
import { announceCatalog } from '../catalog-line.ts';
import { chooseResource, resourceOnLine } from '../choose-resource.ts';
import { CommandCancelled, CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import {
  ABSENT_IN_RUNS,
  applyLine,
  applySubject,
  RESTORE_KEYWORDS,
  RUN_KEYWORDS,
  RUN_SYNONYMS,
  type RunDraft,
} from '../run-draft.ts';
import { wantsJson } from '../listing.ts';
import { parseNumberList } from '../number-list.ts';
import { restoreDraft } from '../restore-draft.ts';
import { jobsById, sourceOf } from '../restore-source.ts';
import { askToRun } from '../run-modify.ts';
import { runSummary } from '../run-summary.ts';

export const run: Command = {
  name: 'run',
  description: 'Run a job',
  keywords: { ...RUN_KEYWORDS, ...RUN_SYNONYMS, ...RESTORE_KEYWORDS, yes: 'flag', json: 'flag' },
  absentKeywords: {
    ...ABSENT_IN_RUNS,
    migrationjob: ['a Copy or Migrate works on the jobs that it selects', 'Name others with jobid=.'],
    alljobid: ['the Director itself says which jobs a job replaces', 'Leave it out.'],
    cloned: ['the Director itself says what a Run directive has started', 'Leave it out.'],
  },
  async run(outer) {
    const context = withoutProse(outer);
    let job = resourceOnLine(context, 'Job', 'job', 'jobname');
    await announceCatalog(context, 'jobs', job ? 'by resource' : 'automatic');
    if (!job) {
      await context.say('A job name must be specified.');
      job = await chooseResource(context, 'Job');
    }
    const draft = job.type === 'Restore' ? await draftOfRestore(context, job) : otherDraft(context, job);
    await sayJobId(outer, await confirmAndQueue(context, draft));
  },
};

/** A Restore job runs by a bootstrap file, or restores whole jobs; to choose files is the business of another command. @throws CommandError */
async function draftOfRestore(context: CommandContext, job: JobResource): Promise<RunDraft> {
  const { line } = context;
  const jobIds = line.value('jobid');
  if (jobIds !== undefined && !line.has('bootstrap')) {
    const source = sourceOf(await jobsById(context, parseNumberList('jobid', jobIds)));
    const everything = { path: Buffer.from('/'), recursive: true, marked: true };
    const selection = { jobIds: source.jobIds, rules: [everything] };
    return restoreDraft(context, job, { ...source, selection });
  }
  const file = line.value('bootstrap') ?? job.bootstrap;
  if (file) return bootstrapDraft(context, { job, file });
  throw new CommandError(
    `Job "${job.name}" restores, and this line does not say what`,
    'Use the restore command, or name JobIds with jobid=, or a bootstrap file with bootstrap=.',
  );
}

/** @throws CommandError */
function otherDraft(context: CommandContext, job: JobResource): RunDraft {
  const misplaced = Object.keys(RESTORE_KEYWORDS).find(
    (keyword) => !Object.hasOwn(RUN_KEYWORDS, keyword) && context.line.has(keyword),
  );
  if (misplaced !== undefined) {
    throw new CommandError(
      `"${misplaced}=" says how files are restored; Job "${job.name}" is a ${job.type}`,
      'Leave it out.',
    );
  }
  const draft: RunDraft = { job, startedBy: context.session.who };
  applyLine(context, draft);
  applySubject(context, draft);
  return draft;
}

/** With JSON only the JobId is said, at the end. */
export function withoutProse(context: CommandContext): CommandContext {
  return wantsJson(context) ? { ...context, say: async () => {}, print: async () => {} } : context;
}

/** `{"JobId":7}`, or null when nothing was started; what `wantsJson` does not want has been said already. */
export async function sayJobId(context: CommandContext, jobId: number | undefined): Promise<void> {
  if (wantsJson(context)) await context.say(JSON.stringify({ JobId: jobId ?? null }));
}

/** The end of `run` and `restore`: summary, question unless `yes` stands on the line, and the job is queued. Resolves with its JobId. */
export async function confirmAndQueue(
  context: CommandContext,
  draft: RunDraft,
  { storageName }: { storageName?: string } = {},
): Promise<number | undefined> {
  const catalogName = context.conf().catalogs[0]?.name ?? '';
  const now = context.now();
  try {
    if (
      !context.line.has('yes') &&
      !(await askToRun(context, draft, () => runSummary(draft, { now, catalogName, storageName })))
    ) {
      await context.say('Job not run.');
      return undefined;
    }
  } catch (error) {
    if (error instanceof CommandCancelled) throw new CommandCancelled('Job not run.');
    throw error;
  }
  const jobId = await context.services.jobs.run(draft);
  context.session.startedJobs.add(jobId);
  await context.say(`Job queued. JobId=${jobId}`);
  return jobId;
}
