import type { Catalog } from '../../catalog/catalog.ts';
import type { JobRow, MediaRow } from '../../catalog/rows.ts';
import type { PoolResource } from '../../configuration/director-conf.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { posixRegexTest } from '../../text/regex/posix-test.ts';
import { RegexProblem } from '../../text/regex/regex-syntax.ts';
import { JobFailed } from '../director-errors.ts';
import { endedWell } from '../reports/termination.ts';
import type { JobPlan } from './job-plan.ts';

export type SelectionCatalog = Pick<
  Catalog,
  'jobById' | 'jobsOnVolume' | 'jobsToCopy' | 'listVolumes' | 'sql'
>;

/** Volumes that no job writes any more. */
const WRITTEN = ['Full', 'Used', 'Error'];

/**
 * The backups that a Copy or Migrate job handles, oldest first: the ones that the run names, else those that its Selection
 * Type finds in the pool (reference bacula-jobs, section 10). Only good backups with data count.
 * @throws JobFailed when the conf does not say which, or the pattern or query is wrong.
 */
export async function selectJobs(
  catalog: SelectionCatalog,
  plan: JobPlan,
  pool: { readonly resource: PoolResource; readonly poolId: number },
  now: Date,
): Promise<JobRow[]> {
  const { job, request, type } = plan;
  if (request.sourceJobIds) return named(catalog, plan, request.sourceJobIds);
  const { poolId, resource } = pool;
  const good = (uncopied = false) => catalog.jobsToCopy({ poolId, uncopied });
  switch (job.selectionType) {
    case undefined:
      throw new JobFailed(
        `Job "${job.name}" does not say which backups to ${type === 'c' ? 'copy' : 'migrate'}`,
        {
          hint: 'Add "Selection Type = ..." to the Job, or name a backup with jobid=.',
        },
      );
    case 'PoolUncopiedJobs':
      return good(true);
    case 'PoolTime':
      return olderThan(await good(), new Date(now.getTime() - resource.migrationTime * 1000));
    case 'PoolOccupancy':
      return overflowing(await good(), resource);
    case 'Job':
      return matching(await good(), plan, ({ name }) => [name]);
    case 'Client':
      return matching(await good(), plan, ({ clientName }) => [clientName]);
    case 'Volume': {
      const isMatch = patternOf(plan);
      const volumes = (await volumesOf(catalog, resource)).filter(({ volumeName }) => isMatch(volumeName));
      return onVolumes(catalog, await good(), volumes);
    }
    case 'SmallestVolume':
      return onFirstVolume(catalog, await good(), resource, ({ volBytes }) => volBytes);
    case 'OldestVolume':
      return onFirstVolume(catalog, await good(), resource, ({ lastWritten }) => lastWritten?.getTime() ?? 0);
    case 'SQLQuery':
      return queried(catalog, plan);
  }
}

/** A migration leaves out what another one has moved since it was chosen. */
async function named(catalog: SelectionCatalog, plan: JobPlan, jobIds: readonly number[]): Promise<JobRow[]> {
  const found: JobRow[] = [];
  for (const jobId of jobIds) {
    const row = await catalog.jobById(jobId);
    if (row?.type === 'B' && endedWell(row.jobStatus)) found.push(row);
    else if (row?.type !== 'M' || plan.type !== 'g')
      throw new JobFailed(`JobId ${jobId} is no good backup, so it cannot be ${doneTo(plan)}`, {
        hint: '"list jobs" shows the backups.',
      });
  }
  return found;
}

function olderThan(jobs: readonly JobRow[], time: Date): JobRow[] {
  return jobs.filter(({ realEndTime }) => realEndTime && realEndTime < time);
}

/**
 * The oldest ones until the pool would be below its low mark, if it is above its high mark. What it holds are its backups: the
 * size of a volume stays when they leave it.
 */
function overflowing(
  jobs: readonly JobRow[],
  { migrationHighBytes, migrationLowBytes }: PoolResource,
): JobRow[] {
  let bytes = jobs.reduce((sum, { jobBytes }) => sum + jobBytes, 0);
  if (migrationHighBytes === 0 || bytes <= migrationHighBytes) return [];
  return jobs.filter(({ jobBytes }) => {
    if (bytes < migrationLowBytes) return false;
    bytes -= jobBytes;
    return true;
  });
}

function matching(
  jobs: readonly JobRow[],
  plan: JobPlan,
  namesOf: (job: JobRow) => readonly string[],
): JobRow[] {
  const isMatch = patternOf(plan);
  return jobs.filter((job) => namesOf(job).some(isMatch));
}

/** @throws JobFailed */
function patternOf({ job }: JobPlan): (name: string) => boolean {
  const { selectionPattern, selectionType } = job;
  if (!selectionPattern) {
    throw new JobFailed(`Job "${job.name}" has Selection Type ${selectionType} and no Selection Pattern`, {
      hint: 'Add "Selection Pattern = ..." to the Job.',
    });
  }
  try {
    return posixRegexTest(selectionPattern);
  } catch (cause) {
    if (!(cause instanceof RegexProblem)) throw cause;
    throw new JobFailed(
      `Selection Pattern "${selectionPattern}" of Job "${job.name}" cannot be used: ${cause.message}`,
      { cause, ...(cause.hint !== undefined && { hint: cause.hint }) },
    );
  }
}

async function onVolumes(
  catalog: SelectionCatalog,
  jobs: readonly JobRow[],
  volumes: readonly MediaRow[],
): Promise<JobRow[]> {
  const on = new Set<number>();
  for (const { mediaId } of volumes) {
    for (const { jobId } of await catalog.jobsOnVolume(mediaId)) on.add(jobId);
  }
  return jobs.filter(({ jobId }) => on.has(jobId));
}

function volumesOf(catalog: SelectionCatalog, { name }: PoolResource): Promise<MediaRow[]> {
  return catalog.listVolumes({ poolName: name });
}

/** Of the volumes that any of the jobs lies on, the one with the lowest value. */
async function onFirstVolume(
  catalog: SelectionCatalog,
  jobs: readonly JobRow[],
  pool: PoolResource,
  valueOf: (volume: MediaRow) => number,
): Promise<JobRow[]> {
  const written = (await volumesOf(catalog, pool)).filter(({ volStatus }) => WRITTEN.includes(volStatus));
  for (const volume of written.toSorted((one, other) => valueOf(one) - valueOf(other))) {
    const found = await onVolumes(catalog, jobs, [volume]);
    if (found.length > 0) return found;
  }
  return [];
}

/** @throws JobFailed */
async function queried(catalog: SelectionCatalog, plan: JobPlan): Promise<JobRow[]> {
  const { selectionPattern: query, name } = plan.job;
  if (!query) throw new JobFailed(`Job "${name}" has Selection Type SQLQuery and no Selection Pattern`);
  let rows: readonly (readonly unknown[])[];
  try {
    ({ rows } = await catalog.sql({ query }));
  } catch (cause) {
    throw new JobFailed(
      `The Selection Pattern of Job "${name}" is no query that works: ${messageOf(cause)}`,
      { cause },
    );
  }
  const jobIds = rows.map(([jobId]) => Number(jobId));
  const wrong = jobIds.find((jobId) => !Number.isSafeInteger(jobId));
  if (wrong !== undefined)
    throw new JobFailed(`The Selection Pattern of Job "${name}" gives something that is no JobId`);
  return named(catalog, plan, jobIds);
}

export function doneTo({ type }: JobPlan): string {
  return type === 'c' ? 'copied' : 'migrated';
}
