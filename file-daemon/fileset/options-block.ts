import type { Options } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { pathFromBytes, type BytePath } from '../byte-path.ts';
import { entryOptions, type EntryOptions } from './entry-options.ts';
import { compileGlob, lowerAscii, type PathTest } from './glob.ts';
import { compilePosixRegex } from './posix-regex.ts';

/** One Options block of an Include, ready to be asked about paths. */
export interface OptionsBlock {
  readonly options: EntryOptions;
  /** What the block says about a path that one of its patterns matches. */
  readonly isExcluding: boolean;
  readonly hasPatterns: boolean;
  matches(path: BytePath, isDirectory: boolean): boolean;
}

/** @throws RegexRefused */
export function compileBlock(block: Options): OptionsBlock {
  const { ignoreCase } = block;
  const globs = (patterns: readonly Buffer[]) =>
    patterns.map((pattern) => compileGlob(pathFromBytes(pattern), { ignoreCase }));
  const regexes = (patterns: readonly string[]) =>
    patterns.map((pattern) => compilePosixRegex(pattern, { ignoreCase }));

  // Any of them decides in the same way, so their order does not show; globs come first because they are cheaper.
  const wild = globs(block.wild);
  const regex = regexes(block.regex);
  const forDirectories: Patterns = {
    globs: [...globs(block.wildDir), ...wild],
    regexes: [...regexes(block.regexDir), ...regex],
  };
  const forOthers: Patterns = {
    globs: [...globs(block.wildFile), ...wild],
    regexes: [...regexes(block.regexFile), ...regex],
  };

  return {
    options: entryOptions(block),
    isExcluding: block.exclude,
    hasPatterns: [forDirectories, forOthers].some((kind) => kind.globs.length + kind.regexes.length > 0),
    matches(path, isDirectory) {
      const patterns = isDirectory ? forDirectories : forOthers;
      return (
        anyMatches(patterns.globs, ignoreCase && patterns.globs.length > 0 ? lowerAscii(path) : path) ||
        anyMatches(patterns.regexes, path)
      );
    },
  };
}

interface Patterns {
  readonly globs: readonly PathTest[];
  readonly regexes: readonly PathTest[];
}

function anyMatches(tests: readonly PathTest[], path: BytePath): boolean {
  for (const test of tests) if (test(path)) return true;
  return false;
}
