import type { RestoreEntry } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import type { ReadRange } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { appendRange, locateBlocks, type BlockRange } from '../block-runs.ts';
import { CatalogError } from '../catalog-error.ts';
import type { Connection } from '../connection.ts';
import { unpackRecord } from '../file-attributes.ts';
import type { PlanCursor, RestorePlanPage, RestorePlanPageQuery } from '../inputs.ts';
import { PLAN_TABLES } from './plan-tables.ts';

/** A page as it crosses from the worker: see EncodedFilesPage. */
export interface EncodedPlanPage {
  readonly batch: Uint8Array;
  /** To which sessions the records belong, in their order. */
  readonly sessions: readonly (Session & { readonly records: number })[];
  readonly ranges: ReadRange[];
  readonly next?: PlanCursor;
}

interface Session {
  readonly volSessionId: number;
  readonly volSessionTime: number;
}

interface EntryColumns {
  readonly JobRank: number;
  readonly JobId: number;
  readonly VolSessionId: number;
  readonly VolSessionTime: number;
  readonly FileIndex: number;
  /** Of the directory it goes to. */
  readonly Path: Buffer;
  /** null: the job's files have left the catalog since the plan was made. */
  readonly Name: Buffer | null;
  readonly Size: number;
  readonly Attributes: Buffer;
  readonly StandInName: Buffer | null;
}

const IS_OPEN = 'SELECT 1 FROM PlanJob WHERE PlanId = :planId LIMIT 1';

const NEXT_ENTRIES = `
  SELECT e.JobRank, r.JobId, r.VolSessionId, r.VolSessionTime, e.FileIndex, p.Path,
         f.Name, f.Size, f.Attributes, s.Name AS StandInName
    FROM PlanEntry e
    CROSS JOIN PlanJob j ON j.PlanId = e.PlanId AND j.JobRank = e.JobRank
    CROSS JOIN JobRun r ON r.JobId = j.JobId
    CROSS JOIN DirectoryPath p ON p.PathId = e.PathId
    LEFT JOIN FileEntry f ON f.FileId = (j.JobId << 32) | e.FileIndex
    LEFT JOIN PlanStandIn s ON s.PlanId = e.PlanId AND s.JobRank = e.JobRank AND s.FileIndex = e.FileIndex
   WHERE e.PlanId = :planId AND (e.JobRank, e.FileIndex) > (:jobRank, :fileIndex)
   ORDER BY e.JobRank, e.FileIndex LIMIT :limit`;

const PATH_OF_STAND_IN = `
  SELECT p.Path, s.Name
    FROM PlanStandIn s
    JOIN PlanEntry e USING (PlanId, JobRank, FileIndex)
    JOIN DirectoryPath p ON p.PathId = e.PathId
   WHERE s.PlanId = :planId AND s.JobRank = :jobRank AND s.FileIndex = :linkFileIndex`;

/** @throws CatalogError CAT_PLAN_GONE when the plan, or files in it, have left the catalog. */
export function restorePlanPage(db: Connection, { planId, after, limit }: RestorePlanPageQuery): EncodedPlanPage {
  db.execute(PLAN_TABLES);
  if (db.value(IS_OPEN, { planId }) === undefined) throw planIsGone('The restore plan is not open (any more)');
  const rows = db.all<EntryColumns>(NEXT_ENTRIES, {
    planId,
    jobRank: after?.jobRank ?? -1,
    fileIndex: after?.fileIndex ?? 0,
    limit,
  });
  const entries = rows.map((row) => ({ ...row, record: recordOf(db, planId, row) }));
  const sessions: (Session & { records: number })[] = [];
  const ranges = new RangeCollector(db, after);
  let jobRank: number | undefined;
  for (const entry of entries) {
    if (entry.JobRank !== jobRank) {
      jobRank = entry.JobRank;
      sessions.push({ volSessionId: entry.VolSessionId, volSessionTime: entry.VolSessionTime, records: 0 });
    }
    const session = sessions.at(-1);
    if (session !== undefined) session.records++;
    ranges.add(entry);
  }
  const page = {
    batch: FileRecordBatch.encode({ records: entries.map(({ record }) => record) }).finish(),
    sessions,
    ranges: ranges.take(),
  };
  const last = rows.at(-1);
  if (rows.length < limit || last === undefined) return page;
  return { ...page, next: { jobRank: last.JobRank, fileIndex: last.FileIndex, nextBlock: ranges.nextBlock } };
}

