import type { Catalog } from '../../catalog/catalog.ts';
import type { Tagging, TagRow } from '../../catalog/tags.ts';
import type { ClientRow, JobRow, MediaRow, PoolRow } from '../../catalog/rows.ts';
import { NoSuchJob, RightMissing } from '../director-errors.ts';
import type { Rights } from './rights.ts';

/**
 * The catalog as far as a console may see it: jobs that it may name, of clients that it may use; volumes of its pools. What
 * is not listed here is refused, so an operation that comes anew is refused until somebody has thought about it.
 */
export function restrictedCatalog(catalog: Catalog, rights: Rights): Catalog {
  const allowed = allowedOperations(catalog, rights);
  const operations: Record<string, unknown> = {};
  for (const name of Object.keys(catalog)) {
    operations[name] = async (...args: readonly unknown[]) => {
      const operation = allowed[name as keyof Allowed] as ((...args: unknown[]) => unknown) | undefined;
      if (!operation) throw new RightMissing(rights.consoleName, `what this asks of the catalog (${name})`);
      return await operation(...args);
    };
  }
  return operations as unknown as Catalog;
}

type Allowed = Partial<Omit<Catalog, typeof Symbol.asyncDispose>>;

function allowedOperations(catalog: Catalog, rights: Rights): Allowed {
  const seesJob = ({ name, clientName }: JobRow) =>
    rights.allows('Job', name) && rights.allows('Client', clientName);
  const seesVolume = ({ poolName }: MediaRow) => rights.allows('Pool', poolName);
  const seesPool = ({ name }: PoolRow) => rights.allows('Pool', name);
  const seesClient = ({ name }: ClientRow) => rights.allows('Client', name);

  /** Those rows that belong to jobs which may be seen. */
  const ofVisibleJobs = async <R extends { readonly jobId: number }>(rows: readonly R[]): Promise<R[]> => {
    const seen = new Map<number, boolean>();
    for (const { jobId } of rows) {
      if (seen.has(jobId)) continue;
      const job = await catalog.jobById(jobId);
      seen.set(jobId, job !== undefined && seesJob(job));
    }
    return rows.filter(({ jobId }) => seen.get(jobId));
  };
  /** A job that is not to be seen is not there. @throws NoSuchJob */
  const requireJobs = async (jobIds: readonly number[]) => {
    for (const jobId of jobIds) {
      const job = await catalog.jobById(jobId);
      if (!job || !seesJob(job)) throw new NoSuchJob(jobId);
    }
  };
  const requireVolume = async (mediaId: number) => {
    const volume = (await catalog.listVolumes({})).find((row) => row.mediaId === mediaId);
    if (volume) rights.require('Pool', volume.poolName);
  };
  const seesTagged = async ({ kind, id }: Pick<TagRow, 'kind' | 'id'>) => {
    if (kind === 'client')
      return (await catalog.listClients()).some((row) => row.clientId === id && seesClient(row));
    if (kind === 'volume')
      return (await catalog.listVolumes({})).some((row) => row.mediaId === id && seesVolume(row));
    const job = await catalog.jobById(id);
    return job !== undefined && seesJob(job);
  };
  const requireTagged = async (tagging: Tagging) => {
    if (!(await seesTagged(tagging)))
      throw new RightMissing(rights.consoleName, `${tagging.kind} ${tagging.id}`);
  };
  /** After the check of the JobIds that stand in its argument. */
  const ofJobs =
    <Q, R>(operation: (query: Q) => Promise<R>, jobIdsOf: (query: Q) => readonly number[]) =>
    async (query: Q) => {
      await requireJobs(jobIdsOf(query));
      return operation(query);
    };

  return {
    listClients: async (...args) => (await catalog.listClients(...args)).filter(seesClient),
    listPools: async (...args) => (await catalog.listPools(...args)).filter(seesPool),

    jobById: async (jobId) => {
      const job = await catalog.jobById(jobId);
      return job && seesJob(job) ? job : undefined;
    },
    listJobs: (filter) =>
      catalog.listJobs({
        ...filter,
        among: { jobs: rights.patterns('Job'), clients: rights.patterns('Client') },
      }),
    jobTotals: async () => (await catalog.jobTotals()).filter(({ name }) => rights.allows('Job', name)),
    setJob: async (jobId, changes) => {
      await requireJobs([jobId]);
      return catalog.setJob(jobId, changes);
    },
    jobLog: async (jobId) => {
      await requireJobs([jobId]);
      return catalog.jobLog(jobId);
    },

    listVolumes: async (filter) => (await catalog.listVolumes(filter)).filter(seesVolume),
    appendVolumes: async (wanted) => (await catalog.appendVolumes(wanted)).filter(seesVolume),
    volumeByName: async (volumeName) => {
      const volume = await catalog.volumeByName(volumeName);
      if (volume) rights.require('Pool', volume.poolName); // its name is taken: that it is not there would be a lie
      return volume;
    },
    setVolume: async (mediaId, changes) => {
      await requireVolume(mediaId);
      return catalog.setVolume(mediaId, changes);
    },
    jobsOnVolume: async (mediaId) => (await catalog.jobsOnVolume(mediaId)).filter(seesJob),
    volumeHolds: (...args) => catalog.volumeHolds(...args),
    jobMedia: async (jobId) => ofVisibleJobs(await catalog.jobMedia(jobId)),
    jobMediaPage: async (query) => {
      const { rows, ...rest } = await catalog.jobMediaPage(query);
      return { rows: await ofVisibleJobs(rows), ...rest };
    },
    syncStorage: async (name) => {
      rights.require('Storage', name);
      return catalog.syncStorage(name);
    },
    syncPool: async (pool) => {
      rights.require('Pool', pool.name);
      return catalog.syncPool(pool);
    },
    createVolume: async (volume) => {
      const pool = (await catalog.listPools({})).find(({ poolId }) => poolId === volume.poolId);
      if (pool) rights.require('Pool', pool.name);
      return catalog.createVolume(volume);
    },
    addTag: async (tagging) => {
      await requireTagged(tagging);
      return catalog.addTag(tagging);
    },
    deleteTag: async (tagging) => {
      await requireTagged(tagging);
      return catalog.deleteTag(tagging);
    },
    listTags: async (filter) => {
      const rows: TagRow[] = [];
      for (const row of await catalog.listTags(filter)) if (await seesTagged(row)) rows.push(row);
      return rows;
    },
    deletePool: async (poolId) => {
      for (const { name } of (await catalog.listPools({})).filter((pool) => pool.poolId === poolId))
        rights.require('Pool', name);
      return catalog.deletePool(poolId);
    },
    deleteClient: async (clientId) => {
      for (const { name } of (await catalog.listClients()).filter((client) => client.clientId === clientId))
        rights.require('Client', name);
      return catalog.deleteClient(clientId);
    },

    fileSetsOfClient: async (clientName) => {
      rights.require('Client', clientName);
      const names = await catalog.fileSetsOfClient(clientName);
      return names.filter((name) => rights.allows('FileSet', name));
    },
    restoreChain: async (query) => {
      rights.require('Client', query.clientName);
      const chain = await catalog.restoreChain(query);
      // One of them left out would give another state of the files than the one asked for.
      for (const { name } of chain) rights.require('Job', name);
      return chain;
    },
    jobsWithFile: async (query) => {
      rights.require('Client', query.clientName);
      return ofVisibleJobs(await catalog.jobsWithFile(query));
    },
    findFiles: ofJobs(catalog.findFiles, ({ jobId }) => [jobId]),
    filesPage: ofJobs(catalog.filesPage, ({ jobId }) => [jobId]),
    fileRecords: ofJobs(catalog.fileRecords, ({ jobId }) => [jobId]),
    // Numbers for paths that the console has, and the way back, which no command prints.
    pathIds: (paths) => catalog.pathIds(paths),
    pathOfId: (pathId) => catalog.pathOfId(pathId),
    browseDirectory: ofJobs(catalog.browseDirectory, ({ jobIds }) => jobIds),
    openRestorePlan: ofJobs(catalog.openRestorePlan, ({ jobIds }) => jobIds),
    closeRestorePlan: (planId) => catalog.closeRestorePlan(planId),

    // SQL sees everything, however it is asked for.
    sql: async (query) => {
      rights.require('Command', 'sqlquery');
      return catalog.sql(query);
    },
  };
}
