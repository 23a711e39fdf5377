import type { ClientRow, CopyRow, JobMediaRow, JobTotal, LogRow } from '../../../catalog/rows.ts';
import { announceCatalog } from '../catalog-line.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext, KeywordValue } from '../command.ts';
import { resourceNamed } from '../choose-resource.ts';
import { printFiles } from '../file-listing.ts';
import { JOB_FILTERS, listJobs } from '../job-listing.ts';
import { jobIdsOnLine } from '../jobs-on-line.ts';
import { formOf, listingOf, PagedListing, renderListing, type Columns, type ListForm } from '../listing.ts';
import { nextVolume } from '../next-volume.ts';
import { listPools } from '../pool-listing.ts';
import { listVolumes } from '../volume-listing.ts';

/** What other programs of this tradition keep, and scripts ask for: there is never any of it here. */
const NOTHING = ['basefiles', 'objects', 'pluginrestoreconf', 'snapshot', 'fileevents', 'events'];

/** What selects among them. */
const OF_NOTHING = ['source', 'code', 'start', 'end', 'category', 'status', 'restoreobjectid', 'severity'];

type Printer = (context: CommandContext, form: ListForm) => Promise<void>;

/**
 * What can be listed, by the keywords that ask for it; the first that is on the line counts. A list about a job is
 * followed by that job's own row, as scripts expect it.
 */
const SUBJECTS: readonly { keywords: readonly string[]; print: Printer; withJobs?: true }[] = [
  { keywords: ['jobtotals'], print: printJobTotals },
  { keywords: ['jobmedia'], print: printJobMedia, withJobs: true },
  { keywords: ['joblog'], print: printJobLog, withJobs: true },
  { keywords: ['files'], print: printFiles, withJobs: true },
  { keywords: ['nextvol', 'nextvolume'], print: printNextVolume, withJobs: true },
  { keywords: ['copies'], print: printCopies },
  { keywords: ['filemedia'], print: printFileMedia },
  { keywords: NOTHING, print: text(async (_, form) => renderListing({ columns: [], rows: [] }, form)) },
  { keywords: ['volumes', 'volume', 'media'], print: text(listVolumes) },
  { keywords: ['clients'], print: printClients },
  { keywords: ['jobs', 'jobid', 'ujobid', 'job', 'jobname'], print: text(listJobs) },
  { keywords: ['pools', 'pool'], print: text(listPools) },
];

const KEYWORDS: Readonly<Record<string, KeywordValue>> = {
  jobs: 'flag',
  jobtotals: 'flag',
  jobmedia: 'flag',
  joblog: 'flag',
  files: 'flag',
  clients: 'flag',
  copies: 'flag',
  all: 'flag',
  filemedia: 'flag',
  fileindex: 'text',
  ...Object.fromEntries(NOTHING.map((keyword) => [keyword, 'flag'] as const)),
  ...Object.fromEntries(OF_NOTHING.map((keyword) => [keyword, 'text'] as const)),
  pools: 'flag',
  volumes: 'flag',
  media: 'flag',
  nextvolume: 'flag',
  nextvol: 'flag',
  ...JOB_FILTERS,
  pool: 'pool',
  volume: 'text',
  type: ['all', 'deleted'],
  pattern: 'text',
  json: 'flag',
};

function listCommand(name: string, description: string, form: 'table' | 'vertical'): Command {
  return {
    name,
    description,
    keywords: KEYWORDS,
    async run(context) {
      const { line } = context;
      const subject = SUBJECTS.find(({ keywords }) => line.has(...keywords));
      if (!subject)
        throw new CommandError(
          'what to list is missing',
          `Write for example ${name} jobs; see help ${name}.`,
        );
      requireFitting(line);
      await announceCatalog(context, 'queries');
      const wanted = formOf(context, form);
      await subject.print(context, wanted);
      if (subject.withJobs && wanted !== 'json' && line.has('jobid', 'ujobid', 'job', 'jobname')) {
        await context.print(await listJobs(context, wanted, 'nothing when empty'));
      }
    },
  };
}

