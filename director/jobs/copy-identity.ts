import type { JobRow } from '../../catalog/rows.ts';
import type { JobIdentity } from '../../proto/noctule/record/v1/volume_members.ts';

/** What the volumes say of a job that is made from others, `last` being the newest of these: its time is theirs. */
export function copyIdentity(
  last: JobRow,
  made: Pick<JobIdentity, 'directorName' | 'job' | 'jobId' | 'jobType' | 'poolName'>,
): JobIdentity {
  return {
    ...made,
    jobName: last.name,
    jobLevel: last.level,
    clientName: last.clientName,
    filesetName: last.fileSetName,
    filesetMd5: last.fileSetMd5,
    startTimeMs: last.startTime?.getTime() ?? 0,
  };
}
