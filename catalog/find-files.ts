import {
  globMatcher,
  globSieve,
  hasWildcards,
  lastPartSieve,
  literalName,
  literalPrefix,
} from '../text/glob.ts';
import type { Connection } from './connection.ts';
import { directoryTreeOf, findPathId, type DirectoryTree } from './directory-paths.ts';
import { baseName, splitPath } from './entry-path.ts';
import { allRuns, runsOfJobInDirectory, type FileRun } from './file-runs.ts';
import type { FileSearch, FileSearchPage } from './inputs.ts';
import { EntryReader } from './packed-entries.ts';
import type { FoundFile } from './rows.ts';

/** Looked at for one page, at most: a tenth of a second, so that other questions get their turn between pages. */
const PAGE_RUNS_MAX = 10_000;

/**
 * Files of a job that a pattern fits, in the order of the job's stream. A whole path without wildcards is one lookup; for
 * any other pattern all files of the job are looked at, page by page.
 */
export function findFiles(db: Connection, { jobId, pattern, after = 0, limit }: FileSearch): FileSearchPage {
  const search = pattern.includes('/') ? pathSearch(db, pattern) : nameSearch(pattern);
  if (search === undefined) return { files: [] };
  const tree = directoryTreeOf(db);
  const files: FoundFile[] = [];
  let looked = 0;
  for (const run of search.runs(db, jobId, after)) {
    if (files.length >= limit || looked++ >= PAGE_RUNS_MAX) return { files, next: run.firstIndex - 1 };
    const wanted = search.inDirectory(tree, run.pathId);
    if (wanted) collect(run, wanted, tree, files);
  }
  return { files };
}

/** Adds what fits of a run, whole: a page may so become a few files longer. */
function collect(run: FileRun, { sieve, fits }: Wanted, tree: DirectoryTree, files: FoundFile[]): void {
  const entry = new EntryReader(run.entries);
  for (let fileIndex = run.firstIndex; entry.next(); fileIndex++) {
    if (!entry.passes(sieve) || !fits(baseName(entry.name))) continue;
    const path = tree.pathOf(run.pathId, entry.name);
    files.push({ path, fileIndex, size: entry.size, mtime: new Date(entry.mtime.seconds * 1000) });
  }
}

/** Which names of a directory, without the '/' of one that is a directory itself. */
interface Wanted {
  /** A first look. */
  readonly sieve: (bytes: Buffer, length: number) => boolean;
  readonly fits: (name: Buffer) => boolean;
}

interface Search {
  /** What is to be looked at, from the run behind this index on. */
  runs(db: Connection, jobId: number, after: number): Iterable<FileRun>;
  /** Undefined: nothing in this directory can fit. */
  inDirectory(tree: DirectoryTree, pathId: number): Wanted | undefined;
}

function nameSearch(pattern: string): Search {
  const wanted = { sieve: globSieve(pattern), fits: globMatcher(pattern) };
  return { runs: allRuns, inDirectory: () => wanted };
}

/** Undefined when no job has seen the directory. */
function pathSearch(db: Connection, pattern: string): Search | undefined {
  // A directory is found with a slash at its end and without.
  const path = pattern.length > 1 ? pattern.replace(/\/$/, '') : pattern;
  return hasWildcards(path) ? patternSearch(path) : lookUp(db, literalName(path));
}

function lookUp(db: Connection, path: Buffer): Search | undefined {
  const { parent, name } = splitPath(path);
  const pathId = findPathId(db, parent);
  if (pathId === undefined) return undefined;
  const base = baseName(name);
  const wanted = {
    sieve: (_: Buffer, length: number) => length === base.length,
    fits: (one: Buffer) => one.equals(base),
  };
  return {
    runs: (_, jobId, after) => runsOfJobInDirectory(db, jobId, pathId, after + 1),
    inDirectory: () => wanted,
  };
}

function patternSearch(pattern: string): Search {
  const matches = globMatcher(pattern);
  const prefix = literalPrefix(pattern);
  const sieve = lastPartSieve(pattern);
  return {
    runs: allRuns,
    inDirectory(tree, pathId) {
      const { path } = tree.node(pathId);
      if (!agree(path, prefix)) return undefined;
      return { sieve, fits: (name) => matches(Buffer.concat([path, name])) };
    },
  };
}

/** Whether one begins with the other. */
function agree(path: Buffer, prefix: Buffer): boolean {
  const length = Math.min(path.length, prefix.length);
  return path.compare(prefix, 0, length, 0, length) === 0;
}
