import { FileType } from '../proto/noctule/record/v1/file_record.ts';
import type { Chain } from './chain.ts';
import type { Connection } from './connection.ts';
import { directoryTreeOf } from './directory-paths.ts';
import { DirectoryRuns, type NameWindow } from './directory-runs.ts';
import { baseName, baseText } from './entry-path.ts';
import { jobsInDirectory, runsInDirectory } from './file-runs.ts';
import { EntryReader } from './packed-entries.ts';

/** A name in a directory as a chain of jobs leaves it. */
export interface CurrentEntry {
  /** Without the '/' of a directory; its bytes as Latin-1 text, which sorts in the order of bytes. */
  readonly base: string;
  readonly isDirectory: boolean;
  /** Of the job that has the newest version; -1 for a directory that is only implied. */
  readonly jobRank: number;
  /** 0 for an implied directory. */
  readonly fileIndex: number;
  readonly type: FileType;
  readonly size: number;
  readonly mode: number;
  readonly linkCount: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
}

/** A stretch of a directory, by name. */
export interface DirectoryWindow {
  readonly entries: CurrentEntry[];
  /** Names of directories in whose place a later job found a file, with the newest such rank. */
  readonly replaced: ReadonlyMap<string, number>;
}

export interface WindowOptions {
  /** Names up to this one are left out. */
  readonly after?: string;
  /** Only this name. */
  readonly only?: string;
  /** How many names to hold at once, at least: a directory may have millions. */
  readonly names: number;
  /** Below this rank all is void: something else stood in the place of the directory after it. */
  readonly voidBelow?: number;
  /** Saved files for which it says no are as if they were not there. */
  readonly counts?: ((jobRank: number, fileIndex: number) => boolean) | undefined;
}

const DELETED_IN_DIRECTORY = `
  SELECT c.key AS jobRank, d.Entry AS entry
    FROM json_each(:chain) c CROSS JOIN DeletedFile d ON d.JobId = c.value AND d.PathId = :pathId`;

const IMPLIED_IN_DIRECTORY = `
  SELECT DISTINCT p.Name AS name
    FROM json_each(:chain) c
    CROSS JOIN ImpliedDirectory i ON i.JobId = c.value AND i.ParentId = :pathId
    CROSS JOIN DirectoryPath p ON p.PathId = i.PathId`;

/** What jobs of the chain saw gone from the directory, packed. */
export function deletedInDirectory(
  db: Connection,
  chain: Chain,
  pathId: number,
): { readonly jobRank: number; readonly entry: Buffer }[] {
  return chain.hasDeleted ? db.all(DELETED_IN_DIRECTORY, { chain: chain.json, pathId }) : [];
}

function impliedInDirectory(db: Connection, chain: Chain, pathId: number): { readonly name: Buffer }[] {
  return chain.hasImplied ? db.all(IMPLIED_IN_DIRECTORY, { chain: chain.json, pathId }) : [];
}

/**
 * The newest rank at which a job found a file in the place of the directory, or of one above it: what older jobs have in
 * it is void. 0 when that never happened.
 */
export function voidRank(db: Connection, chain: Chain, pathId: number): number {
  const tree = directoryTreeOf(db);
  const ranks = [pathId, ...tree.ancestorsOf(pathId)].map((id) => replacementRank(db, chain, id));
  return Math.max(...ranks);
}

function replacementRank(db: Connection, chain: Chain, pathId: number): number {
  const { parentId, name } = directoryTreeOf(db).node(pathId);
  if (parentId === undefined) return 0;
  const fileName = baseName(name);
  // Nothing is older than the oldest job.
  const jobs = jobsInDirectory(db, chain, { pathId: parentId, oldestRank: 1 });
  for (const { jobRank, entries } of runsInDirectory(db, jobs, parentId)) {
    const entry = new EntryReader(entries);
    while (entry.next()) if (entry.isNamed(fileName)) return jobRank;
  }
  return 0;
}

/**
 * The newest version of everything that lies directly in the directory, in windows by name. A version of a newer job
 * hides those of older ones with the same name, be it a file or a directory; so does the note that it is gone. Of two
 * versions in one job the later counts.
 */
