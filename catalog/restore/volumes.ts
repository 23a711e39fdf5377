import { streamEnd } from '../block-runs.ts';
import type { Chain } from '../chain.ts';
import type { Connection } from '../connection.ts';
import { fileFrom, lastFile } from '../file-runs.ts';
import { SECTOR_BYTES } from '../packed-entries.ts';
import type { VolumeStretch } from '../rows.ts';

/** Where the stream of a job goes from one volume to another. */
const STRETCHES_OF_JOB = `
  SELECT v.VolumeName AS volumeName, v.MediaType AS mediaType, v.StorageId AS storageId, :jobRank AS jobRank,
         j.VolSessionId AS volSessionId, j.VolSessionTime AS volSessionTime, b.StreamOffset AS streamOffset
    FROM BlockRun b JOIN Volume v USING (MediaId) JOIN JobRun j USING (JobId)
   WHERE b.JobId = :jobId
     AND b.MediaId IS NOT (
       SELECT p.MediaId FROM BlockRun p
        WHERE p.JobId = :jobId AND p.StreamOffset < b.StreamOffset ORDER BY p.StreamOffset DESC LIMIT 1)
   ORDER BY b.StreamOffset`;

const ANY_IN_PLAN = `
  SELECT 1 FROM PlanRange
   WHERE PlanId = :planId AND JobRank = :jobRank AND FirstIndex <= :last AND LastIndex >= :first LIMIT 1`;

/** The volumes on which files of the plan lie, in the order in which they are read. */
export function volumeStretches(db: Connection, planId: number, chain: Chain): VolumeStretch[] {
  const needed: VolumeStretch[] = [];
  chain.jobIds.forEach((jobId, jobRank) => {
    const stretches = db.all<VolumeStretch>(STRETCHES_OF_JOB, { jobId, jobRank });
    stretches.forEach((stretch, i) => {
      const end = stretches[i + 1]?.streamOffset ?? streamEnd(db, jobId).streamBytes;
      const first = firstIndexEndingBehind(db, jobId, stretch.streamOffset);
      const last = firstIndexEndingBehind(db, jobId, end - SECTOR_BYTES);
      if (db.value(ANY_IN_PLAN, { planId, jobRank, first, last }) !== undefined) needed.push(stretch);
    });
  });
  return needed;
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
