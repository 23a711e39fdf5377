import { POSIX_ACL, xattrs } from '../../native/xattr.ts';

const ACCESS = Buffer.from(POSIX_ACL.access);
const DEFAULT = Buffer.from(POSIX_ACL.default);

/**
 * What an entry that was just made got from the default ACL of its directory is taken away again: it may let in users
 * who had no access to what was saved. An ACL of its own is set later.
 */
export function dropInheritedAcls(path: string | Buffer): void {
  const native = xattrs();
  if (native === undefined) return;
  const at = Buffer.from(path);
  native.drop(at, ACCESS);
  native.drop(at, DEFAULT);
}

/** The same for a regular file that is open: 1 us instead of 10. */
export function dropInheritedAclOfFile(fd: number): void {
  xattrs()?.dropOpen(fd, ACCESS);
}
