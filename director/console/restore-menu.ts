import type { JobRow } from '../../catalog/rows.ts';
import { parsePrintablePath, printablePath } from '../../text/printable.ts';
import { CommandCancelled, CommandError, NOTHING_DONE, sentencesOf } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { printQuery } from './commands/sqlquery.ts';
import { versionsFound, type FoundVersion } from './file-search.ts';
import { listingOf, PagedListing, renderListing, type Columns } from './listing.ts';
import { parseNumberList } from './number-list.ts';
import { chooseFromMenu } from './prompts.ts';
import { askForPaths, NamedFilesFinder, type NamedFiles } from './restore-files.ts';
import {
  announceJobIds,
  announceSource,
  backupClient,
  chainOf,
  jobsById,
  newestBackup,
  sourceOf,
  type RestoreSource,
} from './restore-source.ts';
import { parseDate } from './when.ts';

/** What the admin has settled on: jobs to browse, or files that are named already. */
export type RestoreChoice =
  | { readonly kind: 'browse'; readonly source: RestoreSource }
  | { readonly kind: 'named'; readonly clientName: string; readonly files: NamedFiles };

const INTRODUCTION = `
A restore begins with the jobs that hold the files: choose how to find them,
then choose the files.
`;

interface Choice {
  readonly item: string;
  /** Undefined: back to the menu. */
  readonly take: (context: CommandContext, found: FoundJobs) => Promise<RestoreChoice | undefined>;
}

/** JobIds that choices 9 and 10 found, for 3 and 11. */
interface FoundJobs {
  jobIds: readonly number[];
}

/** In the order that scripts know by number. */
const CHOICES: readonly Choice[] = [
  { item: 'List last 20 Jobs run', take: listLastJobs },
  { item: 'List Jobs where a given File is saved', take: listJobsWithFile },
  { item: 'Enter list of comma separated JobIds to select', take: enterJobIds },
  { item: 'Enter SQL list command', take: enterSql },
  { item: 'Select the most recent backup for a client', take: (context) => browseNewest(context) },
  {
    item: 'Select backup for a client before a specified time',
    take: async (context) => browseNewest(context, await askForTime(context)),
  },
  { item: 'Enter a list of files to restore', take: (context) => enterFiles(context) },
  {
    item: 'Enter a list of files to restore before a specified time',
    take: async (context) => enterFiles(context, await askForTime(context)),
  },
  {
    item: 'Find the JobIds of the most recent backup for a client',
    take: (context, found) => findJobs(context, found),
  },
  {
    item: 'Find the JobIds for a backup for a client before a specified time',
    take: async (context, found) => findJobs(context, found, await askForTime(context)),
  },
  { item: 'Enter a list of directories to restore for found JobIds', take: enterDirectories },
  { item: 'Select full restore to a specified Job date', take: browseAtJob },
  {
    item: 'Cancel',
    take: async () => {
      throw new CommandCancelled(NOTHING_DONE);
    },
  },
];

/** Asks in which way to find the jobs, until one way leads to some. @throws CommandCancelled */
export async function chooseFromRestoreMenu(context: CommandContext): Promise<RestoreChoice> {
  const found: FoundJobs = { jobIds: [] };
  await context.say(INTRODUCTION);
  for (;;) {
    const index = await chooseFromMenu(context, {
      heading: 'To select the JobIds, you have the following choices:',
      prompt: 'Select item: ',
      items: CHOICES.map(({ item }) => item),
    });
    try {
      const choice = await CHOICES[index]!.take(context, found);
      if (choice) return choice;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      await context.say(sentencesOf(error));
    }
  }
}

const RECENT_COLUMNS: Columns<JobRow> = [
  ['JobId', (job) => job.jobId],
  ['Client', (job) => job.clientName],
  ['StartTime', (job) => job.startTime ?? 0],
  ['JobLevel', (job) => job.level],
  ['JobFiles', (job) => job.jobFiles],
  ['JobBytes', (job) => job.jobBytes],
];

async function listLastJobs({ services, print }: CommandContext): Promise<undefined> {
  const jobs = await services.catalog.listJobs({ type: 'B', order: 'desc', limit: 20 });
  await print(renderListing(listingOf(RECENT_COLUMNS, jobs), 'table'));
}

