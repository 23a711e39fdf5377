import type { Connection } from '../connection.ts';
import { VERSIONS_OF_DIRECTORY } from '../directory.ts';
import { isDirectoryPath, splitPath } from '../entry-path.ts';
import { findPathId } from '../path-ids.ts';
import { ancestorsOf, isEverything, type ResolvedRules } from './rules.ts';

/** Directories fetched at once from the list of those to look into. */
const PAGE = 500;

interface Directory {
  readonly Path: Buffer;
  readonly PathId: number;
  readonly Inherited: 0 | 1;
  /** Which segment brought it here; null: a rule for a single entry. */
  readonly Segment: number | null;
}

const DIRECTORIES_OF_JOB = `
  INSERT OR IGNORE INTO PlanDirectory
  SELECT DISTINCT p.Path, p.PathId, 1, :segment
    FROM DirectoryRun r CROSS JOIN DirectoryPath p ON p.PathId = r.PathId WHERE r.JobId = :jobId`;

const DIRECTORIES_OF_SEGMENT = `
  INSERT OR IGNORE INTO PlanDirectory
  SELECT p.Path, p.PathId, 1, :segment FROM DirectoryPath p
   WHERE p.Path >= :first AND p.Path < :end AND EXISTS (
     SELECT 1 FROM json_each(:jobIds) c CROSS JOIN DirectoryRun r WHERE r.JobId = c.value AND r.PathId = p.PathId)`;

const NEXT_DIRECTORIES = `
  SELECT Path, PathId, Inherited, Segment FROM PlanDirectory WHERE Path >= :from ORDER BY Path LIMIT :limit`;

const JOBS_IN_DIRECTORY = `
  SELECT DISTINCT c.key AS JobRank, c.value AS JobId FROM json_each(:jobIds) c
   CROSS JOIN DirectoryRun r WHERE r.JobId = c.value AND r.PathId = :pathId`;

const DELETED_IN_DIRECTORY = `
  SELECT 1 FROM json_each(:jobIds) c CROSS JOIN DeletedFile d WHERE d.JobId = c.value AND d.PathId = :pathId LIMIT 1`;

const ADD_ALL_OF_JOB = `
  INSERT OR IGNORE INTO PlanEntry
  SELECT :planId, :jobRank, f.FileId & 4294967295, :pathId
    FROM DirectoryRun r
    CROSS JOIN FileEntry f ON f.FileId BETWEEN (r.JobId << 32) | r.FirstIndex AND (r.JobId << 32) | r.LastIndex
   WHERE r.JobId = :jobId AND r.PathId = :pathId`;

const ADD_NEWEST = `
  WITH ${VERSIONS_OF_DIRECTORY},
  Newest AS (
    SELECT Base, max(Precedence), JobRank, FileIndex, Name FROM Version
     WHERE JobRank >= :voidBelow GROUP BY Base HAVING FileIndex > 0)
  INSERT OR IGNORE INTO PlanEntry
  SELECT :planId, JobRank, FileIndex, :pathId FROM Newest n
   WHERE coalesce((SELECT Marked FROM PlanRule u WHERE u.PathId = :pathId AND u.Name = n.Name), :inherited)`;

const ADD_DIRECTORY_ENTRY = `
  WITH ${VERSIONS_OF_DIRECTORY},
  Newest AS (
    SELECT Base, max(Precedence), JobRank, FileIndex, Name FROM Version
     WHERE JobRank >= :voidBelow AND Base = CAST(rtrim(:name, '/') AS BLOB) GROUP BY Base HAVING FileIndex > 0)
  INSERT OR IGNORE INTO PlanEntry SELECT :planId, JobRank, FileIndex, :pathId FROM Newest WHERE Name = :name`;

/** Files of all jobs but the oldest that stand where the catalog knows a directory. */
const FILES_IN_PLACE_OF_DIRECTORIES = `
  SELECT f.Name, max(c.key) AS JobRank
    FROM json_each(:jobIds) c
    CROSS JOIN DirectoryRun r ON r.JobId = c.value AND r.PathId = :pathId
    CROSS JOIN FileEntry f ON f.FileId BETWEEN (r.JobId << 32) | r.FirstIndex AND (r.JobId << 32) | r.LastIndex
   WHERE c.key > 0 AND substr(f.Name, -1) <> x'2f'
     AND EXISTS (SELECT 1 FROM DirectoryPath p WHERE p.Path = CAST(:path || f.Name || '/' AS BLOB))
   GROUP BY f.Name`;

/**
 * Fills PlanEntry with the newest version over the chain of all that the rules select, and with the directories on
 * the way down to it. Goes directory by directory in the order of paths, so that what happened to a directory is
 * known before what it holds is looked at. Memory does not grow with the number of files.
 */
export class Selection {
  readonly #db: Connection;
  readonly #planId: number;
  readonly #chain: readonly number[];
  readonly #jobIds: string;
  readonly #rules: ResolvedRules;
  /** Directories (by number) for entries of which there is a rule of their own. */
  readonly #ruled = new Set<number>();
  /** Directories (by path) that are left out themselves, but may hold what is not. */
  readonly #leftOut: ReadonlySet<string>;
  /** Directories (by path) on the way to something selected, that may not be selected themselves. */
  readonly #onTheWay = new Map<string, Buffer>();
  /** Directories (by path) that a file replaced, with the rank of the job that saw it: older jobs' entries are void. */
  readonly #replaced = new Map<string, number>();

  constructor(db: Connection, plan: { planId: number; chain: readonly number[]; rules: ResolvedRules }) {
    this.#db = db;
    this.#planId = plan.planId;
    this.#chain = plan.chain;
    this.#jobIds = JSON.stringify(plan.chain);
    this.#rules = plan.rules;
    const leftOut = plan.rules.entries.filter(({ path, marked }) => !marked && isDirectoryPath(path));
    this.#leftOut = new Set(leftOut.map(({ path }) => keyOf(path)));
  }

