import type { MediaRow, PoolRow, VolumeHold } from '../../catalog/rows.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { listingOf, renderListing, type Columns, type ListForm } from './listing.ts';
import { parseNumberList } from './number-list.ts';
import { keptText } from './removal-listing.ts';

/** A time that has not come shows as 0. */
const NEVER = 0;

function volumeColumns(now: Date): Columns<MediaRow> {
  return [
    ['MediaId', (volume) => volume.mediaId],
    ['VolumeName', (volume) => volume.volumeName],
    ['VolStatus', (volume) => volume.volStatus],
    ['Enabled', (volume) => volume.enabled],
    ['VolBytes', (volume) => volume.volBytes],
    ['VolFiles', (volume) => volume.volFiles],
    ['VolRetention', (volume) => volume.volRetention],
    ['Recycle', (volume) => volume.recycle],
    ['Slot', (volume) => volume.slot],
    ['InChanger', (volume) => volume.inChanger],
    ['MediaType', (volume) => volume.mediaType],
    ['VolType', () => 1],
    ['VolParts', () => 0],
    ['LastWritten', (volume) => volume.lastWritten ?? NEVER],
    ['ExpiresIn', (volume) => expiresInSeconds(volume, now)],
  ];
}

function longVolumeColumns(now: Date, holds: readonly VolumeHold[]): Columns<MediaRow> {
  const holdOf = new Map(holds.map((hold) => [hold.mediaId, hold]));
  return [
    ['MediaId', (volume) => volume.mediaId],
    ['VolumeName', (volume) => volume.volumeName],
    ['Slot', (volume) => volume.slot],
    ['PoolId', (volume) => volume.poolId],
    ['Pool', (volume) => volume.poolName],
    ['MediaType', (volume) => volume.mediaType],
    ['FirstWritten', (volume) => volume.firstWritten ?? NEVER],
    ['LastWritten', (volume) => volume.lastWritten ?? NEVER],
    ['LabelDate', (volume) => volume.labelDate ?? NEVER],
    ['VolJobs', (volume) => volume.volJobs],
    ['VolFiles', (volume) => volume.volFiles],
    ['VolBlocks', (volume) => volume.volBlocks],
    ['VolBytes', (volume) => volume.volBytes],
    ['VolErrors', (volume) => volume.volErrors],
    ['VolStatus', (volume) => volume.volStatus],
    ['Enabled', (volume) => volume.enabled],
    ['Recycle', (volume) => volume.recycle],
    ['VolRetention', (volume) => volume.volRetention],
    ['VolUseDuration', (volume) => volume.volUseDuration],
    ['MaxVolJobs', (volume) => volume.maxVolJobs],
    ['MaxVolFiles', (volume) => volume.maxVolFiles],
    ['MaxVolBytes', (volume) => volume.maxVolBytes],
    ['InChanger', (volume) => volume.inChanger],
    ['VolType', () => 1],
    ['StorageId', (volume) => volume.storageId],
    ['RecycleCount', (volume) => volume.recycleCount],
    ['ScratchPoolId', (volume) => volume.scratchPoolId],
    ['RecyclePoolId', (volume) => volume.recyclePoolId],
    ['ActionOnPurge', (volume) => volume.truncateOnPurge],
    ['ExpiresIn', (volume) => expiresInSeconds(volume, now)],
    ['KeptUntil', (volume) => keptText(volume, holdOf.get(volume.mediaId))],
  ];
}

const POOL_COLUMNS: Columns<PoolRow> = [
  ['PoolId', (pool) => pool.poolId],
  ['Name', (pool) => pool.name],
  ['NumVols', (pool) => pool.numVols],
  ['MaxVols', (pool) => pool.maxVols],
  ['MaxVolBytes', (pool) => pool.maxVolBytes],
  ['VolRetention', (pool) => pool.volRetention],
  ['Enabled', () => 1],
  ['PoolType', (pool) => pool.poolType],
  ['LabelFormat', (pool) => pool.labelFormat],
];

