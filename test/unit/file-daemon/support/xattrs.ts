import { xattrs } from '../../../../native/xattr.ts';
import { SHA1_AND_GZIP } from './file-sets.ts';

export const EXTENDED = { ...SHA1_AND_GZIP, xattrSupport: true, aclSupport: true };

/** All attributes of an entry, by name; those that a security module puts on every file are left out. */
export function attributesOf(path: string | Buffer): Record<string, string> {
  const at = Buffer.from(path);
  const native = xattrs()!;
  const named = native
    .list(at)
    .map((name) => [name.toString('latin1'), native.get(at, name)!.toString('hex')]);
  return Object.fromEntries(named.filter(([name]) => name !== 'security.selinux')) as Record<string, string>;
}

export function setAttribute(path: string, name: string, value: Buffer | string): void {
  xattrs()!.set(Buffer.from(path), Buffer.from(name, 'latin1'), Buffer.from(value));
}
