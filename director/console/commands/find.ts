import type { JobRow } from '../../../catalog/rows.ts';
import { printablePath } from '../../../text/printable.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { versionsFound, type FoundVersion } from '../file-search.ts';
import { formOf, PagedListing, type Columns } from '../listing.ts';
import { parseNumberList } from '../number-list.ts';
import { backupClient, beforeOnLine } from '../restore-source.ts';

const COLUMNS: Columns<FoundVersion> = [
  ['JobId', ({ job }) => job.jobId],
  ['Level', ({ job }) => job.level],
  ['StartTime', ({ job }) => job.startTime ?? 0],
  ['JobStatus', ({ job }) => job.jobStatus],
  ['Size', ({ file }) => file.size],
  ['ModTime', ({ file }) => file.mtime],
  ['Filename', ({ file }) => printablePath(file.path)],
];

/** Later pages may have longer values than the first. */
const WIDTHS_MIN = { JobId: 6, Size: 12, Filename: 60 };

/** Not in Bacula, whose restore menu knows whole names only. */
export const find: Command = {
  name: 'find',
  description: 'Find files by name in all backups, with all versions',
  keywords: {
    file: 'text',
    client: 'client',
    fileset: 'fileset',
    job: 'job',
    jobid: 'text',
    before: 'text',
    limit: 'text',
    json: 'flag',
  },
  async run(context) {
    const { line } = context;
    const pattern = line.value('file');
    if (pattern === undefined) {
      throw new CommandError(
        'what to find is missing',
        'Write file=NAME, file=PATTERN or file=/A/WHOLE/PATH; *, ? and [a-z] are wildcards.',
      );
    }
    const limit = line.integer('limit') ?? Infinity;
    await announceCatalog(context, 'queries', line.has('client', 'jobid') ? 'by resource' : 'automatic');
    const jobs = await backupsToSearch(context);
    const listing = new PagedListing(context, formOf(context, 'table'), COLUMNS, WIDTHS_MIN);
    let printed = 0;
    for await (const page of versionsFound(context, jobs.searchable, pattern)) {
      await listing.add(page.slice(0, limit - printed));
      printed += page.length;
      if (printed >= limit) break;
    }
    await listing.end();
    if (jobs.forgotten > 0 && formOf(context, 'table') === 'table') {
      await context.say(
        `${jobs.forgotten} of these backups were not searched: their files are no longer in the catalog.`,
      );
    }
  },
};

interface Backups {
  /** The newest first. */
  readonly searchable: readonly JobRow[];
  /** How many there are without file records. */
  readonly forgotten: number;
}

/** The backups that the line names, or all of a client. */
async function backupsToSearch(context: CommandContext): Promise<Backups> {
  const { line } = context;
  const before = beforeOnLine(context);
  const fileSet = resourceOnLine(context, 'FileSet', 'fileset')?.name;
  const name = resourceOnLine(context, 'Job', 'job')?.name;
  const jobIds = line.value('jobid');
  const named = jobIds === undefined ? await ofClient(context) : await byJobId(context, jobIds);
  const wanted = named
    .filter((job) => name === undefined || job.name === name)
    .filter((job) => fileSet === undefined || job.fileSetName === fileSet)
    .filter(({ startTime }) => before === undefined || (startTime !== undefined && startTime <= before));
  const searchable = wanted.filter(({ purgedFiles }) => !purgedFiles);
  return { searchable, forgotten: wanted.length - searchable.length };
}

async function ofClient(context: CommandContext): Promise<JobRow[]> {
  const { name: clientName } = await backupClient(context);
  return context.services.catalog.listJobs({ clientName, type: 'B', order: 'desc' });
}

async function byJobId({ line, services }: CommandContext, text: string): Promise<JobRow[]> {
  const jobs: JobRow[] = [];
  for (const jobId of parseNumberList('jobid', text).sort((a, b) => b - a)) {
    const job = await services.catalog.jobById(jobId);
    if (!job) throw new CommandError(`there is no JobId ${jobId}`, '"list jobs" shows the jobs.');
    jobs.push(job);
  }
  const clientName = line.value('client');
  return jobs.filter((job) => clientName === undefined || job.clientName === clientName);
}
