import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { FileType } from '../../proto/noctule/record/v1/file_record.ts';

/** The type of an entry by its mode; undefined for a socket and anything else that cannot be saved. */
export function fileTypeOf(mode: number): FileType | undefined {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return FileType.REGULAR;
    case constants.S_IFDIR:
      return FileType.DIRECTORY;
    case constants.S_IFLNK:
      return FileType.SYMLINK;
    case constants.S_IFIFO:
      return FileType.FIFO;
    case constants.S_IFCHR:
      return FileType.CHARACTER_DEVICE;
    case constants.S_IFBLK:
      return FileType.BLOCK_DEVICE;
    default:
      return undefined;
  }
}

/** A time of `stat` as records and tar headers have it: whole seconds, rounded down, and the nanoseconds to add. */
export function splitTime(ns: bigint): { seconds: number; nanoseconds: number } {
  const seconds = Number(ns / 1_000_000_000n);
  const nanoseconds = Number(ns % 1_000_000_000n);
  return nanoseconds < 0
    ? { seconds: seconds - 1, nanoseconds: nanoseconds + 1_000_000_000 }
    : { seconds, nanoseconds };
}

/**
 * Whether an Incremental or Differential leaves the entry out: nothing about it is as new as `sinceNs`. A change of
 * owner, mode or name shows in the ctime only, which `mtimeOnly` disregards.
 */
export function isUnchangedSince(stat: BigIntStats, sinceNs: bigint, mtimeOnly: boolean): boolean {
  return stat.mtimeNs < sinceNs && (mtimeOnly || stat.ctimeNs < sinceNs);
}
