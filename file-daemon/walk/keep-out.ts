import { lstatSync } from 'node:fs';
import { fsPath, joinPath, type BytePath } from '../byte-path.ts';
import type { IncludeRules } from '../fileset/include-rules.ts';
import type { EntryStat } from '../../native/statx.ts';
import { isDirectory } from './file-kind.ts';

/**
 * Whether an entry asks by itself not to be saved: a directory by a marker in it (Exclude Dir Containing), anything by its
 * nodump flag. Holds before the patterns are asked, and for File entries too.
 */
export function asksToBeLeftOut(
  accessPath: BytePath,
  { mode, flags }: EntryStat,
  rules: IncludeRules,
): boolean {
  if (rules.honorNodumpFlag && flags.includes('nodump')) return true;
  return isDirectory(mode) && rules.excludeDirContaining.some((name) => exists(joinPath(accessPath, name)));
}

function exists(path: BytePath): boolean {
  try {
    return lstatSync(fsPath(path), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // may not be looked at
  }
}
