import type { PoolRow } from '../../catalog/rows.ts';
import type { PoolResource } from '../../configuration/director-conf.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { listingOf, renderListing, type Columns, type ListForm } from './listing.ts';

/** A Pool of the catalog with what its Volumes and the conf add. */
interface LongPool extends PoolRow {
  /** Of all its Volumes together. */
  readonly poolBytes: number;
  /** 0 = none. */
  readonly nextPoolId: number;
  /** Undefined when the Pool is no longer in the conf. */
  readonly resource: PoolResource | undefined;
}

const COLUMNS: Columns<PoolRow> = [
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

/** Bacula's, in its order. What has no meaning on disk, or no directive, is 0. */
const LONG_COLUMNS: Columns<LongPool> = [
  ['PoolId', (pool) => pool.poolId],
  ['Name', (pool) => pool.name],
  ['NumVols', (pool) => pool.numVols],
  ['MaxVols', (pool) => pool.maxVols],
  ['UseOnce', (pool) => pool.useOnce],
  ['UseCatalog', () => 1],
  ['AcceptAnyVolume', () => 0],
  ['VolRetention', (pool) => pool.volRetention],
  ['VolUseDuration', (pool) => pool.volUseDuration],
  ['MaxVolJobs', (pool) => pool.maxVolJobs],
  ['MaxVolFiles', (pool) => pool.maxVolFiles],
  ['MaxVolBytes', (pool) => pool.maxVolBytes],
  ['PoolBytes', (pool) => pool.poolBytes],
  ['MaxPoolBytes', () => 0],
  ['AutoPrune', (pool) => pool.autoPrune],
  ['Recycle', (pool) => pool.recycle],
  ['PoolType', (pool) => pool.poolType],
  ['LabelFormat', (pool) => pool.labelFormat],
  ['Enabled', () => 1],
  ['ScratchPoolId', (pool) => pool.scratchPoolId],
  ['RecyclePoolId', (pool) => pool.recyclePoolId],
  ['LabelType', () => 0],
  ['ActionOnPurge', (pool) => pool.truncateOnPurge],
  ['CacheRetention', () => 0],
  ['NextPoolId', (pool) => pool.nextPoolId],
  ['MigrationHighBytes', ({ resource }) => resource?.migrationHighBytes ?? 0],
  ['MigrationLowBytes', ({ resource }) => resource?.migrationLowBytes ?? 0],
  ['MigrationTime', ({ resource }) => resource?.migrationTime ?? 0],
];

/** All Pools, or the one that is named, by PoolId. @throws CommandError when the catalog has none of that name. */
export async function listPools(
  context: CommandContext,
  form: ListForm,
  name: string | undefined = context.line.value('pool', 'pools'),
): Promise<string> {
  if (name !== undefined) await requirePool(context, name);
  if (form !== 'table') return longPools(context, form, name);
  const pools = await context.services.catalog.listPools({ name });
  return renderListing(listingOf(COLUMNS, byPoolId(pools)), form);
}

/** The same with all columns. */
export async function longPools(
  { services, conf }: CommandContext,
  form: ListForm,
  name: string | undefined,
): Promise<string> {
  const [all, volumes] = await Promise.all([
    services.catalog.listPools({}),
    services.catalog.listVolumes({}),
  ]);
  const pools = byPoolId(all)
    .filter((pool) => name === undefined || pool.name === name)
    .map((pool): LongPool => {
      const resource = conf().pools.find((one) => one.name === pool.name);
      const nextPool = all.find((one) => one.name === resource?.nextPool?.name);
      const poolBytes = volumes
        .filter(({ poolId }) => poolId === pool.poolId)
        .reduce((sum, { volBytes }) => sum + volBytes, 0);
      return { ...pool, resource, poolBytes, nextPoolId: nextPool?.poolId ?? 0 };
    });
  return renderListing(listingOf(LONG_COLUMNS, pools), form);
}

/** @throws CommandError when the catalog has none of this name: an empty list would hide a slip. */
export async function requirePool(
  { services }: Pick<CommandContext, 'services'>,
  name: string,
): Promise<void> {
  if ((await services.catalog.listPools({ name })).length > 0) return;
  throw new CommandError(`the catalog has no Pool "${name}"`, '"list pools" shows the Pools.');
}

function byPoolId(pools: readonly PoolRow[]): PoolRow[] {
  return pools.toSorted((a, b) => a.poolId - b.poolId);
}
