import { BREAK } from './block-runs.ts';
import type { Connection } from './connection.ts';
import { directoryTreeOf } from './directory-paths.ts';
import { filesBetween, INDEX_MAX, lastFile } from './file-runs.ts';
import { EntryReader } from './packed-entries.ts';
import { PackReader, PackWriter } from './packing.ts';
import { FileType } from '../proto/noctule/record/v1/file_record.ts';
import { RecordEncoder } from './record-encoder.ts';
import type { SavedPart } from './rows.ts';

/**
 * Jobs that were broken off and may go on. What counts of such a job are the files that the catalog names; a block that
 * holds more than these is the last one that is kept, since it ends where a file ends (block-cutter.ts of the file daemon,
 * invariant 1). What lies on the volumes behind it is void: the job goes on with another block of the same number.
 */

const TOTALS = `
  SELECT coalesce(sum(FileCount), 0) + (SELECT count(*) FROM DeletedFile WHERE JobId = :jobId) AS files,
         coalesce(sum(ContentBytes), 0) AS contentBytes
    FROM FileRun WHERE RunId BETWEEN :jobId << 32 AND (:jobId << 32) | 4294967295`;

const LAST_DELETED = `
  SELECT PathId AS pathId, Entry AS packed FROM DeletedFile WHERE JobId = :jobId ORDER BY DeletedId DESC LIMIT 1`;

const RUN_WITH = `
  SELECT StreamOffset AS streamOffset, FirstBlock AS firstBlock, BlockCount AS blockCount, Sizes AS sizes
    FROM BlockRun WHERE JobId = :jobId AND StreamOffset < :streamEnd ORDER BY StreamOffset DESC LIMIT 1`;

const SHORTEN_RUN = `
  UPDATE BlockRun SET StreamBytes = :streamBytes, BlockCount = :blockCount, Sizes = :sizes
   WHERE JobId = :jobId AND StreamOffset = :streamOffset`;

const FORGET_RUNS_BEHIND = 'DELETE FROM BlockRun WHERE JobId = :jobId AND StreamOffset >= :streamEnd';

const NEXT_RUNS = `
  SELECT StreamOffset AS streamOffset, FirstBlock AS firstBlock, BlockCount AS blockCount, Sizes AS sizes
    FROM BlockRun WHERE JobId = :jobId AND StreamOffset > :after ORDER BY StreamOffset LIMIT :limit`;

const RUNS_PER_PAGE = 1_000;

const VOLUMES = `
  SELECT v.VolumeName AS volumeName, max(m.VolIndex) AS volIndex
    FROM JobMedia m JOIN Volume v USING (MediaId) WHERE m.JobId = :jobId GROUP BY MediaId ORDER BY min(m.VolIndex)`;

/** About 200 KiB. */
const RECORDS_PER_PAGE = 1_000;

export interface SavedLinksPage {
  /** An encoded FileRecordBatch. */
  readonly batch: Uint8Array<ArrayBuffer>;
  /** Absent on the last page. */
  readonly next?: number;
}

interface Run {
  readonly streamOffset: number;
  readonly firstBlock: number;
  readonly blockCount: number;
  readonly sizes: Buffer;
}

/**
 * Forgets the blocks of the job behind its last file, and gives what is left. Undefined, with nothing changed, when the job
 * has saved no file, or its files were purged. Of a job that has ended or does not run yet.
 */
export function keepSavedPart(db: Connection, jobId: number): SavedPart | undefined {
  const last = lastFile(db, jobId);
  const run = db.get<Run>(RUN_WITH, { jobId, streamEnd: last.streamEnd });
  if (last.fileIndex === 0 || run === undefined) return undefined;
  const end = shortenRun(db, jobId, run, last.streamEnd);
  db.run(FORGET_RUNS_BEHIND, { jobId, streamEnd: end.streamOffset });
  const totals = db.get<{ files: number; contentBytes: number }>(TOTALS, { jobId })!;
  const volumes = db.all<{ volumeName: string; volIndex: number }>(VOLUMES, { jobId });
  return {
    ...end,
    ...totals,
    memberBytes: memberBytesOf(db, jobId),
    fileIndex: last.fileIndex,
    savedPath: pathOfFile(db, jobId, last.fileIndex),
    deletedPath: lastDeletedPath(db, jobId),
    volumeNames: volumes.map(({ volumeName }) => volumeName),
    volumes: Math.max(0, ...volumes.map(({ volIndex }) => volIndex)),
  };
}

