import type { RestoreEntry } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import type { ReadRange } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { CatalogError } from '../catalog-error.ts';
import type { Connection } from '../connection.ts';
import { directoryTreeOf } from '../directory-paths.ts';
import { JobFiles, type SavedFile } from '../file-runs.ts';
import type { PlanCursor, RestorePlanPage, RestorePlanPageQuery } from '../inputs.ts';
import { RecordEncoder } from '../record-encoder.ts';
import { BlockCollector } from './block-collector.ts';
import { rangeOf, type PlanFile } from './plan-ranges.ts';
import { makePlanTables } from './plan-tables.ts';

/** A page as it crosses from the worker. */
export interface EncodedPlanPage {
  readonly batch: Uint8Array<ArrayBuffer>;
  /** To which sessions the records belong, in their order. */
  readonly sessions: readonly (Session & { readonly records: number })[];
  readonly ranges: ReadRange[];
  readonly next?: PlanCursor;
}

interface Session {
  readonly volSessionId: number;
  readonly volSessionTime: number;
}

interface RangeOfJob extends Session {
  readonly jobRank: number;
  readonly jobId: number;
  readonly first: number;
  readonly last: number;
  /** The directory the files go to. */
  readonly pathId: number;
}

const IS_OPEN = 'SELECT 1 FROM PlanJob WHERE PlanId = :planId LIMIT 1';

const NEXT_RANGES = `
  SELECT e.JobRank AS jobRank, r.JobId AS jobId, r.VolSessionId AS volSessionId, r.VolSessionTime AS volSessionTime,
         e.FirstIndex AS first, e.LastIndex AS last, e.PathId AS pathId
    FROM PlanRange e
    CROSS JOIN PlanJob j ON j.PlanId = e.PlanId AND j.JobRank = e.JobRank
    CROSS JOIN JobRun r ON r.JobId = j.JobId
   WHERE e.PlanId = :planId AND (e.JobRank, e.FirstIndex) >= (:jobRank, :first)
   ORDER BY e.JobRank, e.FirstIndex LIMIT :limit`;

const ANY_STAND_IN = 'SELECT 1 FROM PlanStandIn WHERE PlanId = :planId LIMIT 1';

const STAND_IN_NAME = `
  SELECT Name FROM PlanStandIn WHERE PlanId = :planId AND JobRank = :jobRank AND FileIndex = :fileIndex`;

/** @throws CatalogError CAT_PLAN_GONE when the plan, or files in it, have left the catalog. */
export function restorePlanPage(db: Connection, query: RestorePlanPageQuery): EncodedPlanPage {
  const { after, limit } = query;
  const blocks = new BlockCollector(db, after);
  const records = new RecordEncoder();
  const sessions: (Session & { records: number })[] = [];
  let session: (Session & { records: number }) | undefined;
  let last: PlanFile | undefined;
  for (const { range, file, record } of plannedRecords(db, query)) {
    if (last?.jobRank !== range.jobRank) {
      const { volSessionId, volSessionTime } = range;
      sessions.push((session = { volSessionId, volSessionTime, records: 0 }));
    }
    if (session !== undefined) session.records++;
    records.add(record);
    blocks.add(range, record);
    last = { jobRank: range.jobRank, fileIndex: file.fileIndex };
  }
  const page = { batch: records.finish(), sessions, ranges: blocks.finish() };
  if (records.count < limit || last === undefined) return page;
  return { ...page, next: { ...last, nextBlock: blocks.nextBlock } };
}

export function decodePlanPage({ batch, sessions, ranges, next }: EncodedPlanPage): RestorePlanPage {
  const { records } = FileRecordBatch.decode(batch);
  const entries: RestoreEntry[] = [];
  for (const { volSessionId, volSessionTime, records: count } of sessions) {
    for (let i = 0; i < count; i++)
      entries.push({ volSessionId, volSessionTime, record: records[entries.length] });
  }
  return next === undefined ? { entries, ranges } : { entries, ranges, next };
}

/** A file of a plan, and its record as it is to be restored. */
export interface PlannedRecord {
  readonly range: RangeOfJob;
  readonly file: SavedFile;
  readonly record: FileRecord;
}

/**
 * The next files of the plan, at most `limit`.
 * @throws CatalogError CAT_PLAN_GONE when the plan, or files in it, have left the catalog.
 */
export function* plannedRecords(db: Connection, query: RestorePlanPageQuery): Generator<PlannedRecord> {
  makePlanTables(db);
  const { planId } = query;
  if (db.value(IS_OPEN, { planId }) === undefined)
    throw planIsGone('The restore plan is not open (any more)');
  const standIns = new StandIns(db, planId);
  for (const { range, file } of plannedFiles(db, query)) {
    yield { range, file, record: recordOf(db, standIns, range, file) };
  }
}

function* plannedFiles(
  db: Connection,
  { planId, after, limit }: RestorePlanPageQuery,
): Generator<{ range: RangeOfJob; file: SavedFile }> {
  const reached = after === undefined ? undefined : rangeOf(db, planId, after);
  const start = { jobRank: reached?.jobRank ?? 0, first: reached?.first ?? 0 };
  let files: JobFiles | undefined;
  let left = limit;
  // One range more, since the first may be given already.
  for (const range of db.all<RangeOfJob>(NEXT_RANGES, { planId, ...start, limit: limit + 1 })) {
    const isReached =
      after !== undefined && range.jobRank === after.jobRank && range.first <= after.fileIndex;
    const first = isReached ? after.fileIndex + 1 : range.first;
    if (files?.jobId !== range.jobId) files = new JobFiles(db, range.jobId);
    for (let index = first; index <= range.last; index++) {
      if (left-- === 0) return;
      const file = files.at(index);
      if (file === undefined)
        throw planIsGone(`Files of job ${range.jobId} have left the catalog during the restore`);
      yield { range, file };
    }
  }
}

/** Names under which files are restored that stand in for hard links. */
class StandIns {
  readonly #db: Connection;
  readonly #planId: number;
  readonly #areAny: boolean;

  constructor(db: Connection, planId: number) {
    this.#db = db;
    this.#planId = planId;
    this.#areAny = db.value(ANY_STAND_IN, { planId }) !== undefined;
  }

  /** undefined for a file that keeps its own name. */
  nameOf({ jobRank, fileIndex }: PlanFile): Buffer | undefined {
    if (!this.#areAny) return undefined;
    return this.#db.value<Buffer>(STAND_IN_NAME, { planId: this.#planId, jobRank, fileIndex });
  }

  pathOf(file: PlanFile): Buffer | undefined {
    const name = this.nameOf(file);
    const range = name && rangeOf(this.#db, this.#planId, file);
    return range && directoryTreeOf(this.#db).pathOf(range.pathId, name);
  }
}

function recordOf(
  db: Connection,
  standIns: StandIns,
  range: RangeOfJob,
  { fileIndex, entry }: SavedFile,
): FileRecord {
  const { jobRank, pathId } = range;
  const name = standIns.nameOf({ jobRank, fileIndex }) ?? entry.name;
  const record = entry.record(directoryTreeOf(db).pathOf(pathId, name), fileIndex);
  if (record.type === FileType.HARD_LINK) {
    record.linkTarget = standIns.pathOf({ jobRank, fileIndex: record.linkFileIndex }) ?? record.linkTarget;
  }
  return record;
}

function planIsGone(message: string): CatalogError {
  return new CatalogError('CAT_PLAN_GONE', message, { hint: 'Start the restore again.' });
}
