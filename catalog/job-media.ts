import type { Connection } from './connection.ts';
import type { JobMediaPage, JobMediaQuery } from './inputs.ts';
import type { JobMediaRow } from './rows.ts';

/** Bacula splits a byte address on a disk volume into a "file" (the upper 32 bits) and a "block" (the lower). */
const ADDRESS_SPLIT = 2 ** 32;

interface Stretch {
  readonly jobId: number;
  readonly mediaId: number;
  /** Addresses on the volume of the first and of the last byte. */
  readonly startAddress: number;
  readonly endAddress: number;
  /** Indexes of the files that were completed there, if any. */
  readonly files: { first: number; last: number } | undefined;
}

const LAST_OF_JOB = `
  SELECT JobMediaId, MediaId, FirstIndex, LastIndex, VolIndex FROM JobMedia
   WHERE JobId = :jobId ORDER BY VolIndex DESC LIMIT 1`;

const EXTEND = `
  UPDATE JobMedia SET FirstIndex = :firstIndex, LastIndex = :lastIndex, EndFile = :endFile, EndBlock = :endBlock
   WHERE JobMediaId = :jobMediaId`;

const ADD = `
  INSERT INTO JobMedia
    (JobId, MediaId, FirstIndex, LastIndex, StartFile, EndFile, StartBlock, EndBlock, VolIndex)
  VALUES
    (:jobId, :mediaId, :firstIndex, :lastIndex, :startFile, :endFile, :startBlock, :endBlock, :volIndex)`;

/** The job's row for this volume grows; on another volume than before it gets a new one. */
export function addToJobMedia(db: Connection, stretch: Stretch): void {
  const { jobId, mediaId, files } = stretch;
  const last = db.get<{
    JobMediaId: number;
    MediaId: number;
    FirstIndex: number;
    LastIndex: number;
    VolIndex: number;
  }>(LAST_OF_JOB, { jobId });
  const end = {
    endFile: Math.floor(stretch.endAddress / ADDRESS_SPLIT),
    endBlock: stretch.endAddress % ADDRESS_SPLIT,
  };
  if (last?.MediaId === mediaId) {
    db.run(EXTEND, {
      jobMediaId: last.JobMediaId,
      firstIndex: last.FirstIndex,
      lastIndex: files?.last ?? last.LastIndex,
      ...end,
    });
    return;
  }
  // Until a file is completed here, the volume holds a part of the one that follows on the last one completed.
  const firstIndex = files?.first ?? (last?.LastIndex ?? 0) + 1;
  db.run(ADD, {
    jobId,
    mediaId,
    firstIndex,
    lastIndex: files?.last ?? firstIndex,
    startFile: Math.floor(stretch.startAddress / ADDRESS_SPLIT),
    startBlock: stretch.startAddress % ADDRESS_SPLIT,
    volIndex: (last?.VolIndex ?? 0) + 1,
    ...end,
  });
}

const COLUMNS = `
  SELECT JobMediaId AS jobMediaId, JobId AS jobId, MediaId AS mediaId, VolumeName AS volumeName,
         FirstIndex AS firstIndex, LastIndex AS lastIndex, StartFile AS startFile, EndFile AS endFile,
         StartBlock AS startBlock, EndBlock AS endBlock, VolIndex AS volIndex
    FROM JobMedia JOIN Volume USING (MediaId)`;

/** Where the job lies. */
export function jobMedia(db: Connection, jobId: number): JobMediaRow[] {
  return db.all(`${COLUMNS} WHERE JobId = :jobId ORDER BY JobMediaId`, { jobId });
}

/** The four questions are statements of their own, so that each has its index. */
const PAGES = {
  all: `${COLUMNS} WHERE JobMediaId > :after ORDER BY JobMediaId LIMIT :limit`,
  ofJob: `${COLUMNS} WHERE JobId = :jobId AND JobMediaId > :after ORDER BY JobMediaId LIMIT :limit`,
  ofVolume: `${COLUMNS} WHERE VolumeName = :volumeName AND JobMediaId > :after ORDER BY JobMediaId LIMIT :limit`,
  ofBoth: `
    ${COLUMNS} WHERE JobId = :jobId AND VolumeName = :volumeName AND JobMediaId > :after ORDER BY JobMediaId LIMIT :limit`,
};

/** A page of what lies where: of a job, on a volume, both, or of all. */
export function jobMediaPage(db: Connection, query: JobMediaQuery): JobMediaPage {
  const { jobId, volumeName, after, limit } = query;
  const sql =
    jobId === undefined
      ? PAGES[volumeName === undefined ? 'all' : 'ofVolume']
      : PAGES[volumeName === undefined ? 'ofJob' : 'ofBoth'];
  const rows = db.all<JobMediaRow>(sql, {
    ...(jobId !== undefined && { jobId }),
    ...(volumeName !== undefined && { volumeName }),
    after,
    limit,
  });
  return rows.length < limit ? { rows } : { rows, next: rows.at(-1)!.jobMediaId };
}
