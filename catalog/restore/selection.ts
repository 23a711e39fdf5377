import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import type { Chain } from '../chain.ts';
import type { Connection } from '../connection.ts';
import { directoryTreeOf, findChildId, TOP_ID, type DirectoryTree } from '../directory-paths.ts';
import { deletedInDirectory, directoryWindows, voidRank, type CurrentEntry } from '../directory-state.ts';
import { baseName } from '../entry-path.ts';
import { filesBetween, jobsInDirectory } from '../file-runs.ts';
import { addRange, rangeOf, type PlanFile } from './plan-ranges.ts';
import type { FileFilter } from './file-filter.ts';
import type { ResolvedRules } from './rules.ts';

/** Names of a directory held at once. */
const WINDOW_NAMES = 50_000;

/** Directories fetched at once from the list of those to look into. */
const DIRECTORIES_PER_PAGE = 500;

interface Directory {
  readonly pathId: number;
  readonly isTaken: 0 | 1;
  /** The directory whose rule brought it here; null: only entries of it have rules. */
  readonly rootId: number | null;
}

const ADD_DIRECTORIES_OF_JOB = `
  INSERT OR IGNORE INTO PlanDirectory
  SELECT DISTINCT :planId, PathId, 1, :rootId FROM FileRun WHERE JobId = :jobId`;

const ADD_SUBTREE = `
  WITH RECURSIVE Below (PathId) AS (
    VALUES (:rootId)
    UNION ALL
    SELECT d.PathId FROM Below b CROSS JOIN DirectoryPath d ON d.ParentId = b.PathId
     WHERE d.PathId NOT IN (SELECT value FROM json_each(:otherRoots)))
  INSERT OR IGNORE INTO PlanDirectory
  SELECT :planId, b.PathId, 1, :rootId FROM Below b
   WHERE EXISTS (
     SELECT 1 FROM json_each(:chain) c CROSS JOIN FileRun r WHERE r.JobId = c.value AND r.PathId = b.PathId)`;

const ADD_DIRECTORY = 'INSERT OR IGNORE INTO PlanDirectory VALUES (:planId, :pathId, 0, NULL)';

const NEXT_DIRECTORIES = `
  SELECT PathId AS pathId, IsTaken AS isTaken, RootId AS rootId FROM PlanDirectory
   WHERE PlanId = :planId AND PathId > :after ORDER BY PathId LIMIT :limit`;

const RUNS_OF_DIRECTORY = `
  SELECT RunId & 4294967295 AS first, FileCount AS count, ContentBytes AS bytes, LinkCount AS links FROM FileRun
   WHERE JobId = :jobId AND PathId = :pathId ORDER BY RunId`;

const NOTE_LINK = 'INSERT OR IGNORE INTO PlanLink VALUES (:planId, :jobRank, :fileIndex)';

/**
 * Fills a plan with the newest version over the chain of all that the rules take, and with the directories on the way
 * down to it. Goes from directory to directory, those above first, so that what happened to a directory is known before
 * what it holds is looked at. Memory does not grow with the number of files.
 */
export class Selection {
  files = 0;
  /** Of file content. */
  bytes = 0;
  readonly #db: Connection;
  readonly #tree: DirectoryTree;
  readonly #planId: number;
  readonly #chain: Chain;
  readonly #rules: ResolvedRules;
  readonly #counts: FileFilter | undefined;
  /** Directories that are left out themselves although what they hold may be taken. */
  readonly #leftOut = new Set<number>();
  /** Directories on the way down to something taken that may not be taken themselves. */
  readonly #onTheWay = new Set<number>();
  /** Directories in whose place a file was found, with the newest such rank: what older jobs have below is void. */
  readonly #replaced = new Map<number, number>();

  /** @param plan.counts Files for which it says no are as if they had never been saved; absent: all count. */
  constructor(
    db: Connection,
    plan: { planId: number; chain: Chain; rules: ResolvedRules; counts: FileFilter | undefined },
  ) {
    this.#db = db;
    this.#tree = directoryTreeOf(db);
    this.#planId = plan.planId;
    this.#chain = plan.chain;
    this.#rules = plan.rules;
    this.#counts = plan.counts;
  }

