import type { Catalog } from '../../catalog/catalog.ts';
import type { MediaRow, PoolRow } from '../../catalog/rows.ts';
import type { PoolResource } from '../../configuration/director-conf.ts';
import type { Retention } from '../retention/retention.ts';
import { closingOf } from './closing-test.ts';
import { newVolumeName } from './label-format.ts';
import type { LabelVariable } from './label-variables.ts';
import type { VolumeOffice } from './volume-office.ts';
import { isClosed } from './volume-state.ts';

/** What a search needs of the catalog. */
export type SearchCatalog = Pick<
  Catalog,
  | 'appendVolumes'
  | 'createVolume'
  | 'jobsOnVolume'
  | 'listPools'
  | 'listVolumes'
  | 'nextMediaId'
  | 'oldestVolumes'
  | 'pruneCandidates'
  | 'purgedVolumes'
  | 'recycleVolumes'
  | 'setVolume'
  | 'volumeByName'
>;

export interface SearchOptions {
  readonly catalog: SearchCatalog;
  readonly office: VolumeOffice;
  readonly retention: Pick<Retention, 'pruneVolumeLocked' | 'purgeVolumeLocked' | 'expired' | 'removable'>;
  readonly jobId: number;
  readonly pool: PoolResource;
  readonly mediaType: string;
  readonly storageId: number;
  /** StorageIds of other storage daemons that the pool is written through too: their volumes are not at hand. */
  readonly elsewhere: ReadonlySet<number>;
  /** Whether expired volumes may be emptied for this job: Auto Prune, or Prune Volumes of the Job. */
  readonly mayPrune: boolean;
  /** MediaIds that did not do for this job. */
  readonly refused: ReadonlySet<number>;
  readonly now: () => Date;
  /** Values of `$Name` in a Label Format. */
  readonly labelVariable: (pool: PoolRow) => LabelVariable;
  readonly info: (text: string) => Promise<void>;
}

/** A volume reserved for the job, and what is to be done with it. */
export interface FoundVolume {
  readonly media: MediaRow;
  readonly action: 'append' | 'label' | 'recycle';
}

export type SearchResult =
  FoundVolume | { readonly action: 'none' } | { readonly action: 'busy'; readonly media: MediaRow };

/** The pool that gives volumes to all others, when a pool names none. */
const SCRATCH = 'Scratch';

interface Search extends SearchOptions {
  readonly poolRow: PoolRow;
  /** MediaIds that others write to, that did not do, or that lie elsewhere. */
  readonly excluded: ReadonlySet<number>;
}

type Step = (search: Search) => Promise<FoundVolume | undefined>;

/** In the order of reference bacula-volumes section 3; the first that finds one decides. */
const STEPS: readonly Step[] = [
  currentPruned,
  appendable,
  recyclable,
  pruned,
  fromScratch,
  created,
  oldestPurged,
  oldestPruned,
];

/**
 * Finds the volume a job writes to next, makes its row when a new one is due, and reserves it. Volumes that have
 * reached a limit are closed on the way.
 * @throws LabelFormatError when a new volume is due and cannot be named.
 */
export function findVolume(options: SearchOptions): Promise<SearchResult> {
  return options.office.lock.run(() => search(options));
}

async function search(options: SearchOptions): Promise<SearchResult> {
  const { office, jobId } = options;
  const excluded = new Set([
    ...options.refused,
    ...office.inUseByOthers(jobId),
    ...(await volumesElsewhere(options)),
  ]);
  for (const step of STEPS) {
    const found = await step({ ...options, excluded, poolRow: await poolRowOf(options, options.pool.name) });
    if (!found) continue;
    office.reserve(found.media.mediaId, jobId);
    return found;
  }
  const busy = await busyVolume(options);
  return busy ? { action: 'busy', media: busy } : { action: 'none' };
}

async function volumesElsewhere({ catalog, mediaType, elsewhere }: SearchOptions): Promise<number[]> {
  if (elsewhere.size === 0) return [];
  const volumes = await catalog.listVolumes({});
  return volumes
    .filter((volume) => volume.mediaType === mediaType && elsewhere.has(volume.storageId) && volume.labelDate)
    .map(({ mediaId }) => mediaId);
}

/** 0: the volume written last, when all on it has expired: on disk it stands for the one in the drive. */
async function currentPruned(search: Search): Promise<FoundVolume | undefined> {
  if (!search.pool.recycleCurrentVolume) return undefined;
  const current = await writtenLast(search);
  if (!current || !isClosed(current) || search.excluded.has(current.mediaId)) return undefined;
  const { kept } = await search.retention.expired({ kind: 'volume', volume: current });
  if (kept.length > 0) return undefined;
  const { purged } = await search.retention.pruneVolumeLocked(current);
  return saidEmpty(search, current, purged);
}

