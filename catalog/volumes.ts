import { CatalogError } from './catalog-error.ts';
import { updateOf, type Changeable } from './changes.ts';
import { fromColumn, toColumn, type Connection, type Parameters } from './connection.ts';
import type { NewVolume, VolumeCandidates, VolumeChanges, VolumeFilter } from './inputs.ts';
import { selectJobs } from './job-rows.ts';
import type { JobRow, MediaRow } from './rows.ts';
import { sqliteCode } from './sqlite-error.ts';

interface VolumeColumns extends Omit<
  MediaRow,
  'recycle' | 'truncateOnPurge' | 'inChanger' | 'firstWritten' | 'lastWritten' | 'labelDate'
> {
  readonly recycle: number;
  readonly truncateOnPurge: number;
  readonly inChanger: number;
  readonly firstWritten: number | null;
  readonly lastWritten: number | null;
  readonly labelDate: number | null;
}

const VOLUME_ROWS = `
  SELECT v.MediaId AS mediaId, v.VolumeName AS volumeName, v.PoolId AS poolId, coalesce(p.Name, '') AS poolName,
         v.MediaType AS mediaType, v.StorageId AS storageId, v.VolStatus AS volStatus, v.Enabled AS enabled,
         v.VolBytes AS volBytes, v.VolFiles AS volFiles, v.VolJobs AS volJobs, v.VolBlocks AS volBlocks,
         v.VolErrors AS volErrors, v.VolRetention AS volRetention, v.VolUseDuration AS volUseDuration,
         v.MaxVolJobs AS maxVolJobs, v.MaxVolFiles AS maxVolFiles, v.MaxVolBytes AS maxVolBytes,
         v.Recycle AS recycle, v.Slot AS slot, v.InChanger AS inChanger, v.FirstWritten AS firstWritten,
         v.LastWritten AS lastWritten, v.LabelDate AS labelDate, v.RecycleCount AS recycleCount,
         v.ActionOnPurge AS truncateOnPurge, v.RecyclePoolId AS recyclePoolId, v.ScratchPoolId AS scratchPoolId,
         v.Comment AS comment
    FROM Volume v LEFT JOIN VolumePool p ON p.PoolId = v.PoolId`;

function selectVolumes(db: Connection, rest: string, parameters: Parameters): MediaRow[] {
  return db.all<VolumeColumns>(`${VOLUME_ROWS} ${rest}`, parameters).map((columns) => ({
    ...columns,
    recycle: columns.recycle !== 0,
    truncateOnPurge: columns.truncateOnPurge !== 0,
    inChanger: columns.inChanger !== 0,
    firstWritten: fromColumn(columns.firstWritten),
    lastWritten: fromColumn(columns.lastWritten),
    labelDate: fromColumn(columns.labelDate),
  }));
}

const USABLE = 'v.PoolId = :poolId AND v.MediaType = :mediaType AND v.Enabled = 1';
const OLDEST_FIRST = 'ORDER BY v.LastWritten, v.MediaId';

/** Volumes to go on with: the one written last first, never written ones behind, then by age. */
export function appendVolumes(db: Connection, { poolId, mediaType }: VolumeCandidates): MediaRow[] {
  const order = 'ORDER BY v.LastWritten IS NULL, v.LastWritten DESC, v.MediaId';
  return selectVolumes(db, `WHERE ${USABLE} AND v.VolStatus = 'Append' ${order}`, { poolId, mediaType });
}

/** Volumes already chosen for reuse, the oldest data first. */
export function recycleVolumes(db: Connection, { poolId, mediaType }: VolumeCandidates): MediaRow[] {
  const where = `WHERE ${USABLE} AND v.VolStatus = 'Recycle' AND v.Recycle = 1`;
  return selectVolumes(db, `${where} ${OLDEST_FIRST}`, { poolId, mediaType });
}

