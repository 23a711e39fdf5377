import { getSystemErrorMap } from 'node:util';
import { OperatorError } from '../errors/operator-error.ts';

/**
 * What the system calls these errors in its own words (strerror), which admins know and search for; libuv words some of
 * them otherwise.
 */
const SYSTEM_TEXTS: ReadonlyMap<string, string> = new Map([
  ['E2BIG', 'Argument list too long'],
  ['EACCES', 'Permission denied'],
  ['EBUSY', 'Device or resource busy'],
  ['EDQUOT', 'Disk quota exceeded'],
  ['EEXIST', 'File exists'],
  ['EINVAL', 'Invalid argument'],
  ['EIO', 'Input/output error'],
  ['EISDIR', 'Is a directory'],
  ['ELOOP', 'Too many levels of symbolic links'],
  ['EMFILE', 'Too many open files'],
  ['EMLINK', 'Too many links'],
  ['ENAMETOOLONG', 'File name too long'],
  ['ENODEV', 'No such device'],
  ['ENODATA', 'No data available'],
  ['ENOENT', 'No such file or directory'],
  ['ENOSPC', 'No space left on device'],
  ['ENOTDIR', 'Not a directory'],
  ['ENOTEMPTY', 'Directory not empty'],
  ['ENOTSUP', 'Operation not supported'],
  ['ENXIO', 'No such device or address'],
  ['EPERM', 'Operation not permitted'],
  ['ERANGE', 'Numerical result out of range'],
  ['EROFS', 'Read-only file system'],
  ['ESTALE', 'Stale file handle'],
  ['ETXTBSY', 'Text file busy'],
  ['EXDEV', 'Invalid cross-device link'],
]);

/** The text behind `ERR=` in a message about a file. */
export function errnoText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, errno } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : SYSTEM_TEXTS.get(code);
  if (known !== undefined) return known;
  const text = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return text ?? error.message;
}

/** Whether a system call failed, and not this program. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && !(error instanceof OperatorError) && 'code' in error && 'syscall' in error;
}