/** 1: a volume that takes more, the one written last first. */
async function appendable(search: Search): Promise<FoundVolume | undefined> {
  for (const media of await search.catalog.appendVolumes(candidates(search))) {
    if (search.excluded.has(media.mediaId) || (await closed(media, search))) continue;
    return { action: media.labelDate ? 'append' : 'label', media };
  }
  return undefined;
}

/** 2 and 3: a volume without jobs, one chosen for reuse before one that is merely purged. */
async function recyclable(search: Search): Promise<FoundVolume | undefined> {
  return firstWithoutJobs(search, search.poolRow);
}

/** 4: volumes whose time has passed, until one is empty that can be used here. */
async function pruned(search: Search): Promise<FoundVolume | undefined> {
  if (!search.mayPrune) return undefined;
  const { catalog, mediaType } = search;
  const poolIds = await poolsThatGive(search);
  for (const media of await catalog.pruneCandidates({ poolIds, mediaType, now: search.now() })) {
    if (search.excluded.has(media.mediaId)) continue;
    const { purged } = await search.retention.pruneVolumeLocked(media);
    const found = await saidEmpty(search, media, purged);
    if (found) return found;
  }
  return undefined;
}

/** 5: a volume of the scratch pool; it gets the settings of this pool and keeps its Recycle Pool. */
async function fromScratch(search: Search): Promise<FoundVolume | undefined> {
  const { catalog, pool, poolRow, mediaType } = search;
  const [scratch] = await catalog.listPools({ name: pool.scratchPool?.name ?? SCRATCH });
  if (!scratch || scratch.poolId === poolRow.poolId || !hasRoom(search)) return undefined;
  const spare = (await catalog.appendVolumes({ poolId: scratch.poolId, mediaType })).find(
    ({ mediaId, volJobs }) => !search.excluded.has(mediaId) && volJobs === 0,
  );
  const found: FoundVolume | undefined = spare
    ? { action: spare.labelDate ? 'append' : 'label', media: spare }
    : await firstWithoutJobs(search, scratch);
  if (!found) return undefined;
  const { volRetention, volUseDuration, maxVolJobs, maxVolFiles, maxVolBytes, recycle } = poolRow;
  const limits = { volRetention, volUseDuration, maxVolJobs, maxVolFiles, maxVolBytes, recycle };
  const { poolId, truncateOnPurge } = poolRow;
  await catalog.setVolume(found.media.mediaId, { poolId, truncateOnPurge, ...limits });
  await search.info(`Using Volume "${found.media.volumeName}" from Pool "${scratch.name}".`);
  return { ...found, media: await reread(search, found.media) };
}

/** 6: a new volume, within Maximum Volumes. */
async function created(search: Search): Promise<FoundVolume | undefined> {
  const { catalog, pool, poolRow, mediaType, storageId } = search;
  const { labelFormat } = pool;
  if (!labelFormat || labelFormat === '*' || !hasRoom(search)) return undefined;
  const volumeName = await newVolumeName({
    poolName: pool.name,
    labelFormat,
    highestMediaId: (await catalog.nextMediaId()) - 1,
    isTaken: async (name) => (await catalog.volumeByName(name)) !== undefined,
    variable: search.labelVariable(poolRow),
  });
  const { poolId } = poolRow;
  const media = await catalog.createVolume({ volumeName, poolId, mediaType, storageId, status: 'Append' });
  await search.info(
    `Created new Volume="${volumeName}", Pool="${pool.name}", MediaType="${mediaType}" in catalog.`,
  );
  return { action: 'label', media };
}

/** 7: the oldest volume, whatever its retention; the last good Full of somebody stays all the same. */
async function oldestPurged(search: Search): Promise<FoundVolume | undefined> {
  if (!search.pool.purgeOldestVolume) return undefined;
  for (const media of await oldest(search)) {
    const { kept } = await search.retention.expired({ kind: 'volume', volume: media });
    if (kept.some(({ because }) => because !== 'retention')) continue;
    const { purged } = await search.retention.purgeVolumeLocked(media);
    const found = await saidEmpty(search, media, purged);
    if (found) return found;
  }
  return undefined;
}

/** 8: the oldest volume, if all on it has expired. */
async function oldestPruned(search: Search): Promise<FoundVolume | undefined> {
  if (!search.pool.recycleOldestVolume) return undefined;
  const [media] = await oldest(search);
  if (!media) return undefined;
  const { purged } = await search.retention.pruneVolumeLocked(media);
  return saidEmpty(search, media, purged);
}

