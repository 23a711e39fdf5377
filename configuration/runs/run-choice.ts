import type { JobResource, PoolResource, StorageResource } from '../director-resources.ts';

/** What a run (of a schedule, or by hand) names instead of what its Job names. */
export interface RunChoice {
  readonly job: JobResource;
  readonly pool?: PoolResource;
  readonly fullPool?: PoolResource;
  readonly differentialPool?: PoolResource;
  readonly incrementalPool?: PoolResource;
  readonly storage?: StorageResource;
}

/** A resource, and who named it: the run or the Job for this level, or for any; or the Pool (a Storage). */
export interface Chosen<R> {
  readonly resource: R;
  readonly by: 'run for level' | 'job for level' | 'run' | 'pool' | 'job';
}

/** Of which property a level takes its pool; the other levels have no pool of their own. */
const LEVEL_POOLS: ReadonlyMap<string, { readonly ofRun?: keyof RunPools; readonly ofJob: keyof JobPools }> =
  new Map([
    ['Full', { ofRun: 'fullPool', ofJob: 'fullBackupPool' }],
    ['Differential', { ofRun: 'differentialPool', ofJob: 'differentialBackupPool' }],
    ['Incremental', { ofRun: 'incrementalPool', ofJob: 'incrementalBackupPool' }],
    ['VirtualFull', { ofJob: 'virtualFullBackupPool' }],
  ]);

type RunPools = Pick<RunChoice, 'fullPool' | 'differentialPool' | 'incrementalPool'>;
type JobPools = Pick<
  JobResource,
  'fullBackupPool' | 'differentialBackupPool' | 'incrementalBackupPool' | 'virtualFullBackupPool'
>;

/**
 * The pool of a run at its final level: for a Backup the level-specific pool of the run, then of the Job; else the
 * pool that the run names; else the Job's. (So `run pool=X` by hand does not get X when the Job has a pool for the
 * level.)
 *
 * @param level Its name in full as the conf has it, such as "Incremental".
 */
export function chosenPool(run: RunChoice, level: string | undefined): Chosen<PoolResource> {
  const { job } = run;
  const { ofRun, ofJob } = (job.type === 'Backup' && LEVEL_POOLS.get(level ?? '')) || {};
  const forLevel = ofRun && run[ofRun];
  if (forLevel) return { resource: forLevel, by: 'run for level' };
  const ofJobForLevel = ofJob && job[ofJob];
  if (ofJobForLevel) return { resource: ofJobForLevel, by: 'job for level' };
  return run.pool ? { resource: run.pool, by: 'run' } : { resource: job.pool, by: 'job' };
}

/** Storages of which a run that writes takes one when it begins. */
export interface StorageGroup {
  /** In the order of the conf; at least one. A disabled one is there only when all are: it is the one to name. */
  readonly storages: readonly [StorageResource, ...StorageResource[]];
  readonly by: 'run' | 'pool' | 'job';
  readonly policy: JobResource['storageGroupPolicy'];
  /** For FreeSpaceLeastUsed. */
  readonly thresholdBytes: number;
}

/** The storages of a run: the one that the run names, else the pool's, else the Job's; undefined: none. */
export function storageGroup(run: RunChoice, pool: PoolResource): StorageGroup | undefined {
  const { job, storage } = run;
  const policy = job.storageGroupPolicy === 'ListedOrder' ? pool.storageGroupPolicy : job.storageGroupPolicy;
  const thresholdBytes = job.storageGroupPolicyThreshold || pool.storageGroupPolicyThreshold;
  if (storage) return { storages: [storage], by: 'run', policy, thresholdBytes };
  const by = pool.storage.length > 0 ? 'pool' : 'job';
  const listed = by === 'pool' ? pool.storage : job.storage;
  const enabled = listed.filter((one) => one.enabled);
  const [first, ...others] = enabled.length > 0 ? enabled : listed.slice(0, 1);
  return first && { storages: [first, ...others], by, policy, thresholdBytes };
}

/** The first of them, which is the one to name before the run begins. */
export function chosenStorage(run: RunChoice, pool: PoolResource): Chosen<StorageResource> | undefined {
  const group = storageGroup(run, pool);
  return group && { resource: group.storages[0], by: group.by };
}

/** The level that a run asks for; a Backup or Verify has one always, other types only when it is named. */
export function askedLevel(job: JobResource, ofRun: string | undefined): string | undefined {
  return ofRun ?? job.level ?? DEFAULT_LEVELS[job.type];
}

const DEFAULT_LEVELS: Readonly<Record<string, string>> = { Backup: 'Incremental', Verify: 'Catalog' };