/** A word that would select nothing must not pass for one that did: `list jobs status=T` is not `jobstatus=T`. @throws CommandError */
function requireFitting(line: CommandContext['line']): void {
  const stray = [
    ...(line.has(...NOTHING) ? [] : OF_NOTHING),
    ...(line.has('joblog') ? [] : ['pattern']),
  ].find((keyword) => line.has(keyword));
  if (stray === undefined) return;
  throw new CommandError(
    `"${stray}=" does not select here`,
    stray === 'status' ? 'Did you mean "jobstatus"?' : 'Leave it out.',
  );
}

export const list = listCommand('list', 'List what is in the catalog', 'table');
export const llist = listCommand('llist', 'The same as list, one value a line', 'vertical');

function text(render: (context: CommandContext, form: ListForm) => Promise<string>): Printer {
  return async (context, form) => context.print(await render(context, form));
}

const TOTAL_COLUMNS: Columns<JobTotal> = [
  ['Jobs', (total) => total.jobs],
  ['Files', (total) => total.files],
  ['Bytes', (total) => total.bytes],
];

async function printJobTotals({ services, print }: CommandContext, form: ListForm): Promise<void> {
  const totals = await services.catalog.jobTotals();
  await print(renderListing(listingOf([...TOTAL_COLUMNS, ['Job', (total) => total.name]], totals), form));
  if (totals.length === 0 || form === 'json') return;
  const sum = totals.reduce((all, one) => ({
    name: '',
    jobs: all.jobs + one.jobs,
    files: all.files + one.files,
    bytes: all.bytes + one.bytes,
  }));
  await print(renderListing(listingOf(TOTAL_COLUMNS, [sum]), form));
}

/** Rows fetched and printed together. */
const PAGE_ROWS = 2000;

const JOB_MEDIA_COLUMNS: Columns<JobMediaRow> = [
  ['JobId', (row) => row.jobId],
  ['VolumeName', (row) => row.volumeName],
  ['FirstIndex', (row) => row.firstIndex],
  ['LastIndex', (row) => row.lastIndex],
];

const LONG_JOB_MEDIA_COLUMNS: Columns<JobMediaRow> = [
  ['JobMediaId', (row) => row.jobMediaId],
  ['JobId', (row) => row.jobId],
  ['MediaId', (row) => row.mediaId],
  ['VolumeName', (row) => row.volumeName],
  ['FirstIndex', (row) => row.firstIndex],
  ['LastIndex', (row) => row.lastIndex],
  ['StartFile', (row) => row.startFile],
  ['EndFile', (row) => row.endFile],
  ['StartBlock', (row) => row.startBlock],
  ['EndBlock', (row) => row.endBlock],
];

const COPY_COLUMNS: Columns<CopyRow> = [
  ['JobId', (row) => row.jobId],
  ['Job', (row) => row.job],
  ['CopyJobId', (row) => row.copyJobId],
  ['MediaType', (row) => row.mediaType],
];

async function printCopies(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, print } = context;
  const all = line.value('jobid')?.toLowerCase() === 'all';
  const rows = await services.catalog.copiesOf(all ? undefined : await jobIdsOnLine(context));
  await print(renderListing(listingOf(COPY_COLUMNS, rows), form));
}

/** On which volumes a file lies. */
async function printFileMedia(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, print } = context;
  const [jobId, fileIndex] = [line.integer('jobid'), line.integer('fileindex')];
  if (jobId === undefined || fileIndex === undefined)
    throw new CommandError('of which file is not said', 'Add jobid=NUMBER and fileindex=NUMBER.');
  const rows = (await services.catalog.jobMedia(jobId)).filter(
    ({ firstIndex, lastIndex }) => firstIndex <= fileIndex && fileIndex <= lastIndex,
  );
  const columns = form === 'table' ? JOB_MEDIA_COLUMNS : LONG_JOB_MEDIA_COLUMNS;
  await print(renderListing(listingOf(columns, rows), form));
}

