import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isErrno, messageOf } from '../errors/operator-error.ts';
import { tryLock } from './flock.ts';
import { DeviceNotReady, DirectoryInUse } from './storage-errors.ts';
import { VolumeClaims } from './volume-claims.ts';

/** The `+` keeps it from ever being the name of a volume. */
export const LOCK_FILE_NAME = '.noctule-sd+lock';

export type DirectoryUse = 'read' | 'write';

/**
 * A directory with volumes. While a volume in it is used, no other storage daemon can use it; while none is, nothing in
 * it is open, so that its file system can be unmounted.
 */
export class VolumeDirectory {
  readonly path: string;
  readonly claims = new VolumeClaims();
  #users = 0;
  /** More than one when the directory was replaced (its file system unmounted lazily) while it was used. */
  #locks: DirectoryLock[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Uses the directory until the result is disposed of.
   * @throws DirectoryInUse. @throws DeviceNotReady when the directory is missing or may not be used.
   */
  enter(use: DirectoryUse): Disposable {
    if (!this.#locks.some((lock) => lock.holds(use))) this.#locks.push(new DirectoryLock(this.path, use));
    this.#users += 1;
    let isInside = true;
    return {
      [Symbol.dispose]: () => {
        if (!isInside) return;
        isInside = false;
        this.#users -= 1;
        if (this.#users === 0) this.#unlock();
      },
    };
  }

  #unlock(): void {
    for (const lock of this.#locks) lock[Symbol.dispose]();
    this.#locks = [];
  }
}

/** The lock on a file in the directory; on the directory itself where it is read from and nothing can be written. */
class DirectoryLock implements Disposable {
  readonly #fd: number;
  readonly #lockedPath: string;
  readonly #isForWriting: boolean;

  constructor(directory: string, use: DirectoryUse) {
    const file = join(directory, LOCK_FILE_NAME);
    const { fd, isForWriting } = openToLock(directory, file, use);
    this.#fd = fd;
    this.#isForWriting = isForWriting;
    this.#lockedPath = isForWriting ? file : directory;
    try {
      if (!tryLock(fd)) throw inUse(directory, isForWriting ? readFileSync(fd, 'utf8').trim() : '');
      if (!isForWriting) return;
      ftruncateSync(fd);
      writeSync(fd, `process ${process.pid} on ${hostname()}\n`);
    } catch (error) {
      closeSync(fd);
      throw isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT') ? unusable(directory, error) : error;
    }
  }

  /** Whether this is a lock of the directory that lies there now, and enough for such a use. */
  holds(use: DirectoryUse): boolean {
    if (use === 'write' && !this.#isForWriting) return false;
    const now = statSync(this.#lockedPath, { throwIfNoEntry: false });
    const held = fstatSync(this.#fd);
    return now?.ino === held.ino && now.dev === held.dev;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

function openToLock(
  directory: string,
  file: string,
  use: DirectoryUse,
): { fd: number; isForWriting: boolean } {
  try {
    return { fd: openSync(file, 'a+', 0o640), isForWriting: true };
  } catch (error) {
    const isProtected = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC'].some((code) => isErrno(error, code));
    if (use === 'write' || !isProtected) throw unusable(directory, error);
  }
  try {
    return { fd: openSync(directory, 'r'), isForWriting: false };
  } catch (error) {
    throw unusable(directory, error);
  }
}

function unusable(directory: string, cause: unknown): DeviceNotReady {
  return new DeviceNotReady(`The Archive Device ${directory} cannot be used: ${messageOf(cause)}`, { cause });
}

function inUse(directory: string, holder: string): DirectoryInUse {
  return new DirectoryInUse(
    `The directory ${directory} is in use by another storage daemon (${holder || 'unknown'})`,
  );
}
