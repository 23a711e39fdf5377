import type { Catalog } from '../../catalog/catalog.ts';
import type { DirectoryEntry } from '../../catalog/rows.ts';
import type { SelectionRule } from '../services.ts';
import { globMatcher, hasWildcards, literalName } from '../../text/glob.ts';
import { SelectionMarks } from './selection-marks.ts';
import { parsePrintablePath } from '../../text/printable.ts';

const SLASH = Buffer.from('/');
const PAGE_ENTRIES = 1000;

/** An entry with its whole path; a directory's path ends in '/'. */
export interface TreeEntry extends DirectoryEntry {
  readonly path: Buffer;
}

/**
 * The newest state that some jobs give together, with what is selected of it. The tree stays in the catalog: a
 * directory is read when it is looked at, page by page, so its size does not matter.
 */
export class RestoreTree {
  readonly jobIds: readonly number[];
  readonly marks = new SelectionMarks();
  readonly #catalog: Catalog;
  readonly #signal: AbortSignal;
  #total: Promise<number> | undefined;

  constructor(catalog: Catalog, jobIds: readonly number[], signal: AbortSignal) {
    this.#catalog = catalog;
    this.jobIds = jobIds;
    this.#signal = signal;
  }

  /** What lies in a directory, in the order of the catalog. */
  async *entries(directory: Buffer, after?: Buffer): AsyncGenerator<TreeEntry> {
    for (;;) {
      this.#signal.throwIfAborted();
      const page = await this.#catalog.browseDirectory({
        jobIds: this.jobIds,
        path: directory,
        after,
        limit: PAGE_ENTRIES,
      });
      for (const entry of page) yield { ...entry, path: pathOf(directory, entry) };
      if (page.length < PAGE_ENTRIES) return;
      after = page.at(-1)!.name;
    }
  }

  /** A directory's path, absolute or seen from `cwd`; undefined when there is no such directory. */
  async directory(cwd: Buffer, text: string): Promise<Buffer | undefined> {
    let path = text.startsWith('/') ? SLASH : cwd;
    for (const part of text.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        path = parentOf(path);
        continue;
      }
      const next = Buffer.concat([path, parsePrintablePath(part), SLASH]);
      if (!(await this.#isDirectory(path, parsePrintablePath(part)))) return undefined;
      path = next;
    }
    return path;
  }

  /** What the newest state has under a path; undefined for nothing. */
  async entryAt(path: Buffer): Promise<TreeEntry | undefined> {
    const isDirectory = path.at(-1) === SLASH[0];
    const parent = parentOf(path);
    const name = path.subarray(parent.length, isDirectory ? -1 : undefined);
    for await (const entry of this.#named(parent, name)) if (entry.isDirectory === isDirectory) return entry;
    return undefined;
  }

  /** Entries that a pattern names, absolute or seen from `cwd`; its parts may all have wildcards. */
  async *matching(cwd: Buffer, pattern: string): AsyncGenerator<TreeEntry> {
    const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
    yield* this.#matchingParts(pattern.startsWith('/') ? SLASH : cwd, parts);
  }

  /** All entries below a directory, each directory before what lies in it. */
  async *below(directory: Buffer): AsyncGenerator<TreeEntry> {
    for await (const entry of this.entries(directory)) {
      yield entry;
      if (entry.isDirectory) yield* this.below(entry.path);
    }
  }

  /** Files and directories in the whole tree. */
  total(): Promise<number> {
    this.#total ??= this.measure([{ path: SLASH, recursive: true, marked: true }]).then(({ files }) => files);
    return this.#total;
  }

  /** What a restore by these rules would bring back: files and directories, bytes of content. */
  async measure(rules: readonly SelectionRule[]): Promise<{ files: number; bytes: number }> {
    if (rules.length === 0) return { files: 0, bytes: 0 };
    const { planId, files, bytes } = await this.#catalog.openRestorePlan({ jobIds: this.jobIds, rules });
    await this.#catalog.closeRestorePlan(planId);
    return { files, bytes };
  }

  /** How many files and directories the entries are, with all that lies below them. */
  async count(entries: readonly TreeEntry[]): Promise<number> {
    const single = entries.filter(({ isDirectory }) => !isDirectory).length;
    const directories = entries.filter(({ isDirectory }) => isDirectory);
    if (directories.length === 0) return single;
    const whole = directories.map(({ path }) => ({ path, recursive: true, marked: true }));
    const parents = new Map(
      directories.map(({ path }) => [parentOf(path).toString('latin1'), parentOf(path)]),
    );
    return single + (await this.measure(whole)).files - (await this.#countOnTheWay([...parents.values()]));
  }

  /** How many files and directories lie below a directory, itself not counted. */
  async countBelow(directory: Buffer): Promise<number> {
    const { files } = await this.measure([{ path: directory, recursive: true, marked: true }]);
    return files - (await this.#countOnTheWay([directory]));
  }

  /** The directories that a restore brings back with anything below these: they themselves and those above. */
  async #countOnTheWay(directories: readonly Buffer[]): Promise<number> {
    return (await this.measure(directories.map((path) => ({ path, recursive: false, marked: true })))).files;
  }

  async *#matchingParts(directory: Buffer, [part, ...rest]: readonly string[]): AsyncGenerator<TreeEntry> {
    if (part === undefined) return;
    if (part === '..') {
      yield* this.#matchingParts(parentOf(directory), rest);
      return;
    }
    const matches = globMatcher(part);
    const found = hasWildcards(part) ? this.entries(directory) : this.#named(directory, literalName(part));
    for await (const entry of found) {
      if (!matches(entry.name)) continue;
      if (rest.length === 0) yield entry;
      else if (entry.isDirectory) yield* this.#matchingParts(entry.path, rest);
    }
  }

  /** Entries of exactly this name: one, or two where a directory and a file have had it. */
  async *#named(directory: Buffer, name: Buffer): AsyncGenerator<TreeEntry> {
    for await (const entry of this.entries(directory, justBefore(name))) {
      if (!entry.name.equals(name)) return;
      yield entry;
    }
  }

  async #isDirectory(parent: Buffer, name: Buffer): Promise<boolean> {
    for await (const entry of this.#named(parent, name)) if (entry.isDirectory) return true;
    return false;
  }
}

function parentOf(path: Buffer): Buffer {
  const end = path.lastIndexOf('/', path.length - 2);
  return end < 0 ? SLASH : path.subarray(0, end + 1);
}

function pathOf(directory: Buffer, { name, isDirectory }: DirectoryEntry): Buffer {
  return Buffer.concat(isDirectory ? [directory, name, SLASH] : [directory, name]);
}

/** A text that sorts before `name` and after all names that a directory can have before it. */
function justBefore(name: Buffer): Buffer | undefined {
  const last = name.at(-1);
  if (last === undefined) return undefined;
  const stem = name.subarray(0, -1);
  return last === 0 ? stem : Buffer.concat([stem, Buffer.from([last - 1]), Buffer.alloc(256, 0xff)]);
}
