import type { Connection } from './connection.ts';
import type { ClientSettings, FileSetVersion, PoolSettings } from './inputs.ts';
import type { ClientRow, PoolRow } from './rows.ts';

/** What the conf defines and jobs refer to: Clients, Pools, Storages, FileSets. Rows are made on first sight. */

const SYNC_CLIENT = `
  INSERT INTO Client (Name, Uname, AutoPrune, FileRetention, JobRetention)
  VALUES (:name, coalesce(:uname, ''), :autoPrune, :fileRetention, :jobRetention)
  ON CONFLICT (Name) DO UPDATE SET
    Uname = coalesce(:uname, Uname), AutoPrune = excluded.AutoPrune,
    FileRetention = excluded.FileRetention, JobRetention = excluded.JobRetention
  RETURNING ClientId`;

/** Gives the ClientId. */
export function syncClient(db: Connection, client: ClientSettings): number {
  return written(
    db.value<number>(SYNC_CLIENT, {
      name: client.name,
      uname: client.uname ?? null,
      autoPrune: Number(client.autoPrune),
      fileRetention: client.fileRetention,
      jobRetention: client.jobRetention,
    }),
  );
}

const SYNC_POOL = `
  INSERT INTO VolumePool
    (Name, PoolType, LabelFormat, MaxVols, VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles, MaxVolBytes,
     AutoPrune, Recycle, UseOnce, ActionOnPurge, RecyclePoolId, ScratchPoolId)
  VALUES
    (:name, :poolType, :labelFormat, :maxVols, :volRetention, :volUseDuration, :maxVolJobs, :maxVolFiles, :maxVolBytes,
     :autoPrune, :recycle, :useOnce, :truncateOnPurge,
     coalesce((SELECT PoolId FROM VolumePool WHERE Name = :recyclePool), 0),
     coalesce((SELECT PoolId FROM VolumePool WHERE Name = :scratchPool), 0))
  ON CONFLICT (Name) DO UPDATE SET
    PoolType = excluded.PoolType, LabelFormat = excluded.LabelFormat, MaxVols = excluded.MaxVols,
    VolRetention = excluded.VolRetention, VolUseDuration = excluded.VolUseDuration, MaxVolJobs = excluded.MaxVolJobs,
    MaxVolFiles = excluded.MaxVolFiles, MaxVolBytes = excluded.MaxVolBytes, AutoPrune = excluded.AutoPrune,
    Recycle = excluded.Recycle, UseOnce = excluded.UseOnce, ActionOnPurge = excluded.ActionOnPurge,
    RecyclePoolId = excluded.RecyclePoolId, ScratchPoolId = excluded.ScratchPoolId`;

/** Settings apply to volumes made from now on. */
export function syncPool(db: Connection, pool: PoolSettings): PoolRow {
  db.run(SYNC_POOL, {
    ...pool,
    autoPrune: Number(pool.autoPrune),
    recycle: Number(pool.recycle),
    useOnce: Number(pool.useOnce),
    truncateOnPurge: Number(pool.truncateOnPurge),
    recyclePool: pool.recyclePool ?? null,
    scratchPool: pool.scratchPool ?? null,
  });
  return written(listPools(db, { name: pool.name })[0]);
}

/** Gives the StorageId. */
export function syncStorage(db: Connection, name: string): number {
  db.run('INSERT INTO Storage (Name) VALUES (:name) ON CONFLICT DO NOTHING', { name });
  return written(db.value<number>('SELECT StorageId FROM Storage WHERE Name = :name', { name }));
}

const KNOWN_VERSION = `
  SELECT FileSetId, CreateTime FROM FileSetVersion WHERE FileSet = :name AND MD5 = :md5`;

/** The version of the FileSet that has these File lines (as their MD5), made when it is new. */
export function fileSetVersion(
  db: Connection,
  { name, md5, now }: { readonly name: string; readonly md5: string; readonly now: Date },
): FileSetVersion {
  const known = db.get<{ FileSetId: number; CreateTime: number }>(KNOWN_VERSION, { name, md5 });
  const otherMd5 = db.value('SELECT 1 FROM FileSetVersion WHERE FileSet = :name AND MD5 <> :md5', {
    name,
    md5,
  });
  const previousMd5Existed = otherMd5 !== undefined;
  if (known !== undefined) {
    const { FileSetId, CreateTime } = known;
    return { fileSetId: FileSetId, createTime: new Date(CreateTime), isNew: false, previousMd5Existed };
  }
  const { insertedId: fileSetId } = db.run(
    'INSERT INTO FileSetVersion (FileSet, MD5, CreateTime) VALUES (:name, :md5, :now)',
    { name, md5, now: now.getTime() },
  );
  return { fileSetId, createTime: now, isNew: true, previousMd5Existed };
}

/** By name. */
export function listClients(db: Connection): ClientRow[] {
  return db
    .all<Omit<ClientRow, 'autoPrune'> & { autoPrune: number }>(
      `SELECT ClientId AS clientId, Name AS name, Uname AS uname, FileRetention AS fileRetention,
              JobRetention AS jobRetention, AutoPrune AS autoPrune
         FROM Client ORDER BY Name`,
    )
    .map((columns) => ({ ...columns, autoPrune: columns.autoPrune !== 0 }));
}

const POOLS = `
  SELECT PoolId AS poolId, Name AS name, PoolType AS poolType, LabelFormat AS labelFormat, MaxVols AS maxVols,
         (SELECT count(*) FROM Volume v WHERE v.PoolId = p.PoolId) AS numVols,
         VolRetention AS volRetention, VolUseDuration AS volUseDuration, MaxVolJobs AS maxVolJobs,
         MaxVolFiles AS maxVolFiles, MaxVolBytes AS maxVolBytes, AutoPrune AS autoPrune, Recycle AS recycle,
         UseOnce AS useOnce, ActionOnPurge AS truncateOnPurge, RecyclePoolId AS recyclePoolId, ScratchPoolId AS scratchPoolId
    FROM VolumePool p WHERE :name IS NULL OR Name = :name ORDER BY Name`;

type PoolFlag = 'autoPrune' | 'recycle' | 'useOnce' | 'truncateOnPurge';

/** By name. */
export function listPools(db: Connection, filter: { readonly name?: string } = {}): PoolRow[] {
  return db
    .all<Omit<PoolRow, PoolFlag> & Record<PoolFlag, number>>(POOLS, { name: filter.name ?? null })
    .map((columns) => ({
      ...columns,
      autoPrune: columns.autoPrune !== 0,
      recycle: columns.recycle !== 0,
      useOnce: columns.useOnce !== 0,
      truncateOnPurge: columns.truncateOnPurge !== 0,
    }));
}

/** A row that the statement before has just written. */
function written<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a row that was just written is not there');
  return value;
}