export function* directoryWindows(
  db: Connection,
  chain: Chain,
  pathId: number,
  { after, only, names, voidBelow = 0, counts }: WindowOptions,
): Generator<DirectoryWindow> {
  const jobs = jobsInDirectory(db, chain, { pathId, oldestRank: voidBelow });
  const saved = new DirectoryRuns(db, pathId, jobs, after);
  const deleted = deletedInDirectory(db, chain, pathId);
  const implied = voidBelow === 0 ? impliedInDirectory(db, chain, pathId) : [];
  for (let from = after; ;) {
    const window = new WindowBuilder({ after: from, only, names, counts });
    saved.addTo(window);
    for (const { jobRank, entry } of deleted) window.addDeleted(jobRank, entry);
    for (const { name } of implied) window.addImplied(name);
    yield window.finish();
    if (window.end === undefined) return;
    from = window.end;
  }
}

type Version = CurrentEntry & {
  /** Newest rank at which the name was a file; -1: never. */
  fileRank: number;
  wasDirectory: boolean;
};

/** Collects versions; forgets the names at the far end when there are too many. Saved ones must come newest job first. */
class WindowBuilder implements NameWindow {
  /** The last name of the window when others lie behind it. */
  end: string | undefined;
  readonly #options: WindowOptions;
  readonly #versions = new Map<string, Version>();
  /** Newest rank at which the name was noted as gone. */
  readonly #goneRanks = new Map<string, number>();

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  addSaved({ jobRank, fileIndex, base }: Parameters<NameWindow['addSaved']>[0], entry: EntryReader): void {
    if (!this.#isInside(base) || this.#options.counts?.(jobRank, fileIndex) === false) return;
    const isDirectory = entry.type === FileType.DIRECTORY;
    const known = this.#versions.get(base);
    const fileRank = Math.max(known?.fileRank ?? -1, isDirectory ? -1 : jobRank);
    const wasDirectory = isDirectory || (known?.wasDirectory ?? false);
    if (known !== undefined && known.jobRank > jobRank) {
      known.fileRank = fileRank;
      known.wasDirectory = wasDirectory;
      return;
    }
    this.#versions.set(base, {
      base,
      isDirectory,
      jobRank,
      fileIndex,
      type: entry.type,
      size: entry.size,
      mode: entry.mode,
      linkCount: entry.linkCount,
      uid: entry.uid,
      gid: entry.gid,
      mtimeMs: entry.mtime.seconds * 1000 + Math.floor(entry.mtime.nanoseconds / 1e6),
      fileRank,
      wasDirectory,
    });
    if (this.#versions.size > 2 * this.#options.names) this.#forgetFarNames();
  }

  addDeleted(jobRank: number, packed: Buffer): void {
    const entry = new EntryReader(packed);
    if (!entry.next()) return;
    const base = baseText(entry.name);
    if (this.#isInside(base)) this.#goneRanks.set(base, Math.max(jobRank, this.#goneRanks.get(base) ?? -1));
  }

  addImplied(name: Buffer): void {
    const base = baseText(name);
    const known = this.#versions.get(base);
    if (known !== undefined) known.wasDirectory = true;
    else if (this.#isInside(base)) this.#versions.set(base, { ...IMPLIED, base });
  }

  finish(): DirectoryWindow {
    const entries = [...this.#versions.values()]
      // In one job, what was saved counts before a note that it is gone.
      .filter(({ base, jobRank }) => (this.#goneRanks.get(base) ?? -1) <= jobRank)
      .sort((a, b) => compare(a.base, b.base));
    const replaced = new Map<string, number>();
    for (const { base, fileRank, wasDirectory } of this.#versions.values()) {
      if (wasDirectory && fileRank > 0) replaced.set(base, fileRank);
    }
    return { entries, replaced };
  }

  #isInside(base: string): boolean {
    const { after, only } = this.#options;
    return (
      (after === undefined || base > after) &&
      (only === undefined || base === only) &&
      (this.end === undefined || base <= this.end)
    );
  }

  #forgetFarNames(): void {
    const kept = this.#options.names;
    const names = [...this.#versions.keys()].sort(compare);
    this.end = names[kept - 1];
    for (const name of names.slice(kept)) this.#versions.delete(name);
  }
}

const IMPLIED: Omit<Version, 'base'> = {
  isDirectory: true,
  jobRank: -1,
  fileIndex: 0,
  type: FileType.DIRECTORY,
  size: 0,
  mode: 0o040755,
  linkCount: 1,
  uid: 0,
  gid: 0,
  mtimeMs: 0,
  fileRank: -1,
  wasDirectory: true,
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
