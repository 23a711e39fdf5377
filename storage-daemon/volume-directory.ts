import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors/operator-error.ts';
import { tryLock } from './flock.ts';
import { DirectoryInUse, VolumeProblem } from './storage-errors.ts';
import { VolumeClaims } from './volume-claims.ts';

/** The `+` keeps it from ever being the name of a volume. */
export const LOCK_FILE_NAME = '.noctule-sd+lock';

/**
 * A directory with volumes. While a session uses it, no other storage daemon can; while none does, nothing in it is
 * open, so that its file system can be unmounted.
 */
export class VolumeDirectory {
  readonly path: string;
  readonly claims = new VolumeClaims();
  #users = 0;
  #lockFd: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Uses the directory until the result is disposed of.
   * @throws DirectoryInUse. @throws VolumeProblem when the directory is missing or not writable.
   */
  enter(): Disposable {
    if (this.#users === 0) this.#lockFd = this.#lock();
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

  #lock(): number {
    const path = join(this.path, LOCK_FILE_NAME);
    let fd;
    try {
      fd = openSync(path, 'a+', 0o640);
    } catch (cause) {
      throw new VolumeProblem('io', `The Archive Device ${this.path} cannot be used: ${messageOf(cause)}`, {
        cause,
      });
    }
    try {
      if (!tryLock(fd)) throw inUse(this.path, readFileSync(fd, 'utf8').trim());
      ftruncateSync(fd);
      writeSync(fd, `process ${process.pid} on ${hostname()}\n`);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #unlock(): void {
    if (this.#lockFd !== undefined) closeSync(this.#lockFd);
    this.#lockFd = undefined;
  }
}

function inUse(directory: string, holder: string): DirectoryInUse {
  return new DirectoryInUse(
    `The directory ${directory} is in use by another storage daemon (${holder || 'unknown'})`,
  );
}
