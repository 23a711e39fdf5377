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

const RUNS_IN_DIRECTORY = `
  SELECT RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries FROM FileRun
   WHERE JobId = :jobId AND PathId = :pathId AND RunId >= (:jobId << 32) | :index ORDER BY RunId LIMIT :limit`;

const LAST_RUN = `
  SELECT RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries FROM FileRun
   WHERE RunId BETWEEN :jobId << 32 AND (:jobId << 32) | 4294967295 ORDER BY RunId DESC LIMIT 1`;

/** Runs fetched at once. */
const RUNS_PER_PAGE = 64;

export const INDEX_MAX = 0xffff_ffff;

/** The job's files with indexes from `first` to `last`, both included. */
export function* filesBetween(db: Connection, jobId: number, first: number, last: number): Generator<SavedFile> {
  for (let from = first; ;) {
    const runs = db.all<FileRun>(RUNS_BETWEEN, { jobId, first: from, last, limit: RUNS_PER_PAGE });
    for (const run of runs) {
      for (const file of filesOfRun(run)) {
        if (file.fileIndex < from) continue;
        if (file.fileIndex > last) return;
        yield file;
        from = file.fileIndex + 1;
      }
    }
    if (runs.length < RUNS_PER_PAGE) return;
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

/** The job's files that lie directly in the directory. */
export function* filesInDirectory(db: Connection, jobId: number, pathId: number): Generator<SavedFile> {
  let index = 0;
  for (;;) {
    const runs = db.all<FileRun>(RUNS_IN_DIRECTORY, { jobId, pathId, index, limit: RUNS_PER_PAGE });
    for (const run of runs) {
      yield* filesOfRun(run);
      index = run.firstIndex + 1;
    }
    if (runs.length < RUNS_PER_PAGE) return;
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
