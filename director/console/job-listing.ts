import type { JobRow } from '../../catalog/rows.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext, KeywordValue } from './command.ts';
import { listingOf, renderListing, type Columns, type ListForm } from './listing.ts';
import { parseNumberList } from './number-list.ts';
import { parseYesNo } from './yes-no.ts';

/** Time that has not come: the catalog's 0. */
const NEVER = 0;

const JOB_COLUMNS: Columns<JobRow> = [
  ['JobId', (job) => job.jobId],
  ['Name', (job) => job.name],
  ['StartTime', (job) => job.startTime ?? NEVER],
  ['Type', (job) => job.type],
  ['Level', (job) => job.level],
  ['JobFiles', (job) => job.jobFiles],
  ['JobBytes', (job) => job.jobBytes],
  ['JobStatus', (job) => job.jobStatus],
];

const LONG_JOB_COLUMNS: Columns<JobRow> = [
  ['JobId', (job) => job.jobId],
  ['Job', (job) => job.job],
  ['Name', (job) => job.name],
  ['PurgedFiles', (job) => job.purgedFiles],
  ['Type', (job) => job.type],
  ['Level', (job) => job.level],
  ['ClientId', (job) => job.clientId],
  ['ClientName', (job) => job.clientName],
  ['JobStatus', (job) => job.jobStatus],
  ['SchedTime', (job) => job.schedTime ?? NEVER],
  ['StartTime', (job) => job.startTime ?? NEVER],
  ['EndTime', (job) => job.endTime ?? NEVER],
  ['RealEndTime', (job) => job.realEndTime ?? NEVER],
  ['JobTDate', (job) => job.jobTDate],
  ['VolSessionId', (job) => job.volSessionId],
  ['VolSessionTime', (job) => job.volSessionTime],
  ['JobFiles', (job) => job.jobFiles],
  ['JobBytes', (job) => job.jobBytes],
  ['ReadBytes', (job) => job.readBytes],
  ['JobErrors', (job) => job.jobErrors],
  ['JobMissingFiles', () => 0],
  ['PoolId', (job) => job.poolId],
  ['PoolName', (job) => job.poolName],
  ['PriorJobId', (job) => job.priorJobId],
  ['FileSetId', (job) => job.fileSetId],
  ['FileSet', (job) => job.fileSetName],
  ['HasBase', () => 0],
  ['HasCache', () => 0],
  ['Comment', (job) => job.comment],
];

export const JOB_FILTERS: Readonly<Record<string, KeywordValue>> = {
  jobid: 'text',
  ujobid: 'text',
  job: 'job',
  jobname: 'job',
  client: 'client',
  tag: 'text',
  reviewed: ['yes', 'no'],
  joberrors: 'flag',
  jobstatus: 'text',
  level: 'text',
  jobtype: 'text',
  days: 'text',
  hours: 'text',
  order: ['asc', 'desc'],
  limit: 'text',
};

export async function listJobs(
  context: CommandContext,
  form: ListForm,
  emptiness: 'said' | 'nothing when empty' = 'said',
): Promise<string> {
  const rows = await selectedJobs(context);
  if (rows.length === 0 && emptiness !== 'said') return '';
  return renderListing(listingOf(form === 'table' ? JOB_COLUMNS : LONG_JOB_COLUMNS, rows), form);
}

/** The jobs that the filters of the line leave. */
async function selectedJobs({ line, services, now }: CommandContext): Promise<JobRow[]> {
  const limit = line.integer('limit');
  const order = line.value('order')?.toLowerCase() ?? 'asc';
  if (order !== 'asc' && order !== 'desc') throw new CommandError(`"order=${order}" is neither asc nor desc`);
  const hours = (line.integer('days') ?? 0) * 24 + (line.integer('hours') ?? 0);
  const reviewed = line.value('reviewed');
  const filter = {
    name: line.value('job', 'jobname'),
    clientName: line.value('client'),
    type: line.value('jobtype'),
    level: line.value('level'),
    status: line.value('jobstatus'),
    tag: line.value('tag'),
    reviewed: reviewed === undefined ? undefined : parseYesNo('reviewed', reviewed),
    since: hours > 0 ? new Date(now().getTime() - hours * 3_600_000) : undefined,
    order,
  } as const;
  const jobIds = line.value('jobid');
  const uniqueName = line.value('ujobid');
  // What the catalog does not select is selected here, so its limit may not cut before.
  const picky = jobIds !== undefined || uniqueName !== undefined || line.has('joberrors');
  const rows = jobIds
    ? (
        await Promise.all(
          parseNumberList('jobid', jobIds).map((jobId) => services.catalog.listJobs({ ...filter, jobId })),
        )
      ).flat()
    : await services.catalog.listJobs({ ...filter, limit: picky ? undefined : limit });
  return rows
    .filter((job) => uniqueName === undefined || job.job === uniqueName)
    .filter((job) => !line.has('joberrors') || job.jobErrors > 0)
    .slice(0, limit);
}
