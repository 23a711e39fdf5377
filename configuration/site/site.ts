import type { ConsoleConf } from '../console-conf.ts';
import type { DirectorConf } from '../director-conf.ts';
import type { FileDaemonConf } from '../file-daemon-conf.ts';
import type { Places } from '../places.ts';
import type { StorageConf } from '../storage-conf.ts';

/** A conf with the file it was loaded from. */
export interface SiteConf<C> {
  readonly file: string;
  readonly conf: C;
  readonly places: Places;
}

/** The confs that are at hand, which need not be all of a site: those of other machines lie there. */
export interface Site {
  readonly director: SiteConf<DirectorConf> | undefined;
  readonly storages: readonly SiteConf<StorageConf>[];
  readonly fileDaemons: readonly SiteConf<FileDaemonConf>[];
  readonly consoles: readonly SiteConf<ConsoleConf>[];
}

/** What is asked of the machine that the check runs on. */
export interface Machine {
  /** Whether an Address of a conf means this machine, as far as it knows by itself. */
  isHere(address: string): boolean;
  /** What the path leads to; undefined when there is nothing, or nothing that may be looked at. */
  kindOf(path: string | Buffer): 'file' | 'directory' | undefined;
  /** Whether the present user may make files in a directory. */
  isWritable(directory: string): boolean;
  /** The lines of a file, as bytes; undefined when it cannot be read. */
  linesOf(path: string): readonly Buffer[] | undefined;
}
