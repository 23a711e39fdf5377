import type { Chain } from './chain.ts';
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

/** The columns of many runs in one row: a list each of numbers, and the entries of all behind each other. */
const NEXT_RUNS = `
  SELECT json_group_array(RunId & 4294967295) AS firsts, json_group_array(PathId) AS paths,
         json_group_array(length(Entries)) AS lengths, CAST(group_concat(Entries, '') AS BLOB) AS entries
    FROM (SELECT RunId, PathId, Entries FROM FileRun
           WHERE RunId > (:jobId << 32) | :after AND RunId <= (:jobId << 32) | 4294967295 ORDER BY RunId LIMIT :limit)`;

const RUNS_OF_JOB_IN_DIRECTORY = `
  SELECT RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries FROM FileRun
   WHERE JobId = :jobId AND PathId = :pathId AND RunId > (:jobId << 32) | :after ORDER BY RunId LIMIT :limit`;

const RUNS_OF_JOBS_IN_DIRECTORY = `
  SELECT c.key AS job, RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries
    FROM json_each(:jobIds) c CROSS JOIN FileRun r ON r.JobId = c.value AND r.PathId = :pathId
   ORDER BY c.key, RunId`;

const JOBS_IN_DIRECTORY = `
  SELECT c.key AS jobRank, c.value AS jobId, count(*) AS runs
    FROM json_each(:chain) c CROSS JOIN FileRun r ON r.JobId = c.value AND r.PathId = :pathId
   WHERE c.key >= :oldestRank
   GROUP BY c.key ORDER BY c.key DESC`;

const LAST_RUN = `
  SELECT RunId & 4294967295 AS firstIndex, PathId AS pathId, Entries AS entries FROM FileRun
   WHERE RunId BETWEEN :jobId << 32 AND (:jobId << 32) | 4294967295 ORDER BY RunId DESC LIMIT 1`;

/** Runs fetched at once: few at first, since often only one file is wanted. */
const FIRST_RUNS = 2;
export const RUNS_MAX = 64;

export const INDEX_MAX = 0xffff_ffff;

/** The job's files with indexes from `first` to `last`, both included. */
export function* filesBetween(
  db: Connection,
  jobId: number,
  first: number,
  last: number,
): Generator<SavedFile> {
  for (const { firstIndex, pathId, entries } of runsBetween(db, jobId, first, last)) {
    const entry = new EntryReader(entries);
    for (let fileIndex = firstIndex; entry.next() && fileIndex <= last; fileIndex++) {
      if (fileIndex >= first) yield { fileIndex, pathId, entry };
    }
  }
}

/** The job's runs with files of these indexes in them. */
export function* runsBetween(db: Connection, jobId: number, first: number, last: number): Generator<FileRun> {
  let from = first;
  for (let limit = FIRST_RUNS; ; limit = Math.min(2 * limit, RUNS_MAX)) {
    const runs = db.all<FileRun>(RUNS_BETWEEN, { jobId, first: from, last, limit });
    for (const run of runs) {
      // The first one of a later page has been given: it is the one before `from`.
      if (run.firstIndex >= from || from === first) yield run;
    }
    const end = runs.at(-1);
    if (end === undefined || runs.length < limit) return;
    from = end.firstIndex + 1;
  }
}

interface RunsInARow {
  readonly firsts: string;
  readonly paths: string;
  readonly lengths: string;
  readonly entries: Buffer | null;
}

/** Runs fetched at once by who looks at all of them: half a megabyte. */
const SCANNED_RUNS = 512;

/**
 * All runs of the job that begin behind this index: for a look at millions of files. A value made in JavaScript for each
 * column of each run would take more than half of the time.
 */
export function* allRuns(db: Connection, jobId: number, after: number): Generator<FileRun> {
  for (;;) {
    const row = db.get<RunsInARow>(NEXT_RUNS, { jobId, after, limit: SCANNED_RUNS })!;
    const firsts = JSON.parse(row.firsts) as number[];
    const paths = JSON.parse(row.paths) as number[];
    const lengths = JSON.parse(row.lengths) as number[];
    let start = 0;
    for (const [i, firstIndex] of firsts.entries()) {
      const end = start + lengths[i]!;
      yield { firstIndex, pathId: paths[i]!, entries: row.entries!.subarray(start, end) };
      start = end;
      after = firstIndex;
    }
    if (firsts.length < SCANNED_RUNS) return;
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

/** A job of a chain that saved something directly in a directory. */
export interface JobInDirectory {
  readonly jobRank: number;
  readonly jobId: number;
  readonly runs: number;
}

/** Newest first, down to a rank. */
export function jobsInDirectory(
  db: Connection,
  chain: Chain,
  { pathId, oldestRank = 0 }: { readonly pathId: number; readonly oldestRank?: number },
): JobInDirectory[] {
  return db.all(JOBS_IN_DIRECTORY, { chain: chain.json, pathId, oldestRank });
}

/** What the jobs saved directly in the directory, in the order of the jobs. */
export function* runsInDirectory(
  db: Connection,
  jobs: readonly JobInDirectory[],
  pathId: number,
): Generator<FileRun & { readonly jobRank: number }> {
  const runs = jobs.reduce((total, job) => total + job.runs, 0);
  if (runs > RUNS_MAX) {
    for (const { jobRank, jobId } of jobs) {
      for (const run of runsOfJobInDirectory(db, jobId, pathId)) yield { jobRank, ...run };
    }
    return;
  }
  // Most directories are small, and a chain may have many jobs: one question for all of them.
  const jobIds = JSON.stringify(jobs.map(({ jobId }) => jobId));
  for (const run of db.all<FileRun & { job: number }>(RUNS_OF_JOBS_IN_DIRECTORY, { jobIds, pathId })) {
    yield { jobRank: jobs[run.job]?.jobRank ?? 0, ...run };
  }
}

/** What one job saved directly in the directory, from the run that begins with the file `first` on. */
export function* runsOfJobInDirectory(
  db: Connection,
  jobId: number,
  pathId: number,
  first = 1,
): Generator<FileRun> {
  for (let after = first - 1; ;) {
    const runs = db.all<FileRun>(RUNS_OF_JOB_IN_DIRECTORY, { jobId, pathId, after, limit: RUNS_MAX });
    yield* runs;
    const end = runs.at(-1);
    if (end === undefined || runs.length < RUNS_MAX) return;
    after = end.firstIndex;
  }
}

/** Index and end in the stream of the job's last file; zeros for a job without files. */
export function lastFile(db: Connection, jobId: number): { fileIndex: number; streamEnd: number } {
  const run = db.get<FileRun>(LAST_RUN, { jobId });
  if (run === undefined) return { fileIndex: 0, streamEnd: 0 };
  const entry = new EntryReader(run.entries);
  let fileIndex = run.firstIndex - 1;
  while (entry.next()) fileIndex++;
  return { fileIndex, streamEnd: entry.streamEnd };
}