export function decodePlanPage({ batch, sessions, ranges, next }: EncodedPlanPage): RestorePlanPage {
  const { records } = FileRecordBatch.decode(batch);
  const entries: RestoreEntry[] = [];
  for (const { volSessionId, volSessionTime, records: count } of sessions) {
    for (let i = 0; i < count; i++) {
      entries.push({ volSessionId, volSessionTime, record: records[entries.length] });
    }
  }
  return next === undefined ? { entries, ranges } : { entries, ranges, next };
}

function recordOf(db: Connection, planId: number, row: EntryColumns): FileRecord {
  if (row.Name === null) throw planIsGone(`The files of job ${row.JobId} have left the catalog during the restore`);
  const record = unpackRecord({
    path: Buffer.concat([row.Path, row.StandInName ?? row.Name]),
    fileIndex: row.FileIndex,
    size: row.Size,
    attributes: row.Attributes,
  });
  if (record.type === FileType.HARD_LINK) {
    const { linkFileIndex } = record;
    const standIn = db.get<{ Path: Buffer; Name: Buffer }>(PATH_OF_STAND_IN, {
      planId,
      jobRank: row.JobRank,
      linkFileIndex,
    });
    if (standIn !== undefined) record.linkTarget = Buffer.concat([standIn.Path, standIn.Name]);
  }
  return record;
}

/** Collects the blocks of entries that come in the order of the plan; each block once, over all pages. */
class RangeCollector {
  /** Of the job that came last: its blocks below this one are given. */
  nextBlock: number;
  readonly #db: Connection;
  readonly #ofJobs: { readonly job: EntryColumns; readonly ranges: BlockRange[] }[] = [];
  #jobRank: number | undefined;
  /** Entries that lie behind each other, not yet looked up. */
  #stretch: { readonly jobId: number; readonly start: number; end: number } | undefined;

  constructor(db: Connection, after: PlanCursor | undefined) {
    this.#db = db;
    this.#jobRank = after?.jobRank;
    this.nextBlock = after?.nextBlock ?? 0;
  }

  add(entry: EntryColumns & { readonly record: FileRecord }): void {
    const start = entry.record.streamOffset;
    const end = start + entry.record.streamBytes;
    if (this.#stretch?.jobId === entry.JobId && this.#stretch.end === start) {
      this.#stretch.end = end;
      return;
    }
    this.#lookUp();
    if (entry.JobRank !== this.#jobRank) {
      this.#jobRank = entry.JobRank;
      this.nextBlock = 0;
    }
    if (this.#ofJobs.at(-1)?.job.JobId !== entry.JobId) this.#ofJobs.push({ job: entry, ranges: [] });
    this.#stretch = { jobId: entry.JobId, start, end };
  }

  take(): ReadRange[] {
    this.#lookUp();
    return this.#ofJobs.flatMap(({ job, ranges }) =>
      ranges.map((range) => ({
        volSessionId: job.VolSessionId,
        volSessionTime: job.VolSessionTime,
        ...range,
      })),
    );
  }

  #lookUp(): void {
    const ranges = this.#ofJobs.at(-1)?.ranges;
    if (this.#stretch === undefined || ranges === undefined) return;
    const { jobId, start, end } = this.#stretch;
    this.#stretch = undefined;
    for (const range of locateBlocks(this.#db, jobId, { start, end, fromBlock: this.nextBlock })) {
      this.nextBlock = range.firstBlock + range.blockCount;
      appendRange(ranges, range);
    }
  }
}

function planIsGone(message: string): CatalogError {
  return new CatalogError('CAT_PLAN_GONE', message, { hint: 'Start the restore again.' });
}
