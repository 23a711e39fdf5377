import { lstatSync } from 'node:fs';
import { fsPath, joinPath, pathToBytes, type BytePath } from '../byte-path.ts';
import type { IncludeRules } from '../fileset/include-rules.ts';
import { inodeFlags } from '../../native/inode-flags.ts';

/**
 * Whether an entry asks by itself not to be saved: a directory by a marker in it (Exclude Dir Containing), anything by its
 * nodump flag. Holds before the patterns are asked, and for File entries too.
 */
export function asksToBeLeftOut(accessPath: BytePath, isDirectory: boolean, rules: IncludeRules): boolean {
  if (rules.honorNodumpFlag && hasNodumpFlag(accessPath)) return true;
  return isDirectory && rules.excludeDirContaining.some((name) => exists(joinPath(accessPath, name)));
}

function exists(path: BytePath): boolean {
  try {
    return lstatSync(fsPath(path), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // may not be looked at
  }
}

function hasNodumpFlag(path: BytePath): boolean {
  try {
    return inodeFlags()?.(pathToBytes(path)).includes('nodump') ?? false;
  } catch {
    return false; // gone, or on a file system without flags
  }
}
