import type { BytePath } from '../byte-path.ts';
import { POSIX_ACL } from '../../native/xattr.ts';
import { aclFromText, aclToText } from './posix-acl.ts';
import type { PaxRecord } from './entry-header.ts';
import { EntryDamaged } from './header-reader.ts';

/**
 * What an entry has besides the attributes that every tar knows, as records of its pax header. The keywords are those
 * of star and GNU tar, so that `tar --xattrs --acls` brings it back:
 *
 *     SCHILY.xattr.NAME     the value; in NAME `%` and `=` are written %25 and %3D
 *     SCHILY.acl.access     ACL as text; SCHILY.acl.default of a directory
 *     SCHILY.fflags         inode flags by their names, with commas
 */
export interface ExtendedAttributes {
  readonly xattrs: readonly Xattr[];
  /** Inode flags: `immutable,nodump`; empty = none. */
  readonly flags: string;
}

export interface Xattr {
  readonly name: Buffer;
  readonly value: Buffer;
}

const XATTR = 'SCHILY.xattr.';
const FLAGS = 'SCHILY.fflags';
const ACLS: readonly (readonly [keyword: string, xattr: string])[] = [
  ['SCHILY.acl.access', POSIX_ACL.access],
  ['SCHILY.acl.default', POSIX_ACL.default],
];

/** An ACL that its text cannot say exactly stays an extended attribute. */
export function xattrRecord({ name, value }: Xattr): PaxRecord {
  const text = name.toString('latin1');
  const acl = ACLS.find(([, xattr]) => xattr === text);
  const aclText = acl && aclToText(value);
  if (acl !== undefined && aclText !== undefined) return { keyword: acl[0], value: aclText };
  return { keyword: XATTR + encodeName(text), value: value.toString('latin1') };
}

export function flagsRecord(flags: readonly string[]): PaxRecord {
  return { keyword: FLAGS, value: flags.join(',') };
}

/** What the records of a pax header say; others are not ours. @throws EntryDamaged */
export function readExtended(pax: ReadonlyMap<string, Buffer>): ExtendedAttributes {
  const xattrs: Xattr[] = [];
  for (const [keyword, value] of pax) {
    const acl = ACLS.find(([known]) => known === keyword);
    if (keyword.startsWith(XATTR)) {
      const name = decodeName(keyword.slice(XATTR.length));
      xattrs.push({ name: Buffer.from(name, 'latin1'), value: Buffer.from(value) });
    } else if (acl !== undefined) {
      const binary = aclFromText(value.toString('latin1'));
      if (binary === undefined) throw new EntryDamaged('an ACL in its tar header is damaged');
      xattrs.push({ name: Buffer.from(acl[1]), value: binary });
    }
  }
  return { xattrs, flags: pax.get(FLAGS)?.toString('latin1') ?? '' };
}

function encodeName(name: BytePath): string {
  return name.replaceAll('%', '%25').replaceAll('=', '%3D');
}

function decodeName(name: string): BytePath {
  return name.replaceAll('%3D', '=').replaceAll('%25', '%');
}
