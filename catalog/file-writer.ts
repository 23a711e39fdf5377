import { FileType } from '../proto/noctule/record/v1/file_record.ts';
import type { Connection } from './connection.ts';
import { PathIds, TOP_ID } from './directory-paths.ts';
import { isDirectoryPath, splitPath } from './entry-path.ts';
import { lastFile } from './file-runs.ts';
import { KnownDirectories } from './known-directories.ts';
import { EntryPacker } from './packed-entries.ts';
import type { IncomingRecord } from './record-batch-reader.ts';

/**
 * A run is written when it has this many bytes: large enough that what every run costs (some 40 bytes) hardly counts,
 * small enough that a page of the database holds several without much left over.
 */
const RUN_BYTES = 1_300;

const ADD_RUN = `
  INSERT INTO FileRun VALUES
    ((:jobId << 32) | :firstIndex, :jobId, :pathId, :fileCount, :contentBytes, :linkCount, :entries)`;

const ADD_DELETED = 'INSERT INTO DeletedFile (JobId, PathId, Entry) VALUES (:jobId, :pathId, :entry)';

const ADD_IMPLIED = 'INSERT OR IGNORE INTO ImpliedDirectory VALUES (:jobId, :parentId, :pathId)';

const REMOVE_IMPLIED =
  'DELETE FROM ImpliedDirectory WHERE JobId = :jobId AND ParentId = :parentId AND PathId = :pathId';

/** Files on their way into one row of FileRun. */
interface OpenRun {
  readonly jobId: number;
  readonly pathId: number;
  readonly firstIndex: number;
  fileCount: number;
  contentBytes: number;
  linkCount: number;
}

/** Writes the file records of running jobs, batch by batch. One per writing connection. */
export class FileWriter {
  readonly #db: Connection;
  readonly #paths: PathIds;
  /** Directories that the job has saved itself, or that are marked as implied. */
  readonly #known = new KnownDirectories();
  /** Directories that have files in the batch at hand, and those above them, each with the one that it lies in. */
  readonly #implied = new Map<number, number>();
  #packer = new EntryPacker();

  constructor(db: Connection) {
    this.#db = db;
    this.#paths = new PathIds(db);
    db.onRollback(() => {
      this.#known.clear();
      this.#implied.clear();
      this.#packer = new EntryPacker();
    });
  }

  /**
   * Adds records in the order of the job's stream, behind those already there. They may not reach past `streamEnd`,
   * the durable end of the stream. Gives the indexes of the first and the last one; undefined when none was saved.
   * @throws RangeError when the records contradict each other or the job.
   */
  add(
    jobId: number,
    records: Iterable<IncomingRecord>,
    streamEnd: number,
  ): { first: number; last: number } | undefined {
    let last = lastFile(this.#db, jobId);
    let first: number | undefined;
    let run: OpenRun | undefined;
    for (const record of records) {
      checkPath(record);
      const { parent, name } = splitPath(record.path);
      const pathId = this.#paths.idOf(parent);
      if (record.deleted) {
        if (run !== undefined) this.#close(run);
        run = undefined;
        this.#addDeleted(jobId, pathId, name, record);
        continue;
      }
      checkPlace(record, last, streamEnd);
      const { fileIndex } = record;
      if (record.type === FileType.DIRECTORY) this.#noteSaved(jobId, pathId, this.#paths.idOf(record.path));
      const goesOn =
        run?.pathId === pathId && last.fileIndex === fileIndex - 1 && this.#packer.length < RUN_BYTES;
      if (run === undefined || !goesOn) {
        if (run !== undefined) this.#close(run);
        run = { jobId, pathId, firstIndex: fileIndex, fileCount: 0, contentBytes: 0, linkCount: 0 };
        this.#implyDirectory(jobId, parent, pathId);
      }
      this.#packer.add(name, record);
      run.fileCount++;
      if (record.type === FileType.REGULAR) run.contentBytes += record.sizeBytes;
      if (record.type === FileType.HARD_LINK) run.linkCount++;
      first ??= fileIndex;
      last = { fileIndex, streamEnd: record.streamOffset + record.streamBytes };
    }
    if (run !== undefined) this.#close(run);
    this.#noteImplied(jobId);
    return first === undefined ? undefined : { first, last: last.fileIndex };
  }

  /** The job has ended: nothing needs to be remembered of it. */
  forgetJob(jobId: number): void {
    this.#known.forgetJob(jobId);
  }

  #close(run: OpenRun): void {
    this.#db.run(ADD_RUN, { ...run, entries: this.#packer.take() });
  }

  #addDeleted(jobId: number, pathId: number, name: Buffer, record: IncomingRecord): void {
    this.#packer.add(name, record);
    this.#db.run(ADD_DELETED, { jobId, pathId, entry: this.#packer.take() });
  }

  /**
   * Makes sure that the directory can be reached from the root of the tree, although the job (an Incremental, or a
   * FileSet that begins below it) may never save it. A walk gives a directory behind its files: what is still open at
   * the end of a batch is noted, and the note goes when the directory comes.
   */
  #implyDirectory(jobId: number, path: Buffer, pathId: number): void {
    if (pathId === TOP_ID || this.#known.has(jobId, pathId)) return;
    this.#known.add(jobId, pathId);
    const { parent } = splitPath(path);
    const parentId = this.#paths.idOf(parent);
    this.#implied.set(pathId, parentId);
    this.#implyDirectory(jobId, parent, parentId);
  }

  #noteSaved(jobId: number, parentId: number, pathId: number): void {
    const isNoted = !this.#implied.delete(pathId) && this.#known.has(jobId, pathId);
    if (isNoted) this.#db.run(REMOVE_IMPLIED, { jobId, parentId, pathId });
    this.#known.add(jobId, pathId);
  }

  #noteImplied(jobId: number): void {
    for (const [pathId, parentId] of this.#implied) this.#db.run(ADD_IMPLIED, { jobId, parentId, pathId });
    this.#implied.clear();
  }
}

function checkPath({ path, type, fileIndex, deleted }: IncomingRecord): void {
  if (path.length === 0 || path.includes(0)) {
    throw new RangeError(`the path of file index ${fileIndex} is empty or holds a zero byte`);
  }
  if (!deleted && isDirectoryPath(path) !== (type === FileType.DIRECTORY)) {
    throw new RangeError(`file index ${fileIndex} is of type ${type}, its path says otherwise`);
  }
}

function checkPlace(
  { fileIndex, streamOffset, streamBytes }: IncomingRecord,
  before: { readonly fileIndex: number; readonly streamEnd: number },
  streamEnd: number,
): void {
  if (fileIndex <= before.fileIndex)
    throw new RangeError(`file index ${fileIndex} comes after ${before.fileIndex}`);
  if (streamOffset < before.streamEnd) {
    throw new RangeError(
      `file index ${fileIndex} begins at ${streamOffset}, the one before ends at ${before.streamEnd}`,
    );
  }
  if (streamOffset + streamBytes > streamEnd) {
    throw new RangeError(`file index ${fileIndex} reaches past the durable end of the stream, ${streamEnd}`);
  }
}
