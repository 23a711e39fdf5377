import type { Connection, Value } from './connection.ts';
import { isDirectoryPath, splitPath } from './entry-path.ts';
import { packAttributes } from './file-attributes.ts';
import { KnownDirectories } from './known-directories.ts';
import { PathIds } from './path-ids.ts';
import type { IncomingRecord } from './record-batch-reader.ts';

/** Rows per statement: more gain nothing, and the last ones of a call go in one by one. */
const ROWS_PER_INSERT = 40;

const LAST_INDEX = `
  SELECT max(FileId) & 4294967295 FROM FileEntry WHERE FileId BETWEEN :jobId << 32 AND (:jobId << 32) | 4294967295`;

const LAST_RUN = `
  SELECT FirstIndex, LastIndex FROM DirectoryRun
   WHERE JobId = :jobId AND PathId = :pathId ORDER BY FirstIndex DESC LIMIT 1`;

interface Run {
  readonly pathId: number;
  readonly firstIndex: number;
  lastIndex: number;
  /** It continues a run that is in the catalog. */
  readonly isStored: boolean;
}

/** Writes the file records of running jobs, batch by batch. One per writing connection. */
export class FileEntries {
  readonly #db: Connection;
  readonly #paths: PathIds;
  readonly #insertMany;
  readonly #insertOne;
  /** Directories that the job has saved itself, or that are marked as implied. */
  readonly #known = new KnownDirectories();

  constructor(db: Connection) {
    this.#db = db;
    this.#paths = new PathIds(db);
    const insert = (rows: number) =>
      db.preparePositional(
        `INSERT INTO FileEntry (FileId, Name, Size, Attributes) VALUES ${Array(rows).fill('((? << 32) | ?, ?, ?, ?)').join(', ')}`,
      );
    this.#insertMany = insert(ROWS_PER_INSERT);
    this.#insertOne = insert(1);
    db.onRollback(() => this.#known.clear());
  }

  /**
   * Adds records in the order of the job's stream, behind those already there. They may not reach past `streamEnd`,
   * the durable end of the stream. Gives the indexes of the first and the last one; undefined when none was saved.
   * @throws RangeError when the records contradict each other or the job.
   */
  add(jobId: number, records: Iterable<IncomingRecord>, streamEnd: number): { first: number; last: number } | undefined {
    const before = this.#db.value<number | null>(LAST_INDEX, { jobId }) ?? 0;
    let first: number | undefined;
    let last = before;
    let run: Run | undefined;
    let values: Value[] = [];
    for (const record of records) {
      const { parent, name } = splitPath(record.path);
      if (name.length === 0 || record.path.includes(0)) throw new RangeError('a path is empty or holds a zero byte');
      const pathId = this.#paths.idOf(parent);
      if (record.deleted) {
        this.#addDeleted(jobId, pathId, name, record);
        continue;
      }
      const { fileIndex } = record;
      if (fileIndex <= last) throw new RangeError(`file index ${fileIndex} comes after ${last}`);
      if (record.streamOffset + record.streamBytes > streamEnd) {
        throw new RangeError(`file index ${fileIndex} reaches past the durable end ${streamEnd} of the stream`);
      }
      if (isDirectoryPath(name)) this.#known.add(jobId, this.#paths.idOf(record.path));
      if (run?.pathId === pathId && run.lastIndex === fileIndex - 1) {
        run.lastIndex = fileIndex;
      } else {
        if (run !== undefined) this.#writeRun(jobId, run);
        run = this.#openRun(jobId, pathId, fileIndex);
        this.#implyDirectory(jobId, parent, pathId);
      }
      values.push(jobId, fileIndex, name, record.sizeBytes, packAttributes(record));
      if (values.length === ROWS_PER_INSERT * 5) {
        this.#insertMany.run(...values);
        values = [];
      }
      first ??= fileIndex;
      last = fileIndex;
    }
    for (let i = 0; i < values.length; i += 5) this.#insertOne.run(...values.slice(i, i + 5));
    if (run !== undefined) this.#writeRun(jobId, run);
    return first === undefined ? undefined : { first, last };
  }

  /** The job has ended: nothing needs to be remembered of it. */
  forgetJob(jobId: number): void {
    this.#known.forgetJob(jobId);
  }

  #openRun(jobId: number, pathId: number, fileIndex: number): Run {
    const stored = this.#db.get<{ FirstIndex: number; LastIndex: number }>(LAST_RUN, { jobId, pathId });
    return stored?.LastIndex === fileIndex - 1
      ? { pathId, firstIndex: stored.FirstIndex, lastIndex: fileIndex, isStored: true }
      : { pathId, firstIndex: fileIndex, lastIndex: fileIndex, isStored: false };
  }

  #writeRun(jobId: number, { pathId, firstIndex, lastIndex, isStored }: Run): void {
    this.#db.run(
      isStored
        ? `UPDATE DirectoryRun SET LastIndex = :lastIndex
            WHERE JobId = :jobId AND PathId = :pathId AND FirstIndex = :firstIndex`
        : 'INSERT INTO DirectoryRun VALUES (:jobId, :pathId, :firstIndex, :lastIndex)',
      { jobId, pathId, firstIndex, lastIndex },
    );
  }

  #addDeleted(jobId: number, pathId: number, name: Buffer, record: IncomingRecord): void {
    this.#db.run(
      `INSERT INTO DeletedFile (JobId, PathId, Name, Size, Attributes)
       VALUES (:jobId, :pathId, :name, :size, :attributes)`,
      { jobId, pathId, name, size: record.sizeBytes, attributes: packAttributes(record) },
    );
  }

  /**
   * Makes sure that the directory can be reached from the root of the tree, although the job (an Incremental, or a
   * FileSet that begins below it) may never save it. A walk gives a directory before its files, so most are known.
   */
  #implyDirectory(jobId: number, path: Buffer, pathId: number): void {
    if (path.length === 0 || this.#known.has(jobId, pathId)) return;
    this.#known.add(jobId, pathId);
    const { parent, name } = splitPath(path);
    const parentId = this.#paths.idOf(parent);
    this.#db.run('INSERT OR IGNORE INTO ImpliedDirectory VALUES (:jobId, :parentId, :name)', { jobId, parentId, name });
    this.#implyDirectory(jobId, parent, parentId);
  }
}
