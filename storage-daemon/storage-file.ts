import { open, statfs, unlink } from 'node:fs/promises';
import { isErrno } from '../errors/operator-error.ts';

/** The part of a file handle that volumes need. A FileHandle is one; tests put in one that fails on purpose. */
export interface StorageFile {
  read(target: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  write(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  stat(): Promise<{ size: number }>;
  close(): Promise<void>;
}

/** The part of the file system that volumes need. */
export interface StorageFiles {
  /** `wx+` makes a new file and fails with EEXIST when there is one. */
  open(path: string, flags: 'r' | 'r+' | 'wx+'): Promise<StorageFile>;
  remove(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(directory: string): Promise<void>;
  space(directory: string): Promise<DiskSpace>;
}

export interface DiskSpace {
  /** What is left for this daemon to write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export const nodeFiles: StorageFiles = {
  open: (path, flags) => open(path, flags, 0o640),
  remove: (path) => unlink(path),
  async syncDirectory(directory) {
    await using handle = await open(directory, 'r');
    await handle.sync();
  },
  async space(directory) {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};

/** Writes all of `bytes`: write(2) may be short. */
export async function writeFully(file: StorageFile, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Fills `target`; resolves with how much of it, which is less only at the end of the file. */
export async function readFully(file: StorageFile, target: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

const SECTOR_BYTES = 4096;

/**
 * As readFully, but sectors that the disk cannot read come as zeros: the checksums of the members there will not fit,
 * and all that lies around them can still be read.
 */
export async function readAroundBadSectors(
  file: StorageFile,
  target: Buffer,
  position: number,
): Promise<number> {
  try {
    return await readFully(file, target, position);
  } catch (error) {
    if (!isErrno(error, 'EIO')) throw error;
  }
  let done = 0;
  for (let at = 0; at < target.length; at += SECTOR_BYTES) {
    const sector = target.subarray(at, at + SECTOR_BYTES);
    try {
      done = at + (await readFully(file, sector, position + at));
    } catch (error) {
      if (!isErrno(error, 'EIO')) throw error;
      sector.fill(0);
      done = at + sector.length;
    }
    if (done < at + sector.length) break;
  }
  return done;
}

/** Whether a write failed because there is no room, on the disk or in a quota. */
export function isNoRoom(error: unknown): boolean {
  return isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT');
}