  fill(): void {
    this.#gatherDirectories();
    this.#examineRoots();
    for (let after = 0; ;) {
      const directories = this.#db.all<Directory>(NEXT_DIRECTORIES, {
        planId: this.#planId,
        after,
        limit: DIRECTORIES_PER_PAGE,
      });
      const last = directories.at(-1);
      if (last === undefined) break;
      for (const directory of directories) this.#visit(directory);
      after = last.pathId;
    }
    for (const pathId of this.#onTheWay) this.#addDirectoryItself(pathId);
  }

  #gatherDirectories(): void {
    const planId = this.#planId;
    const { subtrees, entries } = this.#rules;
    const isEverything = subtrees.size === 1 && subtrees.get(TOP_ID) === true;
    const otherRoots = JSON.stringify([...subtrees.keys()]);
    for (const [rootId, isTaken] of subtrees) {
      if (isEverything) {
        // The jobs' own directories are fewer than all that the catalog knows.
        for (const jobId of this.#chain.jobIds)
          this.#db.run(ADD_DIRECTORIES_OF_JOB, { planId, rootId, jobId });
      } else if (isTaken) {
        this.#db.run(ADD_SUBTREE, { planId, rootId, otherRoots, chain: this.#chain.json });
      }
    }
    for (const [pathId, rules] of entries) {
      let anyTaken = false;
      for (const rule of rules.values()) {
        if (rule.isTaken) anyTaken = true;
        else if (rule.pathId !== undefined) this.#leftOut.add(rule.pathId);
      }
      if (anyTaken) this.#db.run(ADD_DIRECTORY, { planId, pathId });
    }
  }

  /** What happened to the directories from which rules set out, and above them. */
  #examineRoots(): void {
    if (this.#chain.jobIds.length === 1) return;
    for (const pathId of [...this.#rules.subtrees.keys(), ...this.#rules.entries.keys()]) {
      const rank = voidRank(this.#db, this.#chain, pathId);
      if (rank > 0) this.#replaced.set(pathId, rank);
    }
  }

  #visit(directory: Directory): void {
    const { pathId } = directory;
    const jobs = jobsInDirectory(this.#db, this.#chain, { pathId });
    const [job] = jobs;
    const isWhole =
      this.#counts === undefined &&
      directory.isTaken === 1 &&
      jobs.length === 1 &&
      !this.#rules.entries.has(pathId) &&
      this.#voidBelow(pathId) === 0 &&
      deletedInDirectory(this.#db, this.#chain, pathId).length === 0;
    const filesBefore = this.files;
    if (isWhole && job !== undefined) this.#takeWhole(job, pathId);
    else this.#takeSome(directory);
    if (this.files > filesBefore) this.#noteWayTo(directory);
  }

  /** All of a directory of which only one job knows. */
  #takeWhole({ jobRank, jobId }: { jobRank: number; jobId: number }, pathId: number): void {
    const ranges = new RangeJoiner((first, last) => {
      addRange(this.#db, this.#planId, { jobRank, first, last, pathId });
    });
    for (const { first, count, bytes, links } of this.#db.all<RunTotals>(RUNS_OF_DIRECTORY, {
      jobId,
      pathId,
    })) {
      const last = first + count - 1;
      ranges.add(first, last);
      this.files += count;
      this.bytes += bytes;
      if (links === 0) continue;
      for (const { fileIndex, entry } of filesBetween(this.#db, jobId, first, last)) {
        if (entry.type === FileType.HARD_LINK) this.#noteLink(jobRank, fileIndex);
      }
    }
    ranges.end();
  }

  /** What the rules take of the newest versions in a directory. */
  #takeSome({ pathId, isTaken }: Directory): void {
    const rules = this.#rules.entries.get(pathId);
    const takes = ({ base, isDirectory, jobRank }: CurrentEntry) =>
      jobRank >= 0 && (rules?.get(isDirectory ? `${base}/` : base)?.isTaken ?? isTaken === 1);
    const options = { names: WINDOW_NAMES, voidBelow: this.#voidBelow(pathId), counts: this.#counts };
    for (const { entries, replaced } of directoryWindows(this.#db, this.#chain, pathId, options)) {
      this.#noteReplaced(pathId, replaced);
      this.#take(entries.filter(takes), pathId);
    }
  }

  #take(entries: readonly CurrentEntry[], pathId: number): void {
    const ofJobs = Map.groupBy(entries, ({ jobRank }) => jobRank);
    for (const [jobRank, ofJob] of ofJobs) {
      const ranges = new RangeJoiner((first, last) => {
        addRange(this.#db, this.#planId, { jobRank, first, last, pathId });
      });
      for (const { fileIndex, type, size } of ofJob.sort((a, b) => a.fileIndex - b.fileIndex)) {
        ranges.add(fileIndex, fileIndex);
        this.files++;
        if (type === FileType.REGULAR) this.bytes += size;
        if (type === FileType.HARD_LINK) this.#noteLink(jobRank, fileIndex);
      }
      ranges.end();
    }
  }

  #noteLink(jobRank: number, fileIndex: number): void {
    this.#db.run(NOTE_LINK, { planId: this.#planId, jobRank, fileIndex });
  }

  #noteReplaced(parentId: number, replaced: ReadonlyMap<string, number>): void {
    for (const [base, rank] of replaced) {
      const pathId = findChildId(this.#db, parentId, Buffer.from(`${base}/`, 'latin1'));
      if (pathId !== undefined) this.#replaced.set(pathId, rank);
    }
  }

  /** Below this rank, all in the directory is void. */
  #voidBelow(pathId: number): number {
    if (this.#replaced.size === 0) return 0;
    const ranks = [pathId, ...this.#tree.ancestorsOf(pathId)].map((id) => this.#replaced.get(id) ?? 0);
    return Math.max(...ranks);
  }

  /**
   * Something in the directory was taken. In a subtree that a rule takes, all directories down from its root are, but for
   * those left out themselves. Above it, and above single entries, none needs to be.
   */
  #noteWayTo({ pathId, rootId }: Directory): void {
    const here = [pathId, ...this.#tree.ancestorsOf(pathId)];
    const needed = rootId === null ? here : this.#tree.ancestorsOf(rootId);
    for (const id of needed) if (id !== TOP_ID) this.#onTheWay.add(id);
    if (this.#leftOut.size === 0) return;
    for (const id of here) if (this.#leftOut.has(id)) this.#onTheWay.add(id);
  }

  #addDirectoryItself(pathId: number): void {
    const { parentId, name } = this.#tree.node(pathId);
    if (parentId === undefined) return;
    const only = baseName(name).toString('latin1');
    const options = { only, names: 1, voidBelow: voidRank(this.#db, this.#chain, parentId) };
    for (const { entries } of directoryWindows(this.#db, this.#chain, parentId, options)) {
      const missing = entries.filter(
        (entry) => entry.isDirectory && entry.jobRank >= 0 && !this.#isTaken(entry),
      );
      this.#take(missing, parentId);
    }
  }

  #isTaken(file: PlanFile): boolean {
    return rangeOf(this.#db, this.#planId, file) !== undefined;
  }
}

interface RunTotals {
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  readonly links: number;
}

/** Joins ranges that come in order and follow on each other. */
class RangeJoiner {
  readonly #emit: (first: number, last: number) => void;
  #open: { readonly first: number; last: number } | undefined;

  constructor(emit: (first: number, last: number) => void) {
    this.#emit = emit;
  }

  add(first: number, last: number): void {
    if (this.#open?.last === first - 1) {
      this.#open.last = last;
    } else {
      this.end();
      this.#open = { first, last };
    }
  }

  end(): void {
    if (this.#open !== undefined) this.#emit(this.#open.first, this.#open.last);
    this.#open = undefined;
  }
}