/** Volumes without jobs that may be reused, the oldest data first. */
export function purgedVolumes(db: Connection, { poolId, mediaType }: VolumeCandidates): MediaRow[] {
  const where = `WHERE ${USABLE} AND v.VolStatus = 'Purged' AND v.Recycle = 1`;
  return selectVolumes(db, `${where} ${OLDEST_FIRST}`, { poolId, mediaType });
}

const CREATE_VOLUME = `
  INSERT INTO Volume
    (VolumeName, PoolId, MediaType, StorageId, VolStatus,
     VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles, MaxVolBytes, Recycle,
     ActionOnPurge, RecyclePoolId, ScratchPoolId)
  SELECT :volumeName, PoolId, :mediaType, :storageId, :status,
         VolRetention, VolUseDuration, MaxVolJobs, MaxVolFiles, MaxVolBytes, Recycle,
         ActionOnPurge, RecyclePoolId, ScratchPoolId
    FROM VolumePool WHERE PoolId = :poolId`;

/** With the limits and retention that the pool has now. @throws CatalogError CAT_VOLUME_EXISTS, CAT_NOT_FOUND */
export function createVolume(db: Connection, volume: NewVolume): MediaRow {
  const { volumeName, poolId, mediaType, storageId, status } = volume;
  let made;
  try {
    made = db.run(CREATE_VOLUME, { volumeName, poolId, mediaType, storageId, status });
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
    throw new CatalogError('CAT_VOLUME_EXISTS', `There is a volume "${volumeName}" in the catalog already`, {
      cause: error,
      hint: 'Give the new volume another name.',
    });
  }
  const [row] = selectVolumes(db, 'WHERE v.MediaId = :mediaId', { mediaId: made.insertedId });
  if (made.changes === 0 || row === undefined) {
    throw new CatalogError(
      'CAT_NOT_FOUND',
      `There is no pool ${poolId} for volume "${volumeName}" in the catalog`,
    );
  }
  return row;
}

/** The number that the next new volume gets, for its name. */
export function nextMediaId(db: Connection): number {
  return (db.value<number>(`SELECT seq FROM sqlite_sequence WHERE name = 'Volume'`) ?? 0) + 1;
}

const same = <T>(value: T) => value ?? null;
const flag = (value: boolean | undefined) => Number(value);

const CHANGEABLE: Changeable<VolumeChanges> = {
  volumeName: ['VolumeName', same],
  volStatus: ['VolStatus', same],
  volBytes: ['VolBytes', same],
  volFiles: ['VolFiles', same],
  volJobs: ['VolJobs', same],
  volBlocks: ['VolBlocks', same],
  volErrors: ['VolErrors', same],
  firstWritten: ['FirstWritten', toColumn],
  lastWritten: ['LastWritten', toColumn],
  labelDate: ['LabelDate', toColumn],
  enabled: ['Enabled', same],
  poolId: ['PoolId', same],
  storageId: ['StorageId', same],
  recycleCount: ['RecycleCount', same],
  volRetention: ['VolRetention', same],
  volUseDuration: ['VolUseDuration', same],
  maxVolJobs: ['MaxVolJobs', same],
  maxVolFiles: ['MaxVolFiles', same],
  maxVolBytes: ['MaxVolBytes', same],
  recycle: ['Recycle', flag],
  truncateOnPurge: ['ActionOnPurge', flag],
  recyclePoolId: ['RecyclePoolId', same],
  scratchPoolId: ['ScratchPoolId', same],
  slot: ['Slot', same],
  inChanger: ['InChanger', flag],
  comment: ['Comment', same],
};

/** @throws CatalogError CAT_NOT_FOUND */
export function setVolume(db: Connection, mediaId: number, changes: VolumeChanges): void {
  const update = updateOf(CHANGEABLE, changes);
  if (update === undefined) return;
  const sql = `UPDATE Volume SET ${update.set} WHERE MediaId = :mediaId`;
  if (db.run(sql, { ...update.values, mediaId }).changes === 0) {
    throw new CatalogError('CAT_NOT_FOUND', `There is no volume ${mediaId} in the catalog`);
  }
}

