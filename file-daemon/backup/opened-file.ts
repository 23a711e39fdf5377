import { closeSync, constants, openSync, readSync } from 'node:fs';
import { isErrno } from '../../errors/operator-error.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath, type BytePath } from '../byte-path.ts';
import { libc, UTIME_OMIT } from '../../native/libc.ts';

/** Not a link that took the file's place, not a wait for the other end of a FIFO, no terminal. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

export interface ReadOutcome {
  readBytes: number;
  /** Why there is not more, unless that is the end of the file. */
  failure: { error: unknown } | undefined;
}

export function openForReading(path: BytePath, noAtime: boolean): number {
  if (noAtime) {
    try {
      return openSync(fsPath(path), OPEN_FLAGS | constants.O_NOATIME);
    } catch (error) {
      // Only the owner and root may ask for it.
      if (!isErrno(error, 'EPERM')) throw error;
    }
  }
  return openSync(fsPath(path), OPEN_FLAGS);
}

export function closeAfterReading(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Nothing was written, so nothing can be lost by it.
  }
}

/** Fills `target` from the file, from `position` on; with zeros from where the file ends or cannot be read. */
export function readFully(fd: number, target: Buffer, position: number): ReadOutcome {
  let readBytes = 0;
  let failure: ReadOutcome['failure'];
  try {
    for (let got = -1; got !== 0 && readBytes < target.length; readBytes += got) {
      got = readSync(fd, target, readBytes, target.length - readBytes, position + readBytes);
    }
  } catch (error) {
    failure = { error };
  }
  target.fill(0, readBytes);
  return { readBytes, failure };
}

/** Puts the access time back that reading has moved. As far as it goes: nothing that was saved depends on it. */
export function keepAtime(fd: number, record: FileRecord): void {
  try {
    libc()?.setFileTimes(fd, { ...record, mtimeNanoseconds: UTIME_OMIT });
  } catch {
    // Somebody else's file, or a read-only file system.
  }
}
