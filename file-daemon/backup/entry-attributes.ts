import { printablePath } from '../../text/printable.ts';
import { pathToBytes, showPath } from '../byte-path.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import { isPosixAcl, xattrs, type Xattrs } from '../../native/xattr.ts';
import type { PaxRecord } from '../tar/entry-header.ts';
import { flagsRecord, xattrRecord } from '../tar/extended-pax.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';

/** Of all attributes of an entry together, so that its headers always lie in one block. */
const ATTRIBUTE_BYTES_MAX = 512 * 1024;

/** What XFS keeps ACLs in, and lists beside them. */
const ACL_TWINS: ReadonlySet<string> = new Set(['trusted.SGI_ACL_FILE', 'trusted.SGI_ACL_DEFAULT']);

/**
 * What the entry's options ask to save of it besides what every tar knows: extended attributes and inode flags
 * (xattrsupport), ACLs (aclsupport). What cannot be read is a notice.
 *
 * @param fd The entry, where it is open.
 */
export function attributesOf(
  entry: WalkEntry,
  fd: number | undefined,
  notice: (notice: FileNotice) => void,
): PaxRecord[] {
  const { xattrSupport, aclSupport } = entry.options;
  const native = xattrs();
  if ((!xattrSupport && !aclSupport) || native === undefined) return [];
  try {
    const records = readXattrs(entry, fd ?? pathToBytes(entry.accessPath), { native, notice });
    const { flags } = entry.stat;
    if (xattrSupport && flags.length > 0) records.push(flagsRecord(flags));
    return records;
  } catch (error) {
    notice(failedTo('read the extended attributes of', entry.path, error));
    return [];
  }
}

function readXattrs(
  { path, options }: WalkEntry,
  of: number | Buffer,
  { native, notice }: { native: Xattrs; notice: (notice: FileNotice) => void },
): PaxRecord[] {
  const records: PaxRecord[] = [];
  let leftBytes = ATTRIBUTE_BYTES_MAX;
  for (const name of native.list(of)) {
    if (!isWanted(name, options)) continue;
    const shownName = `extended attribute "${printablePath(name)}"`;
    let value: Buffer | undefined;
    try {
      value = native.get(of, name);
    } catch (error) {
      notice(failedTo(`read the ${shownName} of`, path, error));
    }
    if (value === undefined) continue;
    const record = xattrRecord({ name, value });
    const bytes = record.keyword.length + record.value.length;
    if (bytes > leftBytes) {
      const text =
        `Could not save the ${shownName} of "${showPath(path)}": ` +
        `the attributes of a file may have ${ATTRIBUTE_BYTES_MAX} bytes together`;
      notice({ type: 'notSaved', path, text });
      continue;
    }
    leftBytes -= bytes;
    records.push(record);
  }
  return records;
}

function isWanted(name: Buffer, { xattrSupport, aclSupport }: EntryOptions): boolean {
  if (isPosixAcl(name)) return aclSupport;
  return xattrSupport && !ACL_TWINS.has(name.toString('latin1'));
}
