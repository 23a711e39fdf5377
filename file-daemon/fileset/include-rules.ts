import type { FileSet, Include } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { normalizePath, pathFromBytes, showPath, type BytePath } from '../byte-path.ts';
import { DEFAULT_OPTIONS, unionOfOptions, type EntryOptions } from './entry-options.ts';
import { listedPaths, type ClientLists } from './client-lists.ts';
import { compileGlob, isLiteral, type PathTest } from './glob.ts';
import { pluginFilesOf, type PluginFile } from './plugin-files.ts';
import { unsupportedNotices } from './unsupported.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { compileBlock, type OptionsBlock } from './options-block.ts';

/** A FileSet ready for the walk. */
export interface CompiledFileSet {
  readonly includes: readonly CompiledInclude[];
  readonly pluginFiles: readonly PluginFile[];
  /** What the job's messages should say about the FileSet as such. */
  readonly notices: readonly FileNotice[];
  /** Some entries are saved under other paths than they have. */
  readonly dropsNames: boolean;
}

export interface CompiledInclude {
  /** The File entries in their normal spelling. */
  readonly files: readonly BytePath[];
  readonly rules: IncludeRules;
}

/**
 * Compiles a FileSet; what its lists on this client hold stands behind what its File lines say.
 * @throws RegexRefused @throws PluginRefused
 */
export function compileFileSet(fileSet: FileSet, lists?: ClientLists): CompiledFileSet {
  const excludes = new ExcludeList([...fileSet.excludes.map(pathFromBytes), ...listedPaths(lists?.excludes)]);
  const notices = unsupportedNotices(fileSet);
  const includes = fileSet.includes.map((include, index) => {
    const files: BytePath[] = [];
    const listed = listedPaths(lists?.includes[index]);
    for (const written of [...include.files.map(pathFromBytes), ...listed]) {
      const path = normalizePath(written);
      if (path !== undefined) files.push(path);
      else notices.push(unusable(written));
    }
    return { files, plugins: include.plugins, rules: new IncludeRules(include, excludes) };
  });
  const plugins = includes.map(({ plugins, rules }) => ({ plugins, options: rules.fileEntryOptions }));
  const dropsNames = includes.some(({ rules }) => rules.dropsNames);
  return { includes, pluginFiles: pluginFilesOf(plugins), notices, dropsNames };
}

function unusable(path: BytePath): FileNotice {
  const text = `File entry "${showPath(path)}" is not an absolute path without ".."; it is not saved`;
  return { type: 'notSaved', path, text };
}

/** What one Include, together with the Exclude lists, says about the entries found below its File entries. */
export class IncludeRules {
  /** Of the File entries themselves, which nothing excludes. */
  readonly fileEntryOptions: EntryOptions;
  /** Names that keep a directory out that holds one of them. */
  readonly excludeDirContaining: readonly BytePath[];
  /** The only file systems to save from; empty = all. */
  readonly fsTypes: readonly string[];
  /** Leave out what has the nodump flag. */
  readonly honorNodumpFlag: boolean;
  /** How many names are dropped from the beginning of the paths that entries are saved under. */
  readonly #stripPath: number;
  readonly #blocks: readonly OptionsBlock[];
  readonly #excludes: ExcludeList;

  constructor(include: Include, excludes: ExcludeList) {
    // Unlike other options these letters count for the whole Include; the last block that has some decides.
    const accurate = include.options.findLast((options) => options.accurate !== '')?.accurate ?? '';
    const verify = include.options.findLast((options) => options.verify !== '')?.verify ?? '';
    this.#blocks = include.options.map((options) => compileBlock({ ...options, accurate, verify }));
    this.#excludes = excludes;
    this.fileEntryOptions = unionOfOptions(this.#blocks.map((block) => block.options));
    this.excludeDirContaining = include.excludeDirContaining.map(pathFromBytes);
    this.fsTypes = include.options.findLast((options) => options.fsTypes.length > 0)?.fsTypes ?? [];
    this.honorNodumpFlag = include.options.some((options) => options.honorNodumpFlag);
    this.#stripPath = include.options.findLast((options) => options.stripPath > 0)?.stripPath ?? 0;
  }

  get dropsNames(): boolean {
    return this.#stripPath > 0;
  }

  /** The path that the entry is saved under: a path with too few names to drop some keeps them all. */
  savedPath(path: BytePath): BytePath {
    let slash = 0;
    for (let dropped = 0; dropped < this.#stripPath; dropped++) {
      slash = path.indexOf('/', slash + 1);
      if (slash < 0) return path;
    }
    return slash === 0 ? path : path.slice(slash);
  }

  /**
   * How to save an entry, or undefined to leave it out.
   *
   *  (1) The blocks are asked in the order they are written. The first with a pattern that matches decides.
   *  (2) A block that excludes and has no pattern at all rejects whatever reaches it.
   *  (3) A block without patterns decides nothing else.
   *  (4) When no block decided, the options are those of the last block, and the Exclude lists are asked.
   */
  select(path: BytePath, isDirectory: boolean): EntryOptions | undefined {
    let options = DEFAULT_OPTIONS;
    for (const block of this.#blocks) {
      options = block.options;
      if (block.matches(path, isDirectory)) return block.isExcluding ? undefined : options; // (1)
      if (block.isExcluding && !block.hasPatterns) return undefined; // (2)
    }
    return this.#excludes.matches(path) ? undefined : options; // (4)
  }
}

/** The strings of all Exclude blocks: shell patterns for whole paths, with case. */
export class ExcludeList {
  readonly #paths: ReadonlySet<BytePath>;
  readonly #patterns: readonly PathTest[];

  constructor(patterns: readonly BytePath[]) {
    this.#paths = new Set(patterns.filter(isLiteral));
    this.#patterns = patterns
      .filter((pattern) => !isLiteral(pattern))
      .map((pattern) => compileGlob(pattern, { ignoreCase: false }));
  }

  matches(path: BytePath): boolean {
    return this.#paths.has(path) || this.#patterns.some((test) => test(path));
  }
}
