import { bindOnce, type NativeLibrary } from './library.ts';

/** Flags that chattr(1) sets, under the names that tar archives have for them (`SCHILY.fflags`). */
export type InodeFlag = 'compressed' | 'immutable' | 'append' | 'nodump';

/** What statx(2) says of an entry. Times are whole seconds, rounded down, and nanoseconds to add. */
export interface EntryStat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: bigint;
  /** In bytes. Not exact where it is no safe integer. */
  readonly size: number;
  /** Of 512 bytes, whatever the file system's own are. */
  readonly blocks: number;
  readonly atimeSeconds: number;
  readonly atimeNanoseconds: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeSeconds: number;
  readonly ctimeNanoseconds: number;
  readonly flags: readonly InodeFlag[];
}

/** Each gives undefined when the call fails, or could not tell all of it. Nothing is opened, and links are not followed. */
export interface Statx {
  /** Of the entry itself. A character of the path is a byte. */
  entry(path: string): EntryStat | undefined;
  open(fd: number): EntryStat | undefined;
}

/** stx_attributes, linux/stat.h */
const ATTRIBUTES: readonly (readonly [InodeFlag, number])[] = [
  ['compressed', 0x04],
  ['immutable', 0x10],
  ['append', 0x20],
  ['nodump', 0x40],
];
const ANY_ATTRIBUTE = ATTRIBUTES.reduce((bits, [, bit]) => bits | bit, 0);
const NO_FLAGS: readonly InodeFlag[] = [];

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
/** It is missing where the file system is mounted `noatime` as a whole; there is one all the same. */
const STATX_ATIME = 0x20;
const NEEDED = STATX_BASIC_STATS & ~STATX_ATIME;
const STATX_BYTES = 256;
/** PATH_MAX of linux/limits.h, the zero at the end included. */
const PATH_BYTES_MAX = 4096;

/** Places in struct statx, linux/stat.h */
const AT = {
  mask: 0,
  attributes: 8,
  nlink: 16,
  uid: 20,
  gid: 24,
  mode: 28,
  ino: 32,
  size: 40,
  blocks: 48,
  atime: 64,
  ctime: 96,
  mtime: 112,
  rdev: 128,
  dev: 136,
} as const;
const NANOSECONDS = 8;
const MINOR = 4;

/**
 * Says in one call what takes `lstat` of `node:fs` and a second call for the flags, without a BigInt for each field: a
 * walk asks it of every entry. Undefined where koffi does not work, or this C library has no statx.
 */
export const statx = bindOnce(bind);

function bind(library: NativeLibrary): Statx | undefined {
  const call = library.optional(
    'int statx(int dirfd, const void *path, int flags, uint32_t mask, void *statx)',
  );
  if (call === undefined) return undefined;
  const result = Buffer.alloc(STATX_BYTES);
  const view = new DataView(result.buffer, result.byteOffset, result.length);
  const pathBytes = Buffer.alloc(PATH_BYTES_MAX);
  const noPath = Buffer.alloc(1);
  const device = deviceNumbers();

  function read(): EntryStat | undefined {
    if ((view.getUint32(AT.mask, true) & NEEDED) !== NEEDED) return undefined;
    const attributes = view.getUint32(AT.attributes, true);
    return {
      dev: device(view.getUint32(AT.dev, true), view.getUint32(AT.dev + MINOR, true)),
      ino: view.getBigUint64(AT.ino, true),
      mode: view.getUint16(AT.mode, true),
      nlink: view.getUint32(AT.nlink, true),
      uid: view.getUint32(AT.uid, true),
      gid: view.getUint32(AT.gid, true),
      rdev: device(view.getUint32(AT.rdev, true), view.getUint32(AT.rdev + MINOR, true)),
      size: uint64(AT.size),
      blocks: uint64(AT.blocks),
      atimeSeconds: int64(AT.atime),
      atimeNanoseconds: view.getUint32(AT.atime + NANOSECONDS, true),
      mtimeSeconds: int64(AT.mtime),
      mtimeNanoseconds: view.getUint32(AT.mtime + NANOSECONDS, true),
      ctimeSeconds: int64(AT.ctime),
      ctimeNanoseconds: view.getUint32(AT.ctime + NANOSECONDS, true),
      flags: (attributes & ANY_ATTRIBUTE) === 0 ? NO_FLAGS : flagsOf(attributes),
    };
  }

  const uint64 = (at: number) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const int64 = (at: number) => view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;

  return {
    entry(path) {
      if (path.length >= PATH_BYTES_MAX) return undefined;
      pathBytes[pathBytes.write(path, 'latin1')] = 0;
      // What is to be mounted when it is looked at is mounted, as by lstat: the device is that of what is in it.
      const isThere = call(AT_FDCWD, pathBytes, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, result) === 0;
      return isThere ? read() : undefined;
    },
    open: (fd) => (call(fd, noPath, AT_EMPTY_PATH, STATX_BASIC_STATS, result) === 0 ? read() : undefined),
  };
}

function flagsOf(attributes: number): InodeFlag[] {
  return ATTRIBUTES.filter(([, bit]) => (attributes & bit) !== 0).map(([flag]) => flag);
}

/** The number of a device as makedev(3) has it. The last is kept: most entries are on one device, and are none. */
function deviceNumbers(): (major: number, minor: number) => bigint {
  let [lastMajor, lastMinor, last] = [0, 0, 0n];
  return (major, minor) => {
    if (major === 0 && minor === 0) return 0n;
    if (major !== lastMajor || minor !== lastMinor) {
      [lastMajor, lastMinor] = [major, minor];
      const [high, low] = [BigInt(major), BigInt(minor)];
      last = ((high & 0xfffn) << 8n) | ((high & ~0xfffn) << 32n) | (low & 0xffn) | ((low & ~0xffn) << 12n);
    }
    return last;
  };
}
