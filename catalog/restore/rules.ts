import { endOfSubtree, isDirectoryPath } from '../entry-path.ts';
import type { SelectionRule } from '../inputs.ts';

/**
 * Rules of a selection, resolved into what a search can use: stretches of directory paths whose contents are
 * selected, and single entries that differ from (or lie outside) them.
 */
export interface ResolvedRules {
  readonly segments: readonly Segment[];
  /** Single entries, by path: marked or not, whatever the directory they lie in. */
  readonly entries: readonly EntryRule[];
}

/** Directories with `first` <= path < `end`, in the order of bytes: what they hold directly is selected. */
export interface Segment {
  readonly first: Buffer;
  readonly end: Buffer;
  /** Path of the marked directory whose rule it is. */
  readonly root: Buffer;
}

export interface EntryRule {
  readonly path: Buffer;
  readonly marked: boolean;
}

export function isEverything({ first, end }: Segment): boolean {
  return first.length === 0 && end.equals(END_OF_PATHS);
}

/** After every path: they begin with '/' or a drive letter. */
const END_OF_PATHS = Buffer.of(0xff);

const ROOT = '/';

/**
 * The nearest rule decides: the one with the longest path that is the entry's own, or a directory's above it if that
 * rule is recursive. Of two rules for one path the one for the entry alone decides about the entry; of two alike the
 * later one.
 */
export function resolveRules(rules: readonly SelectionRule[]): ResolvedRules {
  const subtrees = new Map<string, EntryRule>();
  const alone = new Map<string, EntryRule>();
  for (const { path, recursive, marked } of rules) {
    const kind = recursive && isDirectoryPath(path) ? subtrees : alone;
    kind.set(path.toString('latin1'), { path, marked });
  }
  const entries = [...new Map([...subtrees, ...alone]).values()];
  return { segments: segmentsOf([...subtrees.values()]), entries };
}

/** Directories above, from the parent up to the root of the tree; of a directory without itself. */
export function ancestorsOf(path: Buffer): Buffer[] {
  const ancestors: Buffer[] = [];
  for (let end = path.length - 2; end >= 0; end--) {
    if (path[end] === 0x2f) ancestors.push(path.subarray(0, end + 1));
  }
  return ancestors;
}

interface Subtree extends Segment {
  readonly marked: boolean;
}

/** Cuts subtrees that lie within each other into stretches without overlap and keeps the marked ones. */
function segmentsOf(rules: readonly EntryRule[]): Segment[] {
  const subtrees = rules.map(toSubtree).sort((a, b) => Buffer.compare(a.first, b.first));
  const segments: Segment[] = [];
  /** The subtrees around the place reached, the innermost last. */
  const around: Subtree[] = [];
  let reached: Buffer = Buffer.alloc(0);
  const advance = (to: Buffer) => {
    const inner = around.at(-1);
    if (inner?.marked && Buffer.compare(reached, to) < 0) {
      segments.push({ first: reached, end: to, root: inner.root });
    }
    reached = to;
  };
  const leave = (before: Buffer) => {
    for (let inner = around.at(-1); inner && Buffer.compare(inner.end, before) <= 0; inner = around.at(-1)) {
      advance(inner.end);
      around.pop();
    }
  };
  for (const subtree of subtrees) {
    leave(subtree.first);
    advance(subtree.first);
    around.push(subtree);
  }
  leave(END_OF_PATHS);
  return segments;
}

/** The subtree of "/" is everything, drives of Windows too. */
function toSubtree({ path, marked }: EntryRule): Subtree {
  if (path.toString('latin1') === ROOT) return { first: Buffer.alloc(0), end: END_OF_PATHS, root: path, marked };
  return { first: path, end: endOfSubtree(path), root: path, marked };
}
