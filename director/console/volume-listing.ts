import type { MediaRow, PoolRow, VolumeHold } from '../../catalog/rows.ts';
import type { CommandContext } from './command.ts';
import { listingOf, renderListing, type Columns, type ListForm } from './listing.ts';
import { jobIdsOnLine } from './jobs-on-line.ts';
import { requirePool } from './pool-listing.ts';
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

/** Bacula's, in its order, and two of our own: Pool and KeptUntil. What has no meaning here is 0. */
function longVolumeColumns(now: Date, holds: readonly VolumeHold[]): Columns<MediaRow> {
  const holdOf = new Map(holds.map((hold) => [hold.mediaId, hold]));
  return [
    ['MediaId', (volume) => volume.mediaId],
    ['VolumeName', (volume) => volume.volumeName],
    ['Slot', (volume) => volume.slot],
    ['PoolId', (volume) => volume.poolId],
    ['Pool', (volume) => volume.poolName],
    ['MediaType', (volume) => volume.mediaType],
    ['MediaTypeId', () => 0],
    ['FirstWritten', (volume) => volume.firstWritten ?? NEVER],
    ['LastWritten', (volume) => volume.lastWritten ?? NEVER],
    ['LabelDate', (volume) => volume.labelDate ?? NEVER],
    ['VolJobs', (volume) => volume.volJobs],
    ['VolFiles', (volume) => volume.volFiles],
    ['VolBlocks', (volume) => volume.volBlocks],
    ['VolParts', () => 0],
    ['VolCloudParts', () => 0],
    ['CacheRetention', () => 0],
    ['VolMounts', () => 0],
    ['VolBytes', (volume) => volume.volBytes],
    ['VolABytes', () => 0],
    ['VolAPadding', () => 0],
    ['VolHoleBytes', () => 0],
    ['VolHoles', () => 0],
    ['LastPartBytes', () => 0],
    ['VolErrors', (volume) => volume.volErrors],
    ['VolWrites', () => 0],
    ['VolCapacityBytes', () => 0],
    ['VolStatus', (volume) => volume.volStatus],
    ['Enabled', (volume) => volume.enabled],
    ['Recycle', (volume) => volume.recycle],
    ['VolRetention', (volume) => volume.volRetention],
    ['VolUseDuration', (volume) => volume.volUseDuration],
    ['MaxVolJobs', (volume) => volume.maxVolJobs],
    ['MaxVolFiles', (volume) => volume.maxVolFiles],
    ['MaxVolBytes', (volume) => volume.maxVolBytes],
    ['InChanger', (volume) => volume.inChanger],
    ['EndFile', (volume) => Math.floor(lastAddress(volume) / 2 ** 32)],
    ['EndBlock', (volume) => lastAddress(volume) % 2 ** 32],
    ['VolType', () => 1],
    ['LabelType', () => 0],
    ['StorageId', (volume) => volume.storageId],
    ['DeviceId', () => 0],
    ['MediaAddressing', () => 0],
    ['VolReadTime', () => 0],
    ['VolWriteTime', () => 0],
    ['LocationId', () => 0],
    ['RecycleCount', (volume) => volume.recycleCount],
    ['InitialWrite', (volume) => volume.firstWritten ?? NEVER],
    ['ScratchPoolId', (volume) => volume.scratchPoolId],
    ['RecyclePoolId', (volume) => volume.recyclePoolId],
    ['ActionOnPurge', (volume) => volume.truncateOnPurge],
    ['ExpiresIn', (volume) => expiresInSeconds(volume, now)],
    ['Comment', (volume) => volume.comment],
    ['KeptUntil', (volume) => keptText(volume, holdOf.get(volume.mediaId))],
  ];
}

/** Of the last byte, as Bacula counts it: file * 2^32 + block. */
function lastAddress({ volBytes }: MediaRow): number {
  return Math.max(0, volBytes - 1);
}

/** One table per Pool, unless the line names a Pool, a Volume or a job; JSON has a column Pool instead. */
export async function listVolumes(context: CommandContext, form: ListForm): Promise<string> {
  const { services, line, now } = context;
  const columns =
    form === 'table' ? volumeColumns(now()) : longVolumeColumns(now(), await services.catalog.volumeHolds());
  const render = (volumes: readonly MediaRow[]) => renderListing(listingOf(columns, volumes), form);
  const poolName = line.value('pool');
  const volumeName = line.value('volume', 'volumes', 'media');
  const jobIds = await jobIdsOnLine(context);
  if (jobIds !== undefined) {
    const ofJobs = jobIds.map((jobId) => services.catalog.listVolumes({ jobId }));
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

async function poolsOfCatalog({ services }: CommandContext): Promise<PoolRow[]> {
  return (await services.catalog.listPools({})).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Until the retention of a written volume has passed. */
function expiresInSeconds({ lastWritten, volRetention }: MediaRow, now: Date): number {
  if (!lastWritten) return 0;
  return Math.max(0, Math.round((lastWritten.getTime() - now.getTime()) / 1000) + volRetention);
}
