import type { Catalog } from '../../catalog/catalog.ts';
import type { JobRow, MediaRow } from '../../catalog/rows.ts';
import type { ClientResource, DirectorConf, PoolResource } from '../../configuration/director-conf.ts';
import { recordPeriod, type RecordRetention } from './record-periods.ts';
import type { KeptBecause, KeptJob, Removal, VolumeJob } from './removal.ts';

export type ExpiryCatalog = Pick<
  Catalog,
  'chainJobs' | 'jobsEndedBefore' | 'jobsOnVolume' | 'lastFulls' | 'lastInitCatalogs'
>;

export interface ExpiryOptions {
  readonly catalog: ExpiryCatalog;
  readonly conf: () => DirectorConf;
  readonly now: () => Date;
  /** JobIds that running jobs read. */
  readonly jobsRead: () => ReadonlySet<number>;
}

export interface ClientToPrune {
  readonly resource: ClientResource;
  readonly clientId: number;
  /** In place of the retention of Pool and Client. */
  readonly periodSeconds: number | undefined;
}

/** Jobs whose files the catalog need not keep any more. They lose their files, not their rows. */
export async function expiredFiles(options: ExpiryOptions, client: ClientToPrune): Promise<Removal> {
  const ended = await olderThan(options, client, 'fileRetention');
  const read = options.jobsRead();
  return divide(
    ended.filter(({ purgedFiles, type }) => !purgedFiles && (type === 'B' || type === 'C')),
    ({ jobId }) => (read.has(jobId) ? 'read' : undefined),
  );
}

/** Jobs of the client whose rows have grown old. What the newest state is made of stays, and what a Verify compares with. */
export async function expiredJobs(options: ExpiryOptions, client: ClientToPrune): Promise<Removal> {
  const ended = await olderThan(options, client, 'jobRetention');
  // Behind each backup this is asked, and mostly nothing is old.
  if (ended.length === 0) return { jobs: [], kept: [] };
  const jobIds = ended.map(({ jobId }) => jobId);
  const chain = new Set(await options.catalog.chainJobs(jobIds));
  const lastFulls = new Set(await options.catalog.lastFulls(jobIds));
  const initCatalogs = new Set(await options.catalog.lastInitCatalogs(jobIds));
  const read = options.jobsRead();
  return divide(ended, ({ jobId }) => {
    if (read.has(jobId)) return 'read';
    if (initCatalogs.has(jobId)) return 'initCatalog';
    if (lastFulls.has(jobId)) return 'lastFull';
    return chain.has(jobId) ? 'chain' : undefined;
  });
}

/** The jobs on a volume, each with what keeps it, in the order of their numbers. */
export async function jobsOfVolume(options: ExpiryOptions, volume: MediaRow): Promise<VolumeJob[]> {
  const { catalog, conf, now } = options;
  const jobs = await catalog.jobsOnVolume(volume.mediaId);
  const fulls = jobs.filter(({ level }) => level === 'F').map(({ jobId }) => jobId);
  const lastFulls = new Set(fulls.length > 0 ? await catalog.lastFulls(fulls) : []);
  const read = options.jobsRead();
  const { pools } = conf();
  return jobs.map((job) => {
    const keptUntil = keptUntilOf(job, volume);
    const isProtected = lastFulls.has(job.jobId) && protectsLastFull(pools, volume.poolName);
    const because = reasonToKeep(job, { keptUntil, isProtected, isRead: read.has(job.jobId), now: now() });
    return { job, because: because ?? 'expired', ...(keptUntil && { keptUntil }) };
  });
}

/** What pruning a volume takes off it, and what not. */
export async function expiredOnVolume(options: ExpiryOptions, volume: MediaRow): Promise<Removal> {
  const jobs = await jobsOfVolume(options, volume);
  return {
    jobs: jobs.filter(({ because }) => because === 'expired').map(({ job }) => job),
    kept: jobs.flatMap(({ job, because }): KeptJob[] => (because === 'expired' ? [] : [{ job, because }])),
  };
}

/** Of jobs that somebody wants gone whatever their age, those that can go. */
export function removable(options: ExpiryOptions, jobs: readonly JobRow[]): Removal {
  const read = options.jobsRead();
  return divide(jobs, (job) => {
    if (!job.endTime) return 'running';
    return read.has(job.jobId) ? 'read' : undefined;
  });
}

/** Undefined: not before it has ended, or never by itself. */
function keptUntilOf({ endTime, jobTDate }: JobRow, { volRetention }: MediaRow): Date | undefined {
  if (!endTime || volRetention === 0) return undefined;
  return new Date((jobTDate + volRetention) * 1000);
}

function reasonToKeep(
  job: JobRow,
  {
    keptUntil,
    isProtected,
    isRead,
    now,
  }: {
    readonly keptUntil: Date | undefined;
    readonly isProtected: boolean;
    readonly isRead: boolean;
    readonly now: Date;
  },
): KeptBecause | undefined {
  if (!job.endTime) return 'running';
  if (isRead) return 'read';
  if (isProtected) return 'lastFull';
  return !keptUntil || keptUntil >= now ? 'retention' : undefined;
}

function protectsLastFull(pools: readonly PoolResource[], poolName: string): boolean {
  return pools.find(({ name }) => name === poolName)?.protectLastFull ?? true;
}

type RecordOf = Parameters<typeof recordPeriod>[1];

async function olderThan(
  { catalog, conf, now }: ExpiryOptions,
  { resource, clientId, periodSeconds }: ClientToPrune,
  kind: RecordRetention,
): Promise<JobRow[]> {
  const pools = new Map(conf().pools.map((pool) => [pool.name, pool]));
  const nowSeconds = Math.floor(now().getTime() / 1000);
  const periodOf = (job: RecordOf, pool: PoolResource | undefined) =>
    periodSeconds ?? recordPeriod(kind, job, resource, pool);
  // The catalog is asked for what some pool lets go: of years of jobs, the last few days' worth.
  const earliest = (job: RecordOf) => {
    const periods = [undefined, ...pools.values()]
      .map((pool) => periodOf(job, pool))
      .filter((one) => one > 0);
    return periods.length === 0 ? 0 : nowSeconds - Math.min(...periods);
  };
  const ended = await catalog.jobsEndedBefore({
    clientId,
    goodBefore: earliest({ type: 'B', jobStatus: 'T' }),
    othersBefore: earliest({ type: 'B', jobStatus: 'f' }),
    withFiles: kind === 'fileRetention',
  });
  return ended.filter((job) => {
    const period = periodOf(job, pools.get(job.poolName));
    return period > 0 && job.jobTDate + period < nowSeconds;
  });
}

function divide(jobs: readonly JobRow[], keep: (job: JobRow) => KeptBecause | undefined): Removal {
  const kept = jobs.flatMap((job): KeptJob[] => {
    const because = keep(job);
    return because === undefined ? [] : [{ job, because }];
  });
  const staying = new Set(kept.map(({ job }) => job.jobId));
  return { jobs: jobs.filter(({ jobId }) => !staying.has(jobId)), kept };
}
