import type { JobRow } from '../../catalog/rows.ts';
import type { ClientResource } from '../../configuration/director-conf.ts';
import { formatDateTime } from '../../text/civil-time.ts';
import { chooseResource, resourceOnLine } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { endedWell } from '../reports/termination.ts';
import { listingOf, renderListing, type Columns } from './listing.ts';
import { chooseFromMenu } from './prompts.ts';
import { parseDate } from './when.ts';

/** The jobs that files are restored from: of one client, and together one state of its files. */
export interface RestoreSource {
  readonly clientName: string;
  readonly fileSetName: string;
  readonly jobIds: readonly number[];
  /** Of all jobs together; a file that is in several counts several times. */
  readonly filesMax: number;
}

/** The client of the line, or chosen: whose files are wanted. */
export async function backupClient(context: CommandContext): Promise<ClientResource> {
  return (
    resourceOnLine(context, 'Client', 'client', 'backupclient') ??
    (await chooseResource(context, 'Client', undefined, {
      heading: 'Defined Clients:',
      prompt: 'Select the Client',
    }))
  );
}

/** The newest state of a client's FileSet, or that at a time. Prints the jobs found. */
export async function newestBackup(context: CommandContext, before?: Date): Promise<RestoreSource> {
  const { name: clientName } = await backupClient(context);
  const fileSetName = await backedUpFileSet(context, clientName);
  const chain = await chainOf(context, { clientName, fileSetName, before });
  return announceSource(context, chain);
}

/**
 * A Full with what followed it; with `pool=` on the line, of the jobs that wrote to that Pool.
 * @throws CommandError when there is none.
 */
export async function chainOf(
  context: CommandContext,
  query: { clientName: string; fileSetName: string; before?: Date },
): Promise<JobRow[]> {
  const { services, now } = context;
  const poolName = resourceOnLine(context, 'Pool', 'pool')?.name;
  const chain = await services.catalog.restoreChain({ ...query, poolName });
  if (chain.length > 0) return chain;
  throw new CommandError(
    `No Full backup before ${formatDateTime(query.before ?? now())} found, ` +
      `of Client ${query.clientName} and FileSet ${query.fileSetName}${poolName === undefined ? '' : ` in Pool ${poolName}`}`,
    `"list jobs client=${query.clientName}" shows its jobs.`,
  );
}

/**
 * Exactly these jobs.
 * @throws CommandError when one cannot be restored from, or they do not belong together.
 */
export async function jobsById(
  { services, line }: CommandContext,
  jobIds: readonly number[],
): Promise<JobRow[]> {
  const jobs: JobRow[] = [];
  for (const jobId of jobIds) {
    const job = await services.catalog.jobById(jobId);
    if (!job) throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
    if (job.type === 'C' && !line.has('copies')) {
      throw new CommandError(`JobId ${jobId} is a copy`, 'Add "copies" to restore from it.');
    }
    if (job.type !== 'B' && job.type !== 'C') {
      throw new CommandError(`JobId ${jobId} is no backup`, 'Name JobIds of backups.');
    }
    if (!endedWell(job.jobStatus)) {
      throw new CommandError(
        `JobId ${jobId} did not end well, its status is ${job.jobStatus}`,
        'Leave it out.',
      );
    }
    if (job.clientId !== jobs[0]?.clientId && jobs[0]) {
      throw new CommandError(
        `JobId ${jobId} is of Client ${job.clientName}, JobId ${jobs[0].jobId} of ${jobs[0].clientName}`,
        'Restore one client after the other.',
      );
    }
    jobs.push(job);
  }
  return jobs;
}

/** @throws CommandError when the catalog has forgotten the files of a job. */
export function sourceOf(jobs: readonly JobRow[]): RestoreSource {
  const [first] = jobs;
  if (!first) throw new CommandError('no job is selected', 'Name a JobId.');
  const forgotten = jobs.find(({ purgedFiles }) => purgedFiles);
  if (forgotten) {
    throw new CommandError(
      `the files of JobId ${forgotten.jobId} are no longer in the catalog`,
      'Choose a newer backup, or bring them back from the volumes: restore bootstrap=FILE, or noctule volume scan.',
    );
  }
  return {
    clientName: first.clientName,
    fileSetName: first.fileSetName,
    jobIds: jobs.map(({ jobId }) => jobId),
    filesMax: jobs.reduce((sum, { jobFiles }) => sum + jobFiles, 0),
  };
}

type JobOnVolume = JobRow & { readonly volumeName: string };

const CHAIN_COLUMNS: Columns<JobOnVolume> = [
  ['JobId', (job) => job.jobId],
  ['Level', (job) => job.level],
  ['JobFiles', (job) => job.jobFiles],
  ['JobBytes', (job) => job.jobBytes],
  ['StartTime', (job) => job.startTime ?? 0],
  ['VolumeName', (job) => job.volumeName],
];

/** Prints the jobs with their volumes; of one, a line for each volume. */
export async function announceSource(
  context: CommandContext,
  jobs: readonly JobRow[],
): Promise<RestoreSource> {
  const source = sourceOf(jobs);
  const rows: JobOnVolume[] = [];
  for (const job of jobs) {
    const volumes = new Set(
      (await context.services.catalog.jobMedia(job.jobId)).map(({ volumeName }) => volumeName),
    );
    // A job without data lies on no volume, and has nothing to restore.
    for (const volumeName of volumes) rows.push({ ...job, volumeName });
  }
  await context.print(renderListing(listingOf(CHAIN_COLUMNS, rows), 'table'));
  await announceJobIds(context, source.jobIds);
  return source;
}

export async function announceJobIds({ say }: CommandContext, jobIds: readonly number[]): Promise<void> {
  await say(`You have selected the following JobId${jobIds.length === 1 ? '' : 's'}: ${jobIds.join(',')}`);
}

/** The time of `before=`. */
export function beforeOnLine({ line }: CommandContext): Date | undefined {
  const text = line.value('before');
  return text === undefined ? undefined : parseDate(text);
}

/** By keyword, else one of those the client has backups of. */
async function backedUpFileSet(context: CommandContext, clientName: string): Promise<string> {
  const named = context.line.value('fileset');
  if (named !== undefined) return named;
  const names = (await context.services.catalog.fileSetsOfClient(clientName)).toSorted();
  const [only] = names;
  if (only === undefined) {
    throw new CommandError(
      `no Full backup of Client ${clientName} was found`,
      `"list jobs client=${clientName}" shows its jobs.`,
    );
  }
  if (names.length === 1) {
    await context.say(`Automatically selected FileSet: ${only}`);
    return only;
  }
  const menu = {
    heading: 'The defined FileSet resources are:',
    prompt: 'Select FileSet resource',
    items: names,
  };
  return names[await chooseFromMenu(context, menu)]!;
}
