import { bindOnce, cString, type NativeLibrary } from './library.ts';

/** Flags that chattr(1) sets, under the names that tar archives have for them (`SCHILY.fflags`). */
export type InodeFlag = 'compressed' | 'immutable' | 'append' | 'nodump';

/** stx_attributes of statx(2), linux/stat.h */
const ATTRIBUTES: readonly (readonly [InodeFlag, number])[] = [
  ['compressed', 0x04],
  ['immutable', 0x10],
  ['append', 0x20],
  ['nodump', 0x40],
];

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BYTES = 256;
const ATTRIBUTES_OFFSET = 8;

/** Undefined where koffi does not work, or this C library has no statx. */
export const inodeFlags = bindOnce(bind);

function bind(library: NativeLibrary): ((path: Uint8Array) => InodeFlag[]) | undefined {
  const statx = library.optional(
    'int statx(int dirfd, const void *path, int flags, uint32_t mask, void *statx)',
  );
  if (statx === undefined) return undefined;
  const result = Buffer.alloc(STATX_BYTES);
  /** The flags of the entry itself. Nothing is opened; throws as `node:fs` does. */
  return (path) => {
    library.call('statx', statx, AT_FDCWD, cString(path), AT_SYMLINK_NOFOLLOW, 0, result);
    const bits = result.readUInt32LE(ATTRIBUTES_OFFSET);
    return ATTRIBUTES.filter(([, bit]) => (bits & bit) !== 0).map(([flag]) => flag);
  };
}