/** Ends the run, with a break, behind the block in which the stream comes to `streamEnd`. Gives what comes next. */
function shortenRun(
  db: Connection,
  jobId: number,
  { streamOffset: runStart, firstBlock, blockCount, sizes }: Run,
  streamEnd: number,
): { blockNumber: number; streamOffset: number } {
  const reader = new PackReader(sizes);
  const kept = new PackWriter();
  let streamOffset = runStart;
  let blocks = 0;
  while (blocks < blockCount && streamOffset < streamEnd) {
    const [memberBytes, contentBytes, gapBytes] = [reader.unsigned(), reader.unsigned(), reader.unsigned()];
    for (const size of [memberBytes, contentBytes, gapBytes]) kept.unsigned(size);
    streamOffset += contentBytes;
    blocks += 1;
  }
  kept.byte(BREAK);
  const row = { streamBytes: streamOffset - runStart, blockCount: blocks, sizes: kept.take() };
  db.run(SHORTEN_RUN, { jobId, streamOffset: runStart, ...row });
  return { blockNumber: firstBlock + blocks, streamOffset };
}

function memberBytesOf(db: Connection, jobId: number): number {
  let bytes = 0;
  for (let after = -1; ;) {
    const runs = db.all<Run>(NEXT_RUNS, { jobId, after, limit: RUNS_PER_PAGE });
    for (const { blockCount, sizes } of runs) {
      const reader = new PackReader(sizes);
      for (let block = 0; block < blockCount; block++) {
        bytes += reader.unsigned();
        reader.unsigned();
        reader.unsigned();
      }
    }
    const last = runs.at(-1);
    if (last === undefined) return bytes;
    after = last.streamOffset;
  }
}

function pathOfFile(db: Connection, jobId: number, index: number): Buffer {
  for (const { pathId, entry } of filesBetween(db, jobId, index, index)) {
    return directoryTreeOf(db).pathOf(pathId, entry.name);
  }
  throw new RangeError(`Job ${jobId} has no file ${index}`);
}

/** Files looked at in one go: other questions wait meanwhile. */
const FILES_PER_PAGE = 20_000;

/**
 * The records of all names that the job saved of files with several, in the order of its stream, a page at a time; `after`
 * is the index that the page before gave as `next`.
 */
export function savedLinksPage(
  db: Connection,
  { jobId, after = 0 }: { readonly jobId: number; readonly after?: number },
): SavedLinksPage {
  const tree = directoryTreeOf(db);
  const records = new RecordEncoder();
  let looked = 0;
  for (const { fileIndex, pathId, entry } of filesBetween(db, jobId, after + 1, INDEX_MAX)) {
    if (entry.linkCount > 1 && entry.type !== FileType.DIRECTORY) {
      records.add(tree.node(pathId).path, entry, fileIndex);
    }
    looked += 1;
    if (looked === FILES_PER_PAGE || records.count === RECORDS_PER_PAGE) {
      return { batch: records.finish(), next: fileIndex };
    }
  }
  return { batch: records.finish() };
}

function lastDeletedPath(db: Connection, jobId: number): Buffer | undefined {
  const row = db.get<{ pathId: number; packed: Buffer }>(LAST_DELETED, { jobId });
  if (row === undefined) return undefined;
  const entry = new EntryReader(row.packed);
  entry.next();
  return directoryTreeOf(db).pathOf(row.pathId, entry.name);
}
