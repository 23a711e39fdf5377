import type { EntryStat } from '../../native/statx.ts';
import type { BytePath } from '../byte-path.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';

/** An entry that the walk has found and the FileSet accepts. */
export interface WalkEntry {
  /** Absolute, without a slash at the end. */
  readonly path: BytePath;
  /** The path that it is saved under: `path`, but for what `strippath` drops of it. */
  readonly savedPath: BytePath;
  /**
   * A path for `node:fs` that leads to the same entry: `path` itself, unless the kernel would not take it in one piece.
   * Good during the visit only.
   */
  readonly accessPath: BytePath;
  readonly stat: EntryStat;
  readonly options: EntryOptions;
  /** Named by a File line itself, not found below one. */
  readonly isFileEntry: boolean;
}
