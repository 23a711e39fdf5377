import type { SourceReader } from './source-reader.ts';

/** How a conf is loaded, where that is not left to the defaults. */
export interface LoadOptions {
  /** Where relative includes are looked for first; default: the working directory of the process. */
  readonly workingDirectory?: string;
  /** Where texts come from; default: the disk, and the output of commands. */
  readonly reader?: SourceReader;
}