const VERSION_COLUMNS: Columns<FoundVersion> = [
  ['JobId', ({ job }) => job.jobId],
  ['Name', ({ file }) => printablePath(file.path)],
  ['StartTime', ({ job }) => job.startTime ?? 0],
  ['JobType', ({ job }) => job.type],
  ['JobStatus', ({ job }) => job.jobStatus],
  ['JobFiles', ({ job }) => job.jobFiles],
  ['JobBytes', ({ job }) => job.jobBytes],
];

/** A name alone, or a pattern, is looked for in all directories. */
async function listJobsWithFile(context: CommandContext): Promise<undefined> {
  const { name: clientName } = await backupClient(context);
  const pattern = await context.ask('Enter Filename (no path):');
  const jobs = await context.services.catalog.listJobs({ clientName, type: 'B', order: 'desc' });
  const listing = new PagedListing(context, 'table', VERSION_COLUMNS);
  for await (const page of versionsFound(context, jobs, pattern)) await listing.add(page);
  await listing.end();
}

async function enterJobIds(context: CommandContext, found: FoundJobs): Promise<RestoreChoice | undefined> {
  const usual = found.jobIds.length > 0 ? ` [${found.jobIds.join(',')}]` : '';
  const answer = await context.ask(`Enter JobId(s), comma separated, to restore${usual}: `);
  const jobIds = answer === '' ? found.jobIds : parseNumberList('jobid', answer);
  if (jobIds.length === 0) return undefined;
  const source = sourceOf(await jobsById(context, jobIds));
  await announceJobIds(context, source.jobIds);
  return { kind: 'browse', source };
}

async function enterSql(context: CommandContext): Promise<undefined> {
  const query = await context.ask('Enter SQL list command: ');
  if (query !== '') await printQuery(context, query);
}

async function browseNewest(context: CommandContext, before?: Date): Promise<RestoreChoice> {
  return { kind: 'browse', source: await newestBackup(context, before) };
}

async function findJobs(context: CommandContext, found: FoundJobs, before?: Date): Promise<undefined> {
  found.jobIds = (await newestBackup(context, before)).jobIds;
}

async function enterFiles(context: CommandContext, before?: Date): Promise<RestoreChoice> {
  const { name: clientName } = await backupClient(context);
  await context.say(
    'Enter file names with paths, or < and the name of a file on the Director\nthat lists them. A blank line ends.',
  );
  const finder = new NamedFilesFinder(context, { clientName, before });
  await askForPaths(context, 'Enter full filename: ', (path) => finder.add(path));
  return { kind: 'named', clientName, files: finder.result() };
}

async function enterDirectories(context: CommandContext, found: FoundJobs): Promise<RestoreChoice> {
  if (found.jobIds.length === 0) throw new CommandError('no JobIds were found yet', 'Choose 9 or 10 first.');
  const source = sourceOf(await jobsById(context, found.jobIds));
  await context.say(
    'Enter directories with paths, or < and the name of a file on the Director\nthat lists them. A blank line ends.',
  );
  const directories: string[] = [];
  await askForPaths(context, 'Enter directory name: ', async (path) => void directories.push(path));
  const rules = directories.map((path) => ({
    path: parsePrintablePath(path.replace(/\/?$/, '/')),
    recursive: true,
    marked: true,
  }));
  return {
    kind: 'named',
    clientName: source.clientName,
    files: { fileSetName: source.fileSetName, selection: { jobIds: source.jobIds, rules } },
  };
}

/** The state right after a job: its chain up to itself. */
async function browseAtJob(context: CommandContext): Promise<RestoreChoice | undefined> {
  const answer = await context.ask('Enter JobId to get the state to restore: ');
  if (answer === '') return undefined;
  const [job] = await jobsById(context, parseNumberList('jobid', answer));
  if (!job) return undefined;
  const { clientName, fileSetName, endTime } = job;
  const chain = await chainOf(context, { clientName, fileSetName, before: endTime });
  return { kind: 'browse', source: await announceSource(context, chain) };
}

async function askForTime(context: CommandContext): Promise<Date> {
  return parseDate(await context.ask('Enter date as YYYY-MM-DD HH:MM:SS: '));
}
