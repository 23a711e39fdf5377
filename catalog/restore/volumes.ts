import type { Chain } from '../chain.ts';
import type { Connection } from '../connection.ts';
import { fileFrom, lastFile } from '../file-runs.ts';
import { SECTOR_BYTES } from '../packed-entries.ts';
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

const ANY_IN_PLAN = `
  SELECT 1 FROM PlanRange
   WHERE PlanId = :planId AND JobRank = :jobRank AND FirstIndex <= :last AND LastIndex >= :first LIMIT 1`;

/** The volumes on which files of the plan lie, in the order in which they are read. */
export function neededVolumes(db: Connection, planId: number, chain: Chain): NeededVolume[] {
  const needed = new Map<string, NeededVolume>();
  chain.jobIds.forEach((jobId, jobRank) => {
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
 * The lowest index whose file ends behind the position in the stream; one more than the last index when there is none.
 * Found by halving, since files lie in the stream in the order of their indexes.
 */
function firstIndexEndingBehind(db: Connection, jobId: number, position: number): number {
  let low = 1;
  let high = lastFile(db, jobId).fileIndex + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const file = fileFrom(db, jobId, middle);
    if (file === undefined || file.entry.streamEnd > position) high = middle;
    else low = file.fileIndex + 1;
  }
  return low;
}
