import type { Connection } from './connection.ts';
import { EntryReader } from './packed-entries.ts';

/**
 * Table FileRun: consecutive files of a job that lie in one directory, packed (packed-entries.ts). RunId is
 * JobId * 2^32 + FirstIndex, so runs stand in the order of the job's stream.
 */

export interface FileRun {
  readonly firstIndex: number;
  readonly pathId: number;
  readonly entries: Buffer;
}

/** A saved file, with the reader standing on its entry until the next one is asked for. */
export interface SavedFile {
  readonly fileIndex: number;
  readonly pathId: number;
  readonly entry: EntryReader;
}

/** The run with the first index in it, and those behind that begin at or before the last. */
const RUNS_BETWEEN = `
  SELECT RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries FROM FileRun
   WHERE RunId >= coalesce(
           (SELECT max(RunId) FROM FileRun WHERE RunId BETWEEN :jobId << 32 AND (:jobId << 32) | :first), :jobId << 32)
     AND RunId <= (:jobId << 32) | :last
   ORDER BY RunId LIMIT :limit`;

/** The newest job first; behind a run of a job. */
const RUNS_IN_DIRECTORY = `
  SELECT c.key AS jobRank, RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries
    FROM json_each(:jobIds) c
    CROSS JOIN FileRun r ON r.JobId = c.value AND r.PathId = :pathId
   WHERE c.key >= :oldestRank AND (c.key < :jobRank OR c.key = :jobRank AND RunId > (r.JobId << 32) | :firstIndex)
   ORDER BY c.key DESC, RunId LIMIT :limit`;

const LAST_RUN = `
  SELECT RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries FROM FileRun
   WHERE RunId BETWEEN :jobId << 32 AND (:jobId << 32) | 4294967295 ORDER BY RunId DESC LIMIT 1`;

/** Runs fetched at once: few at first, since often only one file is wanted. */
const FIRST_RUNS = 2;
const RUNS_MAX = 64;

export const INDEX_MAX = 0xffff_ffff;

/** The job's files with indexes from `first` to `last`, both included. */
export function* filesBetween(
  db: Connection,
  jobId: number,
  first: number,
  last: number,
): Generator<SavedFile> {
  let from = first;
  for (let limit = FIRST_RUNS; ; limit = Math.min(2 * limit, RUNS_MAX)) {
    const runs = db.all<FileRun>(RUNS_BETWEEN, { jobId, first: from, last, limit });
    for (const run of runs) {
      for (const file of filesOfRun(run)) {
        if (file.fileIndex < from) continue;
        if (file.fileIndex > last) return;
        yield file;
        from = file.fileIndex + 1;
      }
    }
    if (runs.length < limit) return;
  }
}

/** The first file at or behind this index; undefined behind the last. */
export function fileFrom(db: Connection, jobId: number, index: number): SavedFile | undefined {
  for (const file of filesBetween(db, jobId, index, INDEX_MAX)) return file;
  return undefined;
}

/** The file with this index; undefined when the job saved none. */
export function fileAt(db: Connection, jobId: number, index: number): SavedFile | undefined {
  for (const file of filesBetween(db, jobId, index, index)) return file;
  return undefined;
}

/** Up to this far ahead, going on from file to file is cheaper than looking up. */
const NEAR_FILES = 100;

/** The files of a job, asked for by index. Cheap when the indexes ascend. */
export class JobFiles {
  readonly jobId: number;
  readonly #db: Connection;
  #files: Generator<SavedFile> | undefined;
  #reached = 0;

  constructor(db: Connection, jobId: number) {
    this.#db = db;
    this.jobId = jobId;
  }

  /** Good until the next call; undefined when the job saved none under this index. */
  at(index: number): SavedFile | undefined {
    const isAhead = index > this.#reached && index <= this.#reached + NEAR_FILES;
    const files = isAhead ? this.#files : undefined;
    this.#files = files ?? filesBetween(this.#db, this.jobId, index, INDEX_MAX);
    this.#reached = index;
    let file = this.#next();
    while (file !== undefined && file.fileIndex < index) file = this.#next();
    if (file?.fileIndex === index) return file;
    this.#files = undefined;
    return undefined;
  }

  #next(): SavedFile | undefined {
    const result = this.#files?.next();
    return result === undefined || result.done === true ? undefined : result.value;
  }
}

/** What the jobs (a JSON array, oldest first) saved directly in the directory, newest job first, down to a rank. */
export function* filesInDirectory(
  db: Connection,
  jobIds: string,
  { pathId, oldestRank }: { readonly pathId: number; readonly oldestRank: number },
): Generator<SavedFile & { readonly jobRank: number }> {
  let reached = { jobRank: Number.MAX_SAFE_INTEGER, firstIndex: 0 };
  for (;;) {
    const parameters = { jobIds, pathId, oldestRank, ...reached, limit: RUNS_MAX };
    const runs = db.all<FileRun & { jobRank: number }>(RUNS_IN_DIRECTORY, parameters);
    for (const run of runs) {
      const { jobRank, firstIndex } = run;
      for (const file of filesOfRun(run)) yield { jobRank, ...file };
      reached = { jobRank, firstIndex };
    }
    if (runs.length < RUNS_MAX) return;
  }
}

/** Index and end in the stream of the job's last file; zeros for a job without files. */
export function lastFile(db: Connection, jobId: number): { fileIndex: number; streamEnd: number } {
  const run = db.get<FileRun>(LAST_RUN, { jobId });
  let last = { fileIndex: 0, streamEnd: 0 };
  if (run === undefined) return last;
  for (const { fileIndex, entry } of filesOfRun(run)) last = { fileIndex, streamEnd: entry.streamEnd };
  return last;
}

function* filesOfRun({ firstIndex, pathId, entries }: FileRun): Generator<SavedFile> {
  const entry = new EntryReader(entries);
  for (let fileIndex = firstIndex; entry.next(); fileIndex++) yield { fileIndex, pathId, entry };
}
