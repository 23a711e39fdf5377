import type { Connection } from '../connection.ts';
import { SECTOR_BYTES, unpackRecord } from '../file-attributes.ts';
import type { NeededVolume } from '../rows.ts';

interface VolumeStretch extends NeededVolume {
  /** Bytes of the job's stream that lie on the volume. */
  readonly start: number;
  readonly end: number;
}

const VOLUMES_OF_JOB = `
  SELECT v.VolumeName AS volumeName, v.MediaType AS mediaType, v.StorageId AS storageId,
         min(b.StreamOffset) AS start, max(b.StreamOffset + b.StreamBytes) AS end
    FROM BlockRun b JOIN Volume v USING (MediaId)
   WHERE b.JobId = :jobId GROUP BY MediaId ORDER BY start`;

const ENTRY_FROM = `
  SELECT FileId & 4294967295 AS FileIndex, Size, Attributes FROM FileEntry
   WHERE FileId BETWEEN (:jobId << 32) | :index AND (:jobId << 32) | 4294967295 ORDER BY FileId LIMIT 1`;

const LAST_INDEX = `
  SELECT max(FileId) & 4294967295 FROM FileEntry WHERE FileId BETWEEN :jobId << 32 AND (:jobId << 32) | 4294967295`;

const ANY_IN_PLAN = `
  SELECT 1 FROM PlanEntry
   WHERE PlanId = :planId AND JobRank = :jobRank AND FileIndex BETWEEN :first AND :last LIMIT 1`;

/** The volumes on which entries of the plan lie, in the order in which they are read. */
export function neededVolumes(db: Connection, planId: number, chain: readonly number[]): NeededVolume[] {
  const needed = new Map<string, NeededVolume>();
  chain.forEach((jobId, jobRank) => {
    for (const { start, end, ...volume } of db.all<VolumeStretch>(VOLUMES_OF_JOB, { jobId })) {
      const first = firstIndexEndingBehind(db, jobId, start);
      const last = firstIndexEndingBehind(db, jobId, end - SECTOR_BYTES);
      if (db.value(ANY_IN_PLAN, { planId, jobRank, first, last }) === undefined) continue;
      if (!needed.has(volume.volumeName)) needed.set(volume.volumeName, volume);
    }
  });
  return [...needed.values()];
}

/**
 * The lowest index whose entry ends behind the position; one more than the last index when there is none. Found by
 * halving, since entries lie in the stream in the order of their indexes.
 */
function firstIndexEndingBehind(db: Connection, jobId: number, position: number): number {
  let low = 1;
  let high = (db.value<number | null>(LAST_INDEX, { jobId }) ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = db.get<{ FileIndex: number; Size: number; Attributes: Buffer }>(ENTRY_FROM, { jobId, index: middle });
    if (entry === undefined) {
      high = middle;
      continue;
    }
    const { streamOffset, streamBytes } = unpackRecord({
      path: Buffer.alloc(0),
      fileIndex: entry.FileIndex,
      size: entry.Size,
      attributes: entry.Attributes,
    });
    if (streamOffset + streamBytes > position) high = middle;
    else low = entry.FileIndex + 1;
  }
  return low;
}