// ---- what the steps share -----------------------------------------------------------------------------------------

function candidates({ poolRow, mediaType }: Search): { poolId: number; mediaType: string } {
  return { poolId: poolRow.poolId, mediaType };
}

function hasRoom({ pool, poolRow }: Search): boolean {
  return pool.maximumVolumes === 0 || poolRow.numVols < pool.maximumVolumes;
}

/** Closes a volume that has reached a limit. */
async function closed(media: MediaRow, { catalog, pool, now, info }: Search): Promise<boolean> {
  const closing = closingOf(media, { useVolumeOnce: pool.useVolumeOnce, now: now() });
  if (!closing) return false;
  await catalog.setVolume(media.mediaId, { volStatus: closing.status });
  await info(closing.message);
  return true;
}

/** What may be overwritten in a pool, and holds no job as far as the catalog knows (durability rule 4). */
async function firstWithoutJobs(search: Search, { poolId }: PoolRow): Promise<FoundVolume | undefined> {
  const { catalog, mediaType } = search;
  const wanted = { poolId, mediaType };
  const marked = [...(await catalog.recycleVolumes(wanted)), ...(await catalog.purgedVolumes(wanted))];
  for (const media of marked) {
    if (search.excluded.has(media.mediaId)) continue;
    if ((await catalog.jobsOnVolume(media.mediaId)).length === 0) return { action: 'recycle', media };
  }
  return undefined;
}

/** This pool, and those whose empty volumes come here: to itself, or to the scratch pool that it takes from. */
async function poolsThatGive({ catalog, pool, poolRow }: Search): Promise<number[]> {
  const rows = await catalog.listPools({});
  const scratch = rows.find(({ name }) => name === (pool.scratchPool?.name ?? SCRATCH));
  const homes = [poolRow.poolId, ...(scratch ? [scratch.poolId] : [])];
  const others = rows.filter(({ recyclePoolId }) => homes.includes(recyclePoolId));
  return [...new Set([poolRow.poolId, ...others.map(({ poolId }) => poolId)])];
}

async function oldest(search: Search): Promise<MediaRow[]> {
  const rows = await search.catalog.oldestVolumes(candidates(search));
  return rows.filter(({ mediaId }) => !search.excluded.has(mediaId));
}

async function writtenLast({ catalog, pool, mediaType }: Search): Promise<MediaRow | undefined> {
  const timeOf = ({ lastWritten }: MediaRow) => lastWritten?.getTime() ?? 0;
  return (await catalog.listVolumes({ poolName: pool.name }))
    .filter((media) => media.mediaType === mediaType && media.lastWritten)
    .sort((a, b) => timeOf(b) - timeOf(a))[0];
}

/** Says that a volume became empty. It is found if it can be used in this pool; one that went elsewhere is not. */
async function saidEmpty(
  search: Search,
  media: MediaRow,
  purged: readonly MediaRow[],
): Promise<FoundVolume | undefined> {
  const empty = purged.find(({ mediaId }) => mediaId === media.mediaId);
  if (!empty) return undefined;
  const { volumeName } = media;
  await search.info(`There are no more Jobs associated with Volume "${volumeName}". Marking it purged.`);
  await search.info(`All records pruned from Volume "${volumeName}"; marking it "Purged"`);
  const isHere = empty.poolId === search.poolRow.poolId && empty.recycle && empty.enabled === 1;
  return isHere ? { action: 'recycle', media: empty } : undefined;
}

/** A volume that would do but that another job writes. */
async function busyVolume(options: SearchOptions): Promise<MediaRow | undefined> {
  const { catalog, pool, mediaType, office, jobId, refused, elsewhere } = options;
  const { poolId } = await poolRowOf(options, pool.name);
  const inUse = office.inUseByOthers(jobId);
  const rows = await catalog.appendVolumes({ poolId, mediaType });
  return rows.find(
    ({ mediaId, storageId }) => inUse.has(mediaId) && !refused.has(mediaId) && !elsewhere.has(storageId),
  );
}

async function reread({ catalog }: Search, { volumeName }: MediaRow): Promise<MediaRow> {
  const row = await catalog.volumeByName(volumeName);
  if (!row) throw new Error(`Volume "${volumeName}" is gone from the catalog`);
  return row;
}

async function poolRowOf({ catalog }: SearchOptions, name: string): Promise<PoolRow> {
  const [row] = await catalog.listPools({ name });
  if (!row) throw new Error(`Pool "${name}" is not in the catalog`);
  return row;
}
