import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import type { StreamStretch } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { RecordBatch } from '../../volume/record-batch.ts';
import type { Connection } from '../connection.ts';
import { deletedRecords } from '../files.ts';
import type { CopyCursor, CopyPage, CopyPageQuery, PlanCursor } from '../inputs.ts';
import { BlockCollector } from './block-collector.ts';
import { plannedRecords, type PlannedRecord } from './page.ts';
import type { PlanFile } from './plan-ranges.ts';

/**
 * A plan as a new job that holds the same: entries in the order of the plan, with indexes and places in a stream of their
 * own. Where no Full is below its jobs their notes of deleted files follow, for the jobs that the new one is laid over. Such a note
 * of a file that a later one of the jobs has saved again does no harm: within a job what was saved counts.
 *
 * @throws CatalogError CAT_PLAN_GONE when the plan, or files in it, have left the catalog.
 */
export function copyPage(db: Connection, query: CopyPageQuery): CopyPage {
  const { after } = query;
  return after?.deleted === undefined ? filesPage(db, query) : deletedPage(db, query, after.deleted);
}

function filesPage(db: Connection, { planId, after, limit }: CopyPageQuery): CopyPage {
  const blocks = new BlockCollector(db, after?.after);
  const records = new Records();
  const moved = new MovedFiles(db, planId);
  const stretches: StreamStretch[] = [];
  let { lastIndex, streamBytes } = after ?? { lastIndex: 0, streamBytes: 0 };
  let contentBytes = 0;
  let last: PlanFile | undefined;
  for (const planned of plannedRecords(db, { planId, limit, ...(after?.after && { after: after.after }) })) {
    const { range, file, record } = planned;
    blocks.add(range, file.entry);
    addStretch(stretches, planned);
    lastIndex += 1;
    records.add(moved.record(planned, { fileIndex: lastIndex, streamOffset: streamBytes }));
    streamBytes += record.streamBytes;
    if (record.type === FileType.REGULAR) contentBytes += record.sizeBytes;
    last = { jobRank: range.jobRank, fileIndex: file.fileIndex };
  }
  const ranges = blocks.finish();
  const { count: files } = records;
  const next = nextOf(db, planId, {
    place: { lastIndex, streamBytes },
    // A short page is the last one.
    ...(files === limit && last && { after: { ...last, nextBlock: blocks.nextBlock } }),
  });
  return { stretches, ranges, records: records.finish(), files, contentBytes, ...(next && { next }) };
}

/** The jobs of a plan whose notes of deleted files are still needed, oldest first. */
const NOTING_JOBS = `
  SELECT p.JobId AS jobId FROM PlanJob p
   WHERE p.PlanId = :planId
     AND (SELECT r.Level FROM PlanJob o JOIN JobRun r USING (JobId) WHERE o.PlanId = :planId AND o.JobRank = 0) <> 'F'
   ORDER BY p.JobRank`;

const ANY_DELETED = 'SELECT 1 FROM DeletedFile WHERE JobId = :jobId LIMIT 1';

function nextOf(
  db: Connection,
  planId: number,
  { place, after }: { place: Pick<CopyCursor, 'lastIndex' | 'streamBytes'>; after?: PlanCursor },
): CopyCursor | undefined {
  if (after) return { ...place, after };
  const jobIds = notingJobs(db, planId);
  const hasAny = jobIds.some((jobId) => db.value(ANY_DELETED, { jobId }) !== undefined);
  return hasAny ? { ...place, deleted: { job: 0, deletedId: 0 } } : undefined;
}

function notingJobs(db: Connection, planId: number): number[] {
  return db.all<{ jobId: number }>(NOTING_JOBS, { planId }).map(({ jobId }) => jobId);
}

function deletedPage(
  db: Connection,
  { planId, after, limit }: CopyPageQuery,
  from: NonNullable<CopyCursor['deleted']>,
): CopyPage {
  const { lastIndex, streamBytes } = after ?? { lastIndex: 0, streamBytes: 0 };
  const records = new Records();
  const jobIds = notingJobs(db, planId);
  let { job, deletedId } = from;
  for (; job < jobIds.length && records.count < limit; job += 1, deletedId = 0) {
    const page = { jobId: jobIds[job]!, afterId: deletedId, limit: limit - records.count };
    for (const { record, position } of deletedRecords(db, page)) {
      records.add(record);
      deletedId = position;
    }
    if (records.count === limit) break;
  }
  const next = job < jobIds.length && { next: { deleted: { job, deletedId }, lastIndex, streamBytes } };
  return { stretches: [], ranges: [], records: records.finish(), files: 0, contentBytes: 0, ...next };
}

function addStretch(stretches: StreamStretch[], { range, record }: PlannedRecord): void {
  const { volSessionId, volSessionTime } = range;
  const { streamOffset, streamBytes } = record;
  const last = stretches.at(-1);
  const goesOn =
    last?.volSessionId === volSessionId &&
    last.volSessionTime === volSessionTime &&
    last.streamOffset + last.streamBytes === streamOffset;
  if (goesOn) last.streamBytes += streamBytes;
  else stretches.push({ volSessionId, volSessionTime, streamOffset, streamBytes });
}

/** File records as they are packed into members of a volume. */
class Records {
  readonly #batch = new RecordBatch();
  readonly #full: Uint8Array[] = [];
  count = 0;

  add(record: FileRecord): void {
    this.count += 1;
    if (this.#batch.add(record)) return;
    this.#take();
    this.#batch.add(record);
  }

  finish(): Uint8Array[] {
    this.#take();
    return this.#full;
  }

  #take(): void {
    const content = this.#batch.take();
    if (content) this.#full.push(RecordsContent.encode(content).finish());
  }
}

const NOTE_MOVED = 'INSERT OR REPLACE INTO PlanMoved VALUES (:planId, :jobRank, :fileIndex, :newIndex)';

const MOVED_TO = `
  SELECT NewIndex FROM PlanMoved WHERE PlanId = :planId AND JobRank = :jobRank AND FileIndex = :fileIndex`;

/** Gives records their new places, and hard links the new index of their first name, which comes before them. */
class MovedFiles {
  readonly #db: Connection;
  readonly #planId: number;

  constructor(db: Connection, planId: number) {
    this.#db = db;
    this.#planId = planId;
  }

  record(
    { range: { jobRank }, file: { fileIndex }, record }: PlannedRecord,
    place: { readonly fileIndex: number; readonly streamOffset: number },
  ): FileRecord {
    const planId = this.#planId;
    if (record.type === FileType.HARD_LINK) {
      const first = { planId, jobRank, fileIndex: record.linkFileIndex };
      return { ...record, ...place, linkFileIndex: this.#db.value<number>(MOVED_TO, first) ?? 0 };
    }
    if (record.linkCount > 1 && record.type !== FileType.DIRECTORY) {
      this.#db.run(NOTE_MOVED, { planId, jobRank, fileIndex, newIndex: place.fileIndex });
    }
    return { ...record, ...place };
  }
}