/** Page by page: each backup adds a row for each volume that it lies on. */
async function printJobMedia(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, signal } = context;
  const volumeName = line.value('volume');
  const columns = form === 'table' ? JOB_MEDIA_COLUMNS : LONG_JOB_MEDIA_COLUMNS;
  const listing = new PagedListing(context, form, columns);
  for (const jobId of (await jobIdsOnLine(context)) ?? [undefined]) {
    let after = 0;
    for (;;) {
      signal.throwIfAborted();
      const page = await services.catalog.jobMediaPage({ jobId, volumeName, after, limit: PAGE_ROWS });
      await listing.add(page.rows);
      if (page.next === undefined) break;
      after = page.next;
    }
  }
  await listing.end();
}

const LOG_COLUMNS: Columns<LogRow> = [['LogText', (row) => row.text]];
const LONG_LOG_COLUMNS: Columns<LogRow> = [
  ['Time', (row) => row.time],
  ['LogText', (row) => row.text],
];

/** With `pattern=` only the messages that have this text, in capitals or not. */
async function printJobLog(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, print } = context;
  const jobIds = await jobIdsOnLine(context);
  if (jobIds === undefined) throw new CommandError('whose log is not said', 'Add jobid=NUMBER.');
  const pattern = line.value('pattern')?.toLowerCase() ?? '';
  const logs = await Promise.all(jobIds.map((jobId) => services.catalog.jobLog(jobId)));
  const rows = logs.flat().filter((row) => row.text.toLowerCase().includes(pattern));
  await print(renderListing(listingOf(form === 'table' ? LOG_COLUMNS : LONG_LOG_COLUMNS, rows), form));
}

const CLIENT_COLUMNS: Columns<ClientRow> = [
  ['ClientId', (client) => client.clientId],
  ['Name', (client) => client.name],
  ['FileRetention', (client) => client.fileRetention],
  ['JobRetention', (client) => client.jobRetention],
];

const LONG_CLIENT_COLUMNS: Columns<ClientRow> = [
  ['ClientId', (client) => client.clientId],
  ['Name', (client) => client.name],
  ['Uname', (client) => client.uname],
  ['AutoPrune', (client) => client.autoPrune],
  ['FileRetention', (client) => client.fileRetention],
  ['JobRetention', (client) => client.jobRetention],
];

async function printClients({ services, print }: CommandContext, form: ListForm): Promise<void> {
  const clients = await services.catalog.listClients();
  await print(
    renderListing(listingOf(form === 'table' ? CLIENT_COLUMNS : LONG_CLIENT_COLUMNS, clients), form),
  );
}

interface NextVolumeRow {
  readonly jobName: string;
  readonly poolName: string;
  readonly level: string;
  /** Absent: none can be found. */
  readonly volumeName?: string;
}

const NEXT_VOLUME_COLUMNS: Columns<NextVolumeRow> = [
  ['Job', (row) => row.jobName],
  ['Pool', (row) => row.poolName],
  ['Level', (row) => row.level],
  ['VolumeName', (row) => row.volumeName ?? null],
];

/** What the runs of the next days (by default one) would write to. */
async function printNextVolume(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, print, say } = context;
  const jobName = line.value('job', 'jobname');
  if (jobName === undefined) throw new CommandError('of which Job is not said', 'Add job=NAME.');
  const job = resourceNamed(context, 'Job', jobName);
  const runs = services.scheduledRuns(line.integer('days') ?? 1).filter((run) => run.job.name === job.name);
  const rows: NextVolumeRow[] = [];
  for (const { poolName, level } of runs) {
    const volume = await nextVolume(context, job, poolName);
    const which =
      volume === 'unknown' ? {} : { volumeName: volume === 'new' ? 'a new one' : volume.volumeName };
    rows.push({ jobName: job.name, poolName, level, ...which });
  }
  if (form === 'json') return print(renderListing(listingOf(NEXT_VOLUME_COLUMNS, rows), form));
  for (const { poolName, level, volumeName } of rows) {
    await say(
      volumeName === undefined
        ? `Could not find next Volume for Job "${job.name}" (Pool=${poolName}, Level=${level}).`
        : `The next Volume to be used by Job "${job.name}" (Pool=${poolName}, Level=${level}) will be ${volumeName}`,
    );
  }
  if (runs.length === 0) await say(`Could not find next Volume for Job ${job.name}.`);
}
