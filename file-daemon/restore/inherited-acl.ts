import { POSIX_ACL, xattrs } from '../native/xattr.ts';

const NAMES: readonly Buffer[] = [Buffer.from(POSIX_ACL.access), Buffer.from(POSIX_ACL.default)];

/**
 * Takes away what an entry that was just made got from the default ACL of its directory: it may let in users who had no
 * access to what was saved. An ACL of its own is set later.
 */
export function dropInheritedAcl(path: string | Buffer): void {
  const native = xattrs();
  if (native === undefined) return;
  for (const name of NAMES) native.drop(Buffer.from(path), name);
}