export function volumeByName(db: Connection, volumeName: string): MediaRow | undefined {
  return selectVolumes(db, 'WHERE v.VolumeName = :volumeName', { volumeName })[0];
}

/** In the order of their numbers. */
export function volumesByIds(db: Connection, mediaIds: readonly number[]): MediaRow[] {
  const where = 'WHERE v.MediaId IN (SELECT value FROM json_each(:mediaIds)) ORDER BY v.MediaId';
  return selectVolumes(db, where, { mediaIds: JSON.stringify(mediaIds) });
}

/** As keptUntilOf (director/retention): the retention of a volume counts from the end of each job on it. */
const HOLDS_WHAT_EXPIRED = `
  EXISTS (SELECT 1 FROM JobMedia m JOIN JobRun j USING (JobId)
           WHERE m.MediaId = v.MediaId AND v.VolRetention > 0 AND j.EndTime IS NOT NULL
             AND (j.JobTDate + v.VolRetention) * 1000 < :now)`;
const HOLDS_NOTHING = 'NOT EXISTS (SELECT 1 FROM JobMedia m WHERE m.MediaId = v.MediaId)';

/**
 * Closed volumes of these pools (and media type) that pruning would change at `now`: a job on them has expired, or there is
 * none. The oldest data first. One that was never written has been closed by hand: somebody does not want it to be used.
 */
export function pruneCandidates(
  db: Connection,
  {
    poolIds,
    mediaType,
    now,
  }: { readonly poolIds: readonly number[]; readonly mediaType?: string; readonly now: Date },
): MediaRow[] {
  const where = `
    WHERE v.PoolId IN (SELECT value FROM json_each(:poolIds)) AND (:mediaType IS NULL OR v.MediaType = :mediaType)
      AND v.Enabled <> 2 AND v.VolStatus IN ('Full', 'Used') AND v.LastWritten IS NOT NULL
      AND (${HOLDS_NOTHING} OR ${HOLDS_WHAT_EXPIRED})`;
  const parameters = { poolIds: JSON.stringify(poolIds), mediaType: mediaType ?? null, now: toColumn(now) };
  return selectVolumes(db, `${where} ${OLDEST_FIRST}`, parameters);
}

/** Volumes of a pool that could be emptied to be written again, the oldest data first. */
export function oldestVolumes(db: Connection, { poolId, mediaType }: VolumeCandidates): MediaRow[] {
  const where = `
    WHERE ${USABLE} AND (v.VolStatus IN ('Full', 'Append', 'Used')
          OR (v.VolStatus IN ('Recycle', 'Purged') AND v.Recycle = 1)) AND v.LastWritten IS NOT NULL`;
  return selectVolumes(db, `${where} ${OLDEST_FIRST}`, { poolId, mediaType });
}

const LISTED = `
  WHERE (:poolName IS NULL OR p.Name = :poolName) AND (:volumeName IS NULL OR v.VolumeName = :volumeName)
    AND (:jobId IS NULL OR EXISTS (SELECT 1 FROM JobMedia m WHERE m.JobId = :jobId AND m.MediaId = v.MediaId))
  ORDER BY p.Name, v.MediaId`;

/** By pool, then MediaId. */
export function listVolumes(db: Connection, filter: VolumeFilter): MediaRow[] {
  return selectVolumes(db, LISTED, {
    poolName: filter.poolName ?? null,
    volumeName: filter.volumeName ?? null,
    jobId: filter.jobId ?? null,
  });
}

/** Jobs that have data on the volume, by JobId. */
export function jobsOnVolume(db: Connection, mediaId: number): JobRow[] {
  const where = 'WHERE j.JobId IN (SELECT JobId FROM JobMedia WHERE MediaId = :mediaId) ORDER BY j.JobId';
  return selectJobs(db, where, { mediaId });
}
