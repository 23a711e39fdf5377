import { fchmodSync, fchownSync, futimesSync, lchownSync, lutimesSync } from 'node:fs';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath, pathToBytes, type BytePath } from '../byte-path.ts';
import { libc } from '../native/libc.ts';

/** The user and group that this daemon runs as decide what it may set. */
const EUID = process.geteuid?.() ?? 0;
const EGID = process.getegid?.() ?? 0;

export const CAN_SET_OWNERS = EUID === 0;

const PERMISSION_BITS = 0o7777;
const SETUID_SETGID = 0o6000;

/**
 * Owner, mode and times of an open file or directory, in the order that lets each stay: a change of owner clears setuid,
 * and both change the ctime only.
 */
export function setAttributes(fd: number, record: FileRecord): void {
  if (CAN_SET_OWNERS) fchownSync(fd, record.uid, record.gid);
  fchmodSync(fd, permissionsOf(record));
  const native = libc();
  if (native === undefined) futimesSync(fd, seconds(record, 'atime'), seconds(record, 'mtime'));
  else native.setFileTimes(fd, record);
}

/** Owner and times of something that is not opened: a symbolic link, a FIFO, a device. Its mode was given with it. */
export function setPathAttributes(path: BytePath, record: FileRecord): void {
  if (CAN_SET_OWNERS) lchownSync(fsPath(path), record.uid, record.gid);
  const native = libc();
  if (native === undefined) lutimesSync(fsPath(path), seconds(record, 'atime'), seconds(record, 'mtime'));
  else native.setPathTimes(pathToBytes(path), record);
}

/** Without its owner a file must not run as whoever restored it. */
export function permissionsOf(record: FileRecord): number {
  const isOwnerKept = CAN_SET_OWNERS || (record.uid === EUID && record.gid === EGID);
  return record.mode & (isOwnerKept ? PERMISSION_BITS : PERMISSION_BITS & ~SETUID_SETGID);
}

function seconds(record: FileRecord, which: 'atime' | 'mtime'): number {
  const [whole, nanoseconds] =
    which === 'atime'
      ? [record.atimeSeconds, record.atimeNanoseconds]
      : [record.mtimeSeconds, record.mtimeNanoseconds];
  return whole + nanoseconds / 1e9;
}
