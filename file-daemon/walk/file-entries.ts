import type { BytePath } from '../byte-path.ts';
import type { IncludeRules } from '../fileset/include-rules.ts';
import { compareWalkOrder, firstNotBefore, isBelow } from './walk-order.ts';

/** A path that a `File =` line or a list names, with the rules of the first Include that does. */
export interface FileEntry {
  readonly path: BytePath;
  readonly rules: IncludeRules;
}

/** Some File entries that follow one another in walk order: those from index `from`, without `to`. */
export interface FileEntrySpan {
  from: number;
  readonly to: number;
}

/** What the File entries say about one path. */
export interface FileEntriesAt {
  /** Those below it. */
  readonly below: FileEntrySpan;
  /** The File entry that it is itself. */
  readonly own: FileEntry | undefined;
}

const NONE: FileEntriesAt = { below: { from: 0, to: 0 }, own: undefined };

/**
 * The File entries of a FileSet in walk order. Those below a directory lie side by side there, right before it: so the
 * walk hands each directory its span, and takes from the front of it what belongs to the next name. A list may have
 * 100,000 paths; a directory without File entries below it costs a comparison of two numbers for each name.
 */
export class FileEntries {
  readonly #sorted: readonly FileEntry[];

  /** Of several with the same path the first holds. */
  constructor(entries: readonly FileEntry[]) {
    this.#sorted = entries
      .toSorted((a, b) => compareWalkOrder(a.path, b.path))
      .filter(({ path }, index, sorted) => path !== sorted[index - 1]?.path);
  }

  all(): FileEntrySpan {
    return { from: 0, to: this.#sorted.length };
  }

  /** Takes what is at `path` and below it from the front of `span`, where nothing that comes before is left. */
  take(span: FileEntrySpan, path: BytePath): FileEntriesAt {
    const { from, to } = span;
    const first = from < to ? this.#sorted[from] : undefined;
    if (first === undefined || (first.path !== path && !isBelow(first.path, path))) return NONE;
    const end = first.path === path ? from : firstNotBefore(this.#sorted, path);
    const candidate = end < to ? this.#sorted[end] : undefined;
    const own = candidate?.path === path ? candidate : undefined;
    span.from = own === undefined ? end : end + 1;
    return { below: { from, to: end }, own };
  }

  /** The names in `directory` that lead to the File entries of `span`, which are all below it; each once, in order. */
  namesOnTheWay({ from, to }: FileEntrySpan, directory: BytePath): BytePath[] {
    const nameAt = directory === '/' ? 1 : directory.length + 1;
    const names: BytePath[] = [];
    for (let index = from; index < to; index++) {
      const path = this.#sorted[index]?.path ?? '';
      const slash = path.indexOf('/', nameAt);
      const name = path.slice(nameAt, slash < 0 ? undefined : slash);
      if (name !== names.at(-1)) names.push(name);
    }
    return names;
  }
}
