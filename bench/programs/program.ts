import type { Measure, Work } from '../measure.ts';

/** A way to back up that is measured: a program with one choice of compression. */
export interface Program {
  /** As `--programs` and the tables name it. */
  readonly name: string;
  readonly works: readonly Work[];
  /** What has to be installed: a command and the Debian package that brings it. Undefined for what is always there. */
  readonly needs?: { readonly command: string; readonly debianPackage: string };
  /** One line. */
  version(): Promise<string>;
  /** Gets ready to back up `data` with nothing saved yet. All it writes lies below `directory`. */
  open(data: string, directory: string): Promise<Turn>;
}

/** A program with its daemons and repository. The works are called in the order of WORKS. Disposing ends its daemons. */
export interface Turn extends AsyncDisposable {
  backup(level: 'Full' | 'Incremental'): Promise<Measure>;
  /** Below `target` the files have their whole path again. @param file One file; without it, everything. */
  restore(target: string, file?: string): Promise<Measure>;
  /** Bytes of the catalog for each file it knows, once all is in it; undefined for a program without a catalog of files. */
  catalogBytesPerFile?(): Promise<number>;
}
