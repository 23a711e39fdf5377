import type { JobResource } from '../../configuration/director-conf.ts';
import type { CommandContext } from './command.ts';

/** What a job of this Job resource would write to in this Pool, going by the catalog now. */
export type NextVolume = { readonly volumeName: string } | 'new' | 'unknown';

export async function nextVolume(
  { conf, services }: CommandContext,
  job: JobResource,
  poolName: string,
): Promise<NextVolume> {
  const pool = conf().pools.find(({ name }) => name === poolName);
  const mediaType = (pool?.storage?.[0] ?? job.storage?.[0])?.mediaType;
  const [row] = await services.catalog.listPools({ name: poolName });
  if (!pool || !row || mediaType === undefined) return 'unknown';
  const [first] = await services.catalog.appendVolumes({ poolId: row.poolId, mediaType });
  if (first) return { volumeName: first.volumeName };
  const mayGrow = pool.maximumVolumes === 0 || row.numVols < pool.maximumVolumes;
  return pool.labelFormat !== undefined && mayGrow ? 'new' : 'unknown';
}
