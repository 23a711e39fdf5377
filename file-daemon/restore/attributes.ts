import { chmodSync, chownSync, fchmodSync, fchownSync, futimesSync, utimesSync } from 'node:fs';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { libc } from '../../native/libc.ts';
import { isPosixAcl, xattrs } from '../../native/xattr.ts';
import { printablePath } from '../../text/printable.ts';
import type { ExtendedAttributes } from '../tar/extended-pax.ts';

/** The user and group that this daemon runs as decide what it may set. */
const EUID = process.geteuid?.() ?? 0;
const EGID = process.getegid?.() ?? 0;

export const CAN_SET_OWNERS = EUID === 0;

const PERMISSION_BITS = 0o7777;
const SETUID_SETGID = 0o6000;

/** Something about a restored file that is not as it was saved: `set the owner`, and why. */
export interface AttributeFailure {
  readonly action: string;
  readonly error: unknown;
}

export const NO_EXTENDED: ExtendedAttributes = { xattrs: [], flags: '' };

/** Sets owner, mode, extended attributes and times of an open file, as far as that can be done. */
export function setFileAttributes(
  fd: number,
  record: FileRecord,
  extended: ExtendedAttributes,
): AttributeFailure[] {
  const native = libc();
  return setInOrder(record, {
    xattrs: () => setXattrs(fd, extended, 'others'),
    acls: () => setXattrs(fd, extended, 'ACLs'),
    owner: () => fchownSync(fd, record.uid, record.gid),
    mode: (mode) => fchmodSync(fd, mode),
    times: () =>
      native === undefined
        ? futimesSync(fd, secondsOf(record, 'atime'), secondsOf(record, 'mtime'))
        : native.setFileTimes(fd, record),
  });
}

/**
 * The same for what is only held with O_PATH: a directory, a link, a FIFO, a device. The path below /proc leads to
 * exactly that inode, whatever has become of its name; of a symbolic link, to the link.
 */
export function setHeldAttributes(
  fd: number,
  record: FileRecord,
  extended: ExtendedAttributes,
): AttributeFailure[] {
  const held = `/proc/self/fd/${fd}`;
  const native = libc();
  return setInOrder(record, {
    xattrs: () => setXattrs(fd, extended, 'others'),
    acls: () => setXattrs(fd, extended, 'ACLs'),
    owner: () => chownSync(held, record.uid, record.gid),
    mode: (mode) => {
      if (record.type !== FileType.SYMLINK) chmodSync(held, mode);
    },
    times: () =>
      native === undefined
        ? utimesSync(held, secondsOf(record, 'atime'), secondsOf(record, 'mtime'))
        : native.setPathTimes(Buffer.from(held), record),
  });
}

interface AttributeCalls {
  owner(): void;
  xattrs(): AttributeFailure[];
  mode(mode: number): void;
  acls(): AttributeFailure[];
  times(): void;
}

/**
 * The owner comes first: its change clears setuid and file capabilities. Extended attributes come before the mode, which
 * may forbid their owner to write; ACLs behind it, since it would change their mask; the times come last.
 */
function setInOrder(record: FileRecord, calls: AttributeCalls): AttributeFailure[] {
  const failures: AttributeFailure[] = [];
  const attempt = (action: string, call: () => void) => {
    try {
      call();
    } catch (error) {
      failures.push({ action, error });
    }
  };
  if (CAN_SET_OWNERS) attempt('set the owner', () => calls.owner());
  // Without its owner a file must not run as whoever restored it.
  const isOwnerKept = CAN_SET_OWNERS ? failures.length === 0 : record.uid === EUID && record.gid === EGID;
  failures.push(...calls.xattrs());
  attempt('set the mode', () =>
    calls.mode(record.mode & (isOwnerKept ? PERMISSION_BITS : PERMISSION_BITS & ~SETUID_SETGID)),
  );
  failures.push(...calls.acls());
  attempt('set the times', () => calls.times());
  return failures;
}

function setXattrs(
  fd: number,
  { xattrs: all }: ExtendedAttributes,
  which: 'ACLs' | 'others',
): AttributeFailure[] {
  if (all.length === 0) return [];
  const wanted = all.filter(({ name }) => isPosixAcl(name) === (which === 'ACLs'));
  const native = xattrs();
  const held = Buffer.from(`/proc/self/fd/${fd}`);
  const failures: AttributeFailure[] = [];
  for (const { name, value } of wanted) {
    try {
      if (native === undefined) throw new Error('the native library koffi cannot be used');
      native.set(held, name, value);
    } catch (error) {
      failures.push({ action: `set the extended attribute "${printablePath(name)}"`, error });
    }
  }
  return failures;
}

function secondsOf(record: FileRecord, which: 'atime' | 'mtime'): number {
  return which === 'atime'
    ? record.atimeSeconds + record.atimeNanoseconds / 1e9
    : record.mtimeSeconds + record.mtimeNanoseconds / 1e9;
}