  fill(): void {
    this.#gatherDirectories();
    this.#gatherEntryRules();
    this.#examineAbove();
    let from = Buffer.alloc(0);
    for (;;) {
      const directories = this.#db.all<Directory>(NEXT_DIRECTORIES, { from, limit: PAGE });
      for (const directory of directories) this.#visit(directory);
      const last = directories.at(-1);
      if (last === undefined) break;
      from = Buffer.concat([last.Path, Buffer.of(0)]);
    }
    for (const directory of this.#onTheWay.values()) this.#addDirectoryEntry(directory);
  }

  #gatherDirectories(): void {
    this.#rules.segments.forEach((segment, number) => {
      if (isEverything(segment)) {
        // The jobs' own directories are fewer than all that the catalog knows.
        for (const jobId of this.#chain) this.#db.run(DIRECTORIES_OF_JOB, { jobId, segment: number });
      } else {
        const { first, end } = segment;
        this.#db.run(DIRECTORIES_OF_SEGMENT, { first, end, segment: number, jobIds: this.#jobIds });
      }
    });
  }

  #gatherEntryRules(): void {
    for (const { path, marked } of this.#rules.entries) {
      const { parent, name } = splitPath(path);
      const pathId = findPathId(this.#db, parent);
      if (pathId === undefined) continue;
      this.#ruled.add(pathId);
      this.#db.run('INSERT INTO PlanRule VALUES (:pathId, :name, :marked)', { pathId, name, marked: Number(marked) });
      if (marked) this.#db.run('INSERT OR IGNORE INTO PlanDirectory VALUES (:parent, :pathId, 0, NULL)', { parent, pathId });
    }
  }

  /** What happened to the directories above those that will be visited. */
  #examineAbove(): void {
    const above = new Map<string, Buffer>();
    for (const { path } of this.#rules.entries) {
      for (const directory of ancestorsOf(path)) above.set(keyOf(directory), directory);
    }
    for (const path of above.values()) {
      const pathId = findPathId(this.#db, path);
      if (pathId !== undefined) this.#noteReplacements(path, pathId);
    }
  }

  #visit({ Path: path, PathId: pathId, Inherited: inherited, Segment: segment }: Directory): void {
    const jobs = this.#db.all<{ JobRank: number; JobId: number }>(JOBS_IN_DIRECTORY, { jobIds: this.#jobIds, pathId });
    if (jobs.length > 1) this.#noteReplacements(path, pathId);
    const voidBelow = this.#voidBelow(path);
    const [job] = jobs;
    const takesAll = inherited === 1 && voidBelow === 0 && !this.#ruled.has(pathId);
    let added: number;
    if (job !== undefined && jobs.length === 1 && takesAll && !this.#hasDeleted(pathId)) {
      const { JobRank: jobRank, JobId: jobId } = job;
      added = this.#db.run(ADD_ALL_OF_JOB, { planId: this.#planId, jobRank, jobId, pathId }).changes;
    } else {
      const { changes } = this.#db.run(ADD_NEWEST, {
        planId: this.#planId,
        jobIds: this.#jobIds,
        pathId,
        voidBelow,
        inherited,
      });
      added = changes;
    }
    if (added > 0) this.#noteWayTo(path, segment);
  }

  #hasDeleted(pathId: number): boolean {
    return this.#db.value(DELETED_IN_DIRECTORY, { jobIds: this.#jobIds, pathId }) !== undefined;
  }

  #noteReplacements(path: Buffer, pathId: number): void {
    const files = this.#db.all<{ Name: Buffer; JobRank: number }>(FILES_IN_PLACE_OF_DIRECTORIES, {
      jobIds: this.#jobIds,
      pathId,
      path,
    });
    for (const { Name, JobRank } of files) this.#replaced.set(keyOf(Buffer.concat([path, Name, SLASH])), JobRank);
  }

  /** Below this rank, entries in the directory are void. */
  #voidBelow(directory: Buffer): number {
    if (this.#replaced.size === 0) return 0;
    const ranks = [directory, ...ancestorsOf(directory)].map((path) => this.#replaced.get(keyOf(path)) ?? 0);
    return Math.max(...ranks);
  }

  /**
   * Something in the directory was selected. In a segment, all directories down from its root are, but for those that
   * are left out themselves; above the root, and around single entries, none needs to be.
   */
  #noteWayTo(directory: Buffer, segment: number | null): void {
    const root = segment === null ? undefined : this.#rules.segments[segment]?.root;
    const above = root === undefined ? [directory, ...ancestorsOf(directory)] : ancestorsOf(root);
    for (const path of above) this.#onTheWay.set(keyOf(path), path);
    if (this.#leftOut.size === 0) return;
    for (const path of [directory, ...ancestorsOf(directory)]) {
      if (this.#leftOut.has(keyOf(path))) this.#onTheWay.set(keyOf(path), path);
    }
  }

  #addDirectoryEntry(directory: Buffer): void {
    const { parent, name } = splitPath(directory);
    const pathId = findPathId(this.#db, parent);
    if (pathId === undefined) return;
    this.#db.run(ADD_DIRECTORY_ENTRY, {
      planId: this.#planId,
      jobIds: this.#jobIds,
      pathId,
      name,
      voidBelow: this.#voidBelow(parent),
    });
  }
}

const SLASH = Buffer.from('/');

/** A path as the key of a map: its bytes, one character each. */
function keyOf(path: Buffer): string {
  return path.toString('latin1');
}
