import type { Connection } from '../connection.ts';
import { findPathId, TOP_ID } from '../directory-paths.ts';
import { splitPath } from '../entry-path.ts';
import type { SelectionRule } from '../inputs.ts';

/** Rules of a selection, in the numbers of the catalog. Rules for what no job has seen are left out. */
export interface ResolvedRules {
  /** Recursive rules: whether all below the directory is taken, until another recursive rule says otherwise. */
  readonly subtrees: ReadonlyMap<number, boolean>;
  /** Rules for single entries: by the directory they lie in, then by their name (as Latin-1 text). */
  readonly entries: ReadonlyMap<number, ReadonlyMap<string, EntryRule>>;
}

export interface EntryRule {
  readonly isTaken: boolean;
  /** Number of a directory. */
  readonly pathId: number | undefined;
}

const ROOT = Buffer.from('/');

/**
 * The nearest rule decides: the one with the longest path that is the entry's own, or a directory's above it if that
 * rule is recursive. Of two rules for one path the one for the entry alone decides about the entry; of two alike the
 * later one. The subtree of "/" is everything, drives too.
 */
export function resolveRules(db: Connection, rules: readonly SelectionRule[]): ResolvedRules {
  const subtrees = new Map<number, boolean>();
  const entries = new Map<number, Map<string, EntryRule>>();
  // Recursive ones first, so that those for an entry alone replace what they say of the entry itself.
  for (const { path, recursive, marked } of [...rules].sort(
    (a, b) => Number(b.recursive) - Number(a.recursive),
  )) {
    const { parent, name } = splitPath(path);
    const parentId = findPathId(db, parent);
    if (parentId === undefined) continue;
    const pathId = findPathId(db, path);
    const rootId = path.equals(ROOT) ? TOP_ID : pathId;
    let inDirectory = entries.get(parentId);
    if (inDirectory === undefined) entries.set(parentId, (inDirectory = new Map<string, EntryRule>()));
    inDirectory.set(name.toString('latin1'), { isTaken: marked, pathId });
    if (recursive && rootId !== undefined) subtrees.set(rootId, marked);
  }
  return { subtrees, entries };
}
