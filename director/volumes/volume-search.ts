import type { Catalog } from '../../catalog/catalog.ts';
import type { MediaRow, PoolRow } from '../../catalog/rows.ts';
import type { PoolResource } from '../../configuration/director-conf.ts';
import { chooseVolume, type VolumeAnswer } from './volume-choice.ts';
import { newVolumeName } from './label-format.ts';
import type { VolumeOffice } from './volume-office.ts';

/** What a search needs of the catalog. */
export type SearchCatalog = Pick<
  Catalog,
  | 'appendVolumes'
  | 'createVolume'
  | 'jobsOnVolume'
  | 'listPools'
  | 'nextMediaId'
  | 'purgedVolumes'
  | 'recycleVolumes'
  | 'setVolume'
  | 'volumeByName'
>;

export interface SearchOptions {
  readonly catalog: SearchCatalog;
  readonly office: VolumeOffice;
  readonly jobId: number;
  readonly pool: PoolResource;
  readonly mediaType: string;
  readonly storageId: number;
  /** MediaIds that did not do for this job. */
  readonly refused: ReadonlySet<number>;
  readonly now: () => Date;
  /** Values of `$Name` in a Label Format. */
  readonly labelVariable: (name: string, pool: PoolRow) => string | undefined;
  readonly info: (text: string) => Promise<void>;
}

/** A volume reserved for the job, and what is to be done with it. */
export interface FoundVolume {
  readonly media: MediaRow;
  readonly action: 'append' | 'label' | 'recycle';
}

export type SearchResult =
  FoundVolume | { readonly action: 'none' } | { readonly action: 'busy'; readonly media: MediaRow };

/** Closing volumes is what makes a search go round; no pool has that many in one state. */
const ROUNDS_MAX = 10_000;

/**
 * Finds the volume a job writes to next, makes its row when a new one is due, and reserves it. Volumes that have
 * reached a limit are closed on the way.
 * @throws LabelFormatError when a new volume is due and cannot be named.
 */
export function findVolume(options: SearchOptions): Promise<SearchResult> {
  return options.office.lock.run(() => search(options));
}

async function search(options: SearchOptions): Promise<SearchResult> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const poolRow = await poolRowOf(options);
    const answer = await ask(options, poolRow);
    const result = await carryOut(answer, options, poolRow);
    if (!result) continue;
    if (result.action !== 'none' && result.action !== 'busy') {
      options.office.reserve(result.media.mediaId, options.jobId);
    }
    return result;
  }
  throw new Error(`the search for a volume of Pool "${options.pool.name}" does not end`);
}

async function ask(options: SearchOptions, poolRow: PoolRow): Promise<VolumeAnswer<MediaRow>> {
  const { catalog, pool, office, jobId, mediaType } = options;
  const candidates = { poolId: poolRow.poolId, mediaType };
  const question = {
    append: await catalog.appendVolumes(candidates),
    inUse: office.inUseByOthers(jobId),
    refused: options.refused,
    now: options.now(),
    pool: {
      useVolumeOnce: pool.useVolumeOnce,
      maximumVolumes: pool.maximumVolumes,
      volumeCount: poolRow.numVols,
      ...(pool.labelFormat !== undefined && { labelFormat: pool.labelFormat }),
    },
  };
  const answer = chooseVolume({ ...question, recyclable: [] });
  if (answer.kind === 'append' || answer.kind === 'label' || answer.kind === 'close') return answer;
  return chooseVolume({ ...question, recyclable: await recyclableVolumes(catalog, candidates) });
}

/** Undefined: something was changed, look again. */
async function carryOut(
  answer: VolumeAnswer<MediaRow>,
  options: SearchOptions,
  poolRow: PoolRow,
): Promise<SearchResult | undefined> {
  const { catalog } = options;
  switch (answer.kind) {
    case 'close':
      await catalog.setVolume(answer.volume.mediaId, { volStatus: answer.closing.status });
      await options.info(answer.closing.message);
      return undefined;
    case 'append':
    case 'label':
    case 'recycle':
      return { action: answer.kind, media: answer.volume };
    case 'create':
      return { action: 'label', media: await createRow(answer.labelFormat, options, poolRow) };
    case 'busy':
      return { action: 'busy', media: answer.volume };
    case 'none':
      return { action: 'none' };
  }
}

async function createRow(labelFormat: string, options: SearchOptions, poolRow: PoolRow): Promise<MediaRow> {
  const { catalog, pool, mediaType } = options;
  const volumeName = await newVolumeName({
    poolName: pool.name,
    labelFormat,
    highestMediaId: (await catalog.nextMediaId()) - 1,
    isTaken: async (name) => (await catalog.volumeByName(name)) !== undefined,
    variable: (name) => options.labelVariable(name, poolRow),
  });
  const media = await catalog.createVolume({
    volumeName,
    poolId: poolRow.poolId,
    mediaType,
    storageId: options.storageId,
    status: 'Append',
  });
  await options.info(
    `Created new Volume="${volumeName}", Pool="${pool.name}", MediaType="${mediaType}" in catalog.`,
  );
  return media;
}

/** What may be overwritten, and holds no job as far as the catalog knows (durability rule 4). */
async function recyclableVolumes(
  catalog: SearchCatalog,
  candidates: { poolId: number; mediaType: string },
): Promise<MediaRow[]> {
  const marked = [
    ...(await catalog.recycleVolumes(candidates)),
    ...(await catalog.purgedVolumes(candidates)),
  ];
  const empty = await Promise.all(
    marked.map(async (media) => (await catalog.jobsOnVolume(media.mediaId)).length === 0),
  );
  return marked.filter((_, index) => empty[index]);
}

async function poolRowOf({ catalog, pool }: SearchOptions): Promise<PoolRow> {
  const [row] = await catalog.listPools({ name: pool.name });
  if (!row) throw new Error(`Pool "${pool.name}" is not in the catalog`);
  return row;
}
