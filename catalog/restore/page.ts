import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { CatalogError } from '../catalog-error.ts';
import type { Connection } from '../connection.ts';
import { directoryTreeOf } from '../directory-paths.ts';
import { JobFiles, type SavedFile } from '../file-runs.ts';
import type { PlanPosition, RestorePlanPage, RestorePlanPageQuery } from '../inputs.ts';
import { RecordEncoder, type RecordChanges } from '../record-encoder.ts';
import { BlockCollector } from './block-collector.ts';
import { rangeOf, type PlanFile } from './plan-ranges.ts';
import { makePlanTables } from './plan-tables.ts';

/** A page ends when its records take so many bytes: it is sent in one message, well below the transport's limit. */
const BATCH_BYTES = 1024 * 1024;

interface RangeOfJob {
  readonly jobRank: number;
  readonly jobId: number;
  readonly volSessionId: number;
  readonly volSessionTime: number;
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
export function restorePlanPage(db: Connection, query: RestorePlanPageQuery): RestorePlanPage {
  const { after, limit, until } = query;
  const tree = directoryTreeOf(db);
  const blocks = new BlockCollector(db, after);
  const records = new RecordEncoder();
  let session: RangeOfJob | undefined;
  let last: PlanFile | undefined;
  let isCut = false;
  let isUntil = false;
  for (const { range, file, changes } of plannedFiles(db, query)) {
    isUntil = until !== undefined && !isBefore(until, range.jobRank, file.entry.streamOffset);
    if (isUntil) break;
    session ??= range;
    isCut = session.jobRank !== range.jobRank || records.length >= BATCH_BYTES;
    if (isCut) break;
    records.add(tree.node(range.pathId).path, file.entry, file.fileIndex, changes);
    blocks.add(range, file.entry);
    last = { jobRank: range.jobRank, fileIndex: file.fileIndex };
  }
  const { volSessionId = 0, volSessionTime = 0 } = session ?? {};
  const page = { volSessionId, volSessionTime, batch: records.finish(), ranges: blocks.finish(), isUntil };
  if (last === undefined) return isUntil && after ? { ...page, next: after } : page;
  if (records.count < limit && !isCut && !isUntil) return page;
  return { ...page, next: { ...last, nextBlock: blocks.nextBlock } };
}

function isBefore(until: PlanPosition, jobRank: number, streamOffset: number): boolean {
  return jobRank < until.jobRank || (jobRank === until.jobRank && streamOffset < until.streamOffset);
}

/** A file of a plan, and in what its record is restored otherwise than it was saved. */
interface PlannedFile {
  readonly range: RangeOfJob;
  /** Good until the next one is asked for. */
  readonly file: SavedFile;
  readonly changes: RecordChanges;
}

/** A file of a plan, and its record as it is to be restored. */
export interface PlannedRecord extends PlannedFile {
  readonly record: FileRecord;
}

/** As `plannedFiles`. */
export function* plannedRecords(db: Connection, query: RestorePlanPageQuery): Generator<PlannedRecord> {
  const tree = directoryTreeOf(db);
  for (const planned of plannedFiles(db, query)) {
    const { range, file, changes } = planned;
    const record = file.entry.record(
      tree.pathOf(range.pathId, changes.name ?? file.entry.name),
      file.fileIndex,
    );
    record.linkTarget = changes.linkTarget ?? record.linkTarget;
    yield { ...planned, record };
  }
}

/**
 * The next files of the plan, at most `limit`.
 * @throws CatalogError CAT_PLAN_GONE when the plan, or files in it, have left the catalog.
 */
function* plannedFiles(
  db: Connection,
  { planId, after, limit }: RestorePlanPageQuery,
): Generator<PlannedFile> {
  makePlanTables(db);
  if (db.value(IS_OPEN, { planId }) === undefined)
    throw planIsGone('The restore plan is not open (any more)');
  const standIns = new StandIns(db, planId);
  let files: JobFiles | undefined;
  let left = limit;
  for (const range of rangesFrom(db, planId, after)) {
    const isReached =
      after !== undefined && range.jobRank === after.jobRank && range.first <= after.fileIndex;
    const first = isReached ? after.fileIndex + 1 : range.first;
    if (files?.jobId !== range.jobId) files = new JobFiles(db, range.jobId);
    for (let index = first; index <= range.last; index++) {
      if (left-- === 0) return;
      const file = files.at(index);
      if (file === undefined)
        throw planIsGone(`Files of job ${range.jobId} have left the catalog during the restore`);
      yield { range, file, changes: standIns.changesOf(range, file) };
    }
  }
}

/** Ranges fetched at once: few at first, since often one holds a whole page. */
const FIRST_RANGES = 4;
const RANGES_MAX = 512;

/** The ranges of the plan from the one on that holds the file `after`. */
function* rangesFrom(db: Connection, planId: number, after: PlanFile | undefined): Generator<RangeOfJob> {
  const reached = after === undefined ? undefined : rangeOf(db, planId, after);
  let start = { jobRank: reached?.jobRank ?? 0, first: reached?.first ?? 0 };
  for (let limit = FIRST_RANGES; ; limit = Math.min(2 * limit, RANGES_MAX)) {
    const ranges = db.all<RangeOfJob>(NEXT_RANGES, { planId, ...start, limit });
    yield* ranges;
    const last = ranges.at(-1);
    if (last === undefined || ranges.length < limit) return;
    start = { jobRank: last.jobRank, first: last.last + 1 };
  }
}

const NO_CHANGES: RecordChanges = {};

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

  changesOf({ jobRank }: RangeOfJob, { fileIndex, entry }: SavedFile): RecordChanges {
    if (!this.#areAny) return NO_CHANGES;
    const isLink = entry.type === FileType.HARD_LINK;
    return {
      name: this.#nameOf({ jobRank, fileIndex }),
      linkTarget: isLink ? this.#pathOf({ jobRank, fileIndex: entry.linkFileIndex }) : undefined,
    };
  }

  /** undefined for a file that keeps its own name. */
  #nameOf({ jobRank, fileIndex }: PlanFile): Buffer | undefined {
    return this.#db.value<Buffer>(STAND_IN_NAME, { planId: this.#planId, jobRank, fileIndex });
  }

  #pathOf(file: PlanFile): Buffer | undefined {
    const name = this.#nameOf(file);
    const range = name && rangeOf(this.#db, this.#planId, file);
    return range && directoryTreeOf(this.#db).pathOf(range.pathId, name);
  }
}

function planIsGone(message: string): CatalogError {
  return new CatalogError('CAT_PLAN_GONE', message, { hint: 'Start the restore again.' });
}
