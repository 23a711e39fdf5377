import { isErrno } from '../errors/operator-error.ts';
import { bindOnce, cString, type NativeLibrary } from './library.ts';

/**
 * Extended attributes (xattr(7)) by byte paths; names and values are bytes. ACLs of POSIX are among them, under the
 * names of POSIX_ACL. Calls throw as those of `node:fs`.
 */
export interface Xattrs {
  /**
   * Names of an open file, which costs the least, or of the entry itself that has the path, also of a symbolic link. None
   * where the file system has no such thing.
   */
  list(of: number | Uint8Array): Buffer[];
  /** Undefined when it has no such attribute (any more). */
  get(of: number | Uint8Array, name: Buffer): Buffer | undefined;
  /** Of what the path leads to: meant for paths below /proc/self/fd, which lead to one inode, be it a link. */
  set(path: Uint8Array, name: Buffer, value: Buffer): void;
  /** Removes the attribute from the entry itself, if it has it and we may: says nothing of it when not. */
  drop(path: Uint8Array, name: Buffer): void;
  /** The same of an open file: for the many. */
  dropOpen(fd: number, name: Buffer): void;
}

export const POSIX_ACL = { access: 'system.posix_acl_access', default: 'system.posix_acl_default' } as const;

const POSIX_ACLS: readonly Buffer[] = Object.values(POSIX_ACL).map((name) => Buffer.from(name));

export function isPosixAcl(name: Buffer): boolean {
  return POSIX_ACLS.some((acl) => acl.equals(name));
}

/** XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h. */
const LIST_BYTES_MAX = 65_536;
const VALUE_BYTES_MAX = 65_536;

/** Undefined where koffi does not work. */
export const xattrs = bindOnce(bind);

function bind(library: NativeLibrary): Xattrs {
  const llistxattr = library.func('long llistxattr(const void *path, void *list, size_t size)');
  const flistxattr = library.func('long flistxattr(int fd, void *list, size_t size)');
  const lgetxattr = library.func(
    'long lgetxattr(const void *path, const void *name, void *value, size_t size)',
  );
  const setxattr = library.func(
    'int setxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
  );
  const fgetxattr = library.func('long fgetxattr(int fd, const void *name, void *value, size_t size)');
  const fremovexattr = library.func('int fremovexattr(int fd, const void *name)');
  const lremovexattr = library.func('int lremovexattr(const void *path, const void *name)');
  const names = Buffer.alloc(LIST_BYTES_MAX);
  const value = Buffer.alloc(VALUE_BYTES_MAX);

  return {
    list(of) {
      let bytes: number;
      try {
        bytes =
          typeof of === 'number'
            ? library.call('flistxattr', flistxattr, of, names, names.length)
            : library.call('llistxattr', llistxattr, cString(of), names, names.length);
      } catch (error) {
        if (isErrno(error, 'ENOTSUP')) return [];
        throw error;
      }
      return bytes === 0 ? [] : splitNames(names.subarray(0, bytes));
    },
    get(of, name) {
      try {
        const bytes =
          typeof of === 'number'
            ? library.call('fgetxattr', fgetxattr, of, cString(name), value, value.length)
            : library.call('lgetxattr', lgetxattr, cString(of), cString(name), value, value.length);
        return Buffer.from(value.subarray(0, bytes));
      } catch (error) {
        if (isErrno(error, 'ENODATA')) return undefined;
        throw error;
      }
    },
    set: (path, name, bytes) =>
      void library.call('setxattr', setxattr, cString(path), cString(name), bytes, bytes.length, 0),
    drop: (path, name) => void lremovexattr(cString(path), cString(name)),
    dropOpen(fd, name) {
      const wanted = cString(name);
      // To ask is cheap; to remove what is not there costs the file system a transaction.
      if (Number(fgetxattr(fd, wanted, null, 0)) >= 0) fremovexattr(fd, wanted);
    },
  };
}

/** Each name ends in a zero byte. */
function splitNames(list: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at);
    found.push(Buffer.from(list.subarray(at, end)));
    at = end + 1;
  }
  return found;
}
