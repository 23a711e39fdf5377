import type { BackupResume } from '../../proto/noctule/filedaemon/v1/backup_resume.ts';
import { pathFromBytes, type BytePath } from '../byte-path.ts';
import { compareWalkOrder } from '../walk/walk-order.ts';

/**
 * Where the walk of a job that is resumed goes on. The walk has an order that does not depend on what is on disk, so one
 * path says which part of it was done: files that came or changed there since are for the next backup, which counts from
 * the start of this one.
 */
export class ResumePoint {
  readonly #path: BytePath;
  /** The walk was done, the job had come to the files of plugins. */
  readonly #isWalkDone: boolean;
  /** The one saved last, until it is passed. */
  #pluginPath: BytePath | undefined;

  /** @param pluginPaths Of the files that plugins make, which come behind the walk. */
  constructor({ savedPath, deletedPath }: BackupResume, pluginPaths: ReadonlySet<BytePath>) {
    const saved = plainPath(savedPath);
    const deleted = plainPath(deletedPath);
    this.#isWalkDone = pluginPaths.has(saved);
    this.#pluginPath = this.#isWalkDone ? saved : undefined;
    const isDeletedLater = deleted !== '' && (this.#isWalkDone || compareWalkOrder(deleted, saved) > 0);
    this.#path = isDeletedLater ? deleted : this.#isWalkDone ? '' : saved;
  }

  /** Whether the walk was done with this entry before the job was broken off. */
  isDone(path: BytePath): boolean {
    return this.#isWalkDone || this.#isBefore(path);
  }

  /** Likewise for the files of plugins. To be asked for each of them, in the order of the FileSet. */
  isPluginDone(path: BytePath): boolean {
    const isDone = this.#pluginPath !== undefined;
    if (path === this.#pluginPath) this.#pluginPath = undefined;
    return isDone;
  }

  /** Likewise for the note that an entry of an earlier backup is gone: some are made when the walk is over. */
  isGoneDone(path: BytePath): boolean {
    return this.#isBefore(path);
  }

  #isBefore(path: BytePath): boolean {
    return this.#path !== '' && compareWalkOrder(path, this.#path) <= 0;
  }
}

/** Without the slash of a directory. */
export function plainPath(bytes: Uint8Array): BytePath {
  const path = pathFromBytes(bytes);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