const LONG_POOL_COLUMNS: Columns<PoolRow> = [
  ['PoolId', (pool) => pool.poolId],
  ['Name', (pool) => pool.name],
  ['NumVols', (pool) => pool.numVols],
  ['MaxVols', (pool) => pool.maxVols],
  ['UseOnce', (pool) => pool.useOnce],
  ['VolRetention', (pool) => pool.volRetention],
  ['VolUseDuration', (pool) => pool.volUseDuration],
  ['MaxVolJobs', (pool) => pool.maxVolJobs],
  ['MaxVolFiles', (pool) => pool.maxVolFiles],
  ['MaxVolBytes', (pool) => pool.maxVolBytes],
  ['AutoPrune', (pool) => pool.autoPrune],
  ['Recycle', (pool) => pool.recycle],
  ['PoolType', (pool) => pool.poolType],
  ['LabelFormat', (pool) => pool.labelFormat],
  ['Enabled', () => 1],
  ['ScratchPoolId', (pool) => pool.scratchPoolId],
  ['RecyclePoolId', (pool) => pool.recyclePoolId],
  ['ActionOnPurge', (pool) => pool.truncateOnPurge],
];

/** One table per Pool, unless the line names a Pool, a Volume or a job; JSON has a column Pool instead. */
export async function listVolumes(context: CommandContext, form: ListForm): Promise<string> {
  const { services, line, now } = context;
  const columns =
    form === 'table' ? volumeColumns(now()) : longVolumeColumns(now(), await services.catalog.volumeHolds());
  const render = (volumes: readonly MediaRow[]) => renderListing(listingOf(columns, volumes), form);
  const poolName = line.value('pool');
  const volumeName = line.value('volume', 'volumes', 'media');
  const jobIds = line.value('jobid');
  if (jobIds !== undefined) {
    const ofJobs = parseNumberList('jobid', jobIds).map((jobId) => services.catalog.listVolumes({ jobId }));
    return render((await Promise.all(ofJobs)).flat());
  }
  if (poolName !== undefined) await requirePool(context, poolName);
  if (poolName !== undefined || volumeName !== undefined || form === 'json') {
    return render(await services.catalog.listVolumes({ poolName, volumeName }));
  }
  let text = '';
  for (const { name } of await poolsOfCatalog(context)) {
    text += `Pool: ${name}\n${render(await services.catalog.listVolumes({ poolName: name }))}`;
  }
  return text === '' ? render([]) : text;
}

/** The table of one Pool, for who is to choose from it. */
export async function volumesOfPool({ services, now }: CommandContext, poolName: string): Promise<string> {
  const volumes = await services.catalog.listVolumes({ poolName });
  return renderListing(listingOf(volumeColumns(now()), volumes), 'table');
}

export async function listPools(
  { services, line }: CommandContext,
  form: ListForm,
  name: string | undefined = line.value('pool', 'pools'),
): Promise<string> {
  if (name !== undefined) await requirePool({ services }, name);
  const pools = (await services.catalog.listPools({ name })).sort((a, b) => a.poolId - b.poolId);
  const columns = form === 'table' ? POOL_COLUMNS : LONG_POOL_COLUMNS;
  return renderListing(listingOf(columns, pools), form);
}

/** @throws CommandError when the catalog has none of this name: an empty list would hide a slip. */
async function requirePool({ services }: Pick<CommandContext, 'services'>, name: string): Promise<void> {
  if ((await services.catalog.listPools({ name })).length > 0) return;
  throw new CommandError(`the catalog has no Pool "${name}"`, '"list pools" shows the Pools.');
}

async function poolsOfCatalog({ services }: CommandContext): Promise<PoolRow[]> {
  return (await services.catalog.listPools({})).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Until the retention of a written volume has passed. */
function expiresInSeconds({ lastWritten, volRetention }: MediaRow, now: Date): number {
  if (!lastWritten) return 0;
  return Math.max(0, Math.round((lastWritten.getTime() - now.getTime()) / 1000) + volRetention);
}
