import type { FileNotice } from '../walk/file-notice.ts';
import { failedTo } from '../walk/file-notice.ts';
import { pathToBytes, showPath } from '../byte-path.ts';
import { inodeFlags } from '../native/inode-flags.ts';
import { POSIX_ACL, xattrs, type Xattrs } from '../native/xattr.ts';
import type { PaxRecord } from '../tar/entry-header.ts';
import { flagsRecord, xattrRecord } from '../tar/extended-pax.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { printablePath } from '../../text/printable.ts';

/** Of all attributes of an entry together, so that its headers always lie in one block. */
const ATTRIBUTE_BYTES_MAX = 512 * 1024;

const ACL_NAMES: ReadonlySet<string> = new Set(Object.values(POSIX_ACL));
const NONE: readonly PaxRecord[] = [];

/**
 * What the entry's options ask to save of it besides what every tar knows: extended attributes and inode flags
 * (xattrsupport), ACLs (aclsupport). What cannot be read is a notice.
 */
export function attributesOf(entry: WalkEntry, notice: (notice: FileNotice) => void): readonly PaxRecord[] {
  const { xattrSupport, aclSupport } = entry.options;
  const native = xattrs();
  if ((!xattrSupport && !aclSupport) || native === undefined) return NONE;
  try {
    const records = readXattrs(entry, native, notice);
    const flags = xattrSupport ? (inodeFlags()?.(pathToBytes(entry.accessPath)) ?? []) : [];
    return flags.length > 0 ? [...records, flagsRecord(flags)] : records;
  } catch (error) {
    notice(failedTo('read the extended attributes of', entry.path, error));
    return NONE;
  }
}

function readXattrs(
  { path, accessPath, options }: WalkEntry,
  native: Xattrs,
  notice: (notice: FileNotice) => void,
): readonly PaxRecord[] {
  const at = pathToBytes(accessPath);
  const names = native.list(at);
  if (names.length === 0) return NONE;
  const records: PaxRecord[] = [];
  let bytes = 0;
  for (const name of names) {
    const isAcl = ACL_NAMES.has(name.toString('latin1'));
    if (!(isAcl ? options.aclSupport : options.xattrSupport)) continue;
    const value = native.get(at, name);
    if (value === undefined) continue;
    bytes += name.length + value.length;
    if (bytes > ATTRIBUTE_BYTES_MAX) {
      const text =
        `Extended attribute "${printablePath(name)}" of "${showPath(path)}" is not saved: ` +
        `the attributes of a file may have ${ATTRIBUTE_BYTES_MAX} bytes together`;
      notice({ type: 'notSaved', path, text });
      return records;
    }
    records.push(xattrRecord({ name, value }));
  }
  return records;
}
