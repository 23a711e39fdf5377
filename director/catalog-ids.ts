import type { Catalog } from '../catalog/catalog.ts';
import type { PoolRow } from '../catalog/rows.ts';
import type { DirectorConf, PoolResource } from '../configuration/director-conf.ts';
import { clientRetentions } from './retention/record-periods.ts';

/**
 * The rows of the conf's Clients, Pools and Storages in the catalog. Ids of resources that a reload took out of the
 * conf are kept: jobs may still hold them, and volumes name their storages.
 */
export class CatalogIds {
  readonly #catalog: Catalog;
  readonly #clients = new Map<string, number>();
  readonly #pools = new Map<string, number>();
  readonly #storages = new Map<string, number>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Brings the catalog's rows up to the conf. */
  async sync(conf: DirectorConf): Promise<void> {
    for (const client of conf.clients) {
      const { name, autoPrune } = client;
      const row = { name, autoPrune, ...clientRetentions(client) };
      this.#clients.set(name, await this.#catalog.syncClient(row));
    }
    // Twice, since a pool may name one behind it.
    for (const pool of [...conf.pools, ...conf.pools]) {
      this.#pools.set(pool.name, (await syncPool(this.#catalog, pool)).poolId);
    }
    for (const { name } of conf.storages) this.#storages.set(name, await this.#catalog.syncStorage(name));
  }

  clientId(name: string): number {
    return known(this.#clients, 'Client', name);
  }

  poolId(name: string): number {
    return known(this.#pools, 'Pool', name);
  }

  storageId(name: string): number {
    return known(this.#storages, 'Storage', name);
  }

  /** Undefined: a storage that no conf read by this Director names. */
  storageName(storageId: number): string | undefined {
    return [...this.#storages].find(([, id]) => id === storageId)?.[0];
  }
}

/** Writes the pool's row as the conf has it; volumes keep what they have. */
export function syncPool(catalog: Catalog, pool: PoolResource): Promise<PoolRow> {
  return catalog.syncPool({
    name: pool.name,
    poolType: pool.poolType,
    labelFormat: pool.labelFormat ?? '*',
    maxVols: pool.maximumVolumes,
    volRetention: pool.volumeRetention,
    volUseDuration: pool.volumeUseDuration,
    maxVolJobs: pool.maximumVolumeJobs,
    maxVolFiles: pool.maximumVolumeFiles,
    maxVolBytes: pool.maximumVolumeBytes,
    autoPrune: pool.autoPrune,
    recycle: pool.recycle,
    useOnce: pool.useVolumeOnce,
    truncateOnPurge: pool.actionOnPurge === 'Truncate',
    ...(pool.recyclePool && { recyclePool: pool.recyclePool.name }),
    ...(pool.scratchPool && { scratchPool: pool.scratchPool.name }),
  });
}

function known(ids: ReadonlyMap<string, number>, type: string, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`${type} "${name}" was never brought into the catalog`);
  return id;
}
