/**
 * POSIX ACLs between the form of Linux's xattr (linux/posix_acl_xattr.h: version 2, then a tag, permissions and an id
 * for each entry, little endian) and the text that tar archives hold (`SCHILY.acl.access`), read by GNU tar and star:
 * `user::rw-,user:1000:r--,group::r--,mask::r--,other::---`. Ids are numbers, since names differ between machines.
 */

const VERSION = 2;
const HEADER_BYTES = 4;
const ENTRY_BYTES = 8;
const NO_ID = 0xffff_ffff;

interface Tag {
  readonly code: number;
  readonly word: 'user' | 'group' | 'mask' | 'other';
  readonly hasId: boolean;
}

const TAGS: readonly Tag[] = [
  { code: 0x01, word: 'user', hasId: false },
  { code: 0x02, word: 'user', hasId: true },
  { code: 0x04, word: 'group', hasId: false },
  { code: 0x08, word: 'group', hasId: true },
  { code: 0x10, word: 'mask', hasId: false },
  { code: 0x20, word: 'other', hasId: false },
];

const ENTRY_TEXT = /^(u|user|g|group|m|mask|o|other):(\d*):([r-])([w-])([x-])(?::\d+)?$/;

/** Undefined when the bytes are no ACL that the text can say. */
export function aclToText(xattr: Buffer): string | undefined {
  const count = (xattr.length - HEADER_BYTES) / ENTRY_BYTES;
  if (!Number.isInteger(count) || count < 0 || xattr.readUInt32LE(0) !== VERSION) return undefined;
  const entries: string[] = [];
  for (let at = HEADER_BYTES; at < xattr.length; at += ENTRY_BYTES) {
    const tag = TAGS.find(({ code }) => code === xattr.readUInt16LE(at));
    const permissions = xattr.readUInt16LE(at + 2);
    const id = xattr.readUInt32LE(at + 4);
    // An id that is none: of a user that this user namespace does not know.
    if (tag === undefined || permissions > 7 || (tag.hasId && id === NO_ID)) return undefined;
    entries.push(`${tag.word}:${tag.hasId ? id : ''}:${permissionText(permissions)}`);
  }
  return entries.join(',');
}

/** Undefined when the text is no ACL with numeric ids. */
export function aclFromText(text: string): Buffer | undefined {
  const entries = text.split(/[,\n]/).filter((entry) => entry !== '');
  const xattr = Buffer.alloc(HEADER_BYTES + entries.length * ENTRY_BYTES);
  xattr.writeUInt32LE(VERSION, 0);
  let at = HEADER_BYTES;
  for (const entry of entries) {
    const [, word = '', id = '', r, w, x] = ENTRY_TEXT.exec(entry) ?? [];
    const tag = TAGS.find((one) => one.word.startsWith(word) && one.hasId === (id !== ''));
    if (word === '' || tag === undefined || Number(id) >= NO_ID) return undefined;
    xattr.writeUInt16LE(tag.code, at);
    xattr.writeUInt16LE((r === 'r' ? 4 : 0) | (w === 'w' ? 2 : 0) | (x === 'x' ? 1 : 0), at + 2);
    xattr.writeUInt32LE(tag.hasId ? Number(id) : NO_ID, at + 4);
    at += ENTRY_BYTES;
  }
  return xattr;
}

function permissionText(bits: number): string {
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
}
