import type { JobRow } from '../../catalog/rows.ts';
import { levelLetter, levelName } from '../jobs/job-codes.ts';
import { endedWell } from '../reports/termination.ts';
import { resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext, KeywordValue } from './command.ts';
import { BACKUP_LEVELS } from './job-words.ts';
import { jobLine } from './job-line.ts';
import { chooseFromMenu } from './prompts.ts';

/** Jobs of a menu at most, the newest first. */
const JOBS_OFFERED = 20;
/** Backups looked at, the newest first, for those that did not end well. */
const RECENT_JOBS = 1_000;

/** How a backup has ended, as `resume` and `restart` take it, and the letters of the catalog. */
const ENDS = { incomplete: 'I', canceled: 'A', failed: 'Eef' } as const;

/** What both commands take to say which backups they mean; with `jobid=` all but these words belong to the run. */
export const ENDED_KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  jobid: 'text',
  incomplete: 'flag',
  canceled: 'flag',
  failed: 'flag',
  running: 'flag',
  all: 'flag',
  job: 'job',
  client: 'client',
  fileset: 'fileset',
  level: BACKUP_LEVELS,
};

/**
 * The letters of the ends that the line names; empty when it names none.
 * @throws CommandError for "running", which no job is that could be run again, and for incomplete ones together with others.
 */
export function endsOnLine({ line }: CommandContext): string {
  if (line.has('running')) {
    throw new CommandError(
      'what runs cannot be run again, and what a Director ran that died does not stand as running',
      'It is "incomplete" if it can go on, else "failed".',
    );
  }
  const letters = Object.entries(ENDS)
    .filter(([word]) => line.has(word))
    .map(([, ends]) => ends)
    .join('');
  if (letters.includes('I') && letters !== 'I') {
    throw new CommandError(
      '"incomplete" jobs go on, "failed" and "canceled" ones are run anew',
      'Give two commands.',
    );
  }
  return letters;
}

/** The newest first, as far as they fit the line. */
export async function incompleteBackups(context: CommandContext): Promise<JobRow[]> {
  const rows = await context.services.catalog.listJobs({ type: 'B', status: 'I', order: 'desc' });
  return rows.filter((row) => misfit(context, row) === undefined);
}

/**
 * Those that did not end well and fit the line, the newest first.
 * @param ends Letters of the catalog; empty for all.
 */
export async function badBackups(context: CommandContext, ends: string): Promise<JobRow[]> {
  const rows = await recentBackups(context);
  return rows.filter(
    (row) =>
      row.endTime !== undefined &&
      !endedWell(row.jobStatus) &&
      (ends === '' || ends.includes(row.jobStatus)) &&
      misfit(context, row) === undefined,
  );
}

/**
 * Of a Job, Client and FileSet only the one that began last: what has been run again since, or is being run, needs no further run.
 * A migrated backup began when its original did.
 */
export async function newestBadBackups(context: CommandContext, ends: string): Promise<JobRow[]> {
  const newest = new Map<string, JobRow>();
  for (const row of await recentBackups(context)) {
    const series = JSON.stringify([row.name, row.clientName, fileSetNameOf(context, row)]);
    const other = newest.get(series);
    if (other === undefined || beganAt(row) > beganAt(other)) newest.set(series, row);
  }
  const bad = new Set((await badBackups(context, ends)).map(({ jobId }) => jobId));
  return [...newest.values()].filter(({ jobId }) => bad.has(jobId));
}

/** Of one that waits, when it was to begin. */
function beganAt({ startTime, schedTime }: JobRow): number {
  return (startTime ?? schedTime)?.getTime() ?? 0;
}

function recentBackups({ services }: CommandContext): Promise<JobRow[]> {
  return services.catalog.listJobs({ type: 'B', order: 'desc', limit: RECENT_JOBS });
}

/** What of `job=`, `client=`, `fileset=` and `level=` on the line the job is not; undefined when it fits. @throws CommandError */
export function misfit(context: CommandContext, row: JobRow): string | undefined {
  const level = levelOnLine(context);
  if (level !== undefined && level !== row.level) return `its level is ${levelName(row.level)}`;
  const job = resourceOnLine(context, 'Job', 'job');
  if (job && job.name !== row.name) return `its Job is "${row.name}"`;
  const client = resourceOnLine(context, 'Client', 'client');
  if (client && client.name !== row.clientName) return `its Client is "${row.clientName}"`;
  const fileSet = resourceOnLine(context, 'FileSet', 'fileset');
  const own = fileSetNameOf(context, row);
  return fileSet && fileSet.name !== own ? `its FileSet is "${own}"` : undefined;
}

/** Of a job that ended in the queue the catalog has none: it is that of its Job. Empty when the conf has no such Job. */
export function fileSetNameOf({ conf }: Pick<CommandContext, 'conf'>, row: JobRow): string {
  if (row.fileSetName !== '') return row.fileSetName;
  return conf().jobs.find(({ name }) => name === row.name)?.fileSet.name ?? '';
}

function levelOnLine({ line }: CommandContext): string | undefined {
  const word = line.value('level');
  if (word === undefined) return undefined;
  const letter = levelLetter(word);
  if (letter !== undefined && BACKUP_LEVELS.some((level) => levelLetter(level) === letter)) return letter;
  throw new CommandError(`"${word}" is no level of a Backup Job`, `It has: ${BACKUP_LEVELS.join(', ')}.`);
}

/** Those that the conf in force still has all resources for; says of each other one why it is left out. */
export async function stillInConf(context: CommandContext, rows: readonly JobRow[]): Promise<JobRow[]> {
  const { jobs, clients, fileSets } = context.conf();
  const kept: JobRow[] = [];
  for (const row of rows) {
    const gone =
      (!named(jobs, row.name) && `Job "${row.name}"`) ||
      (!named(clients, row.clientName) && `Client "${row.clientName}"`) ||
      (!named(fileSets, fileSetNameOf(context, row)) && `FileSet "${row.fileSetName}"`);
    if (gone === false) kept.push(row);
    else await context.say(`JobId ${row.jobId} is left out: the conf has no ${gone} any more.`);
  }
  return kept;
}

function named(resources: readonly { readonly name: string }[], name: string): boolean {
  return resources.some((resource) => resource.name === name);
}

/** One of them, by a menu of the newest. */
export async function chooseJob(
  context: CommandContext,
  jobs: readonly JobRow[],
  menu: { readonly heading: string; readonly prompt: string },
): Promise<JobRow> {
  const offered = jobs.slice(0, JOBS_OFFERED);
  return offered[await chooseFromMenu(context, { ...menu, items: offered.map(jobLine) })]!;
}
