import { isErrno } from '../errors/operator-error.ts';
import { bindOnce, type NativeLibrary } from './library.ts';

/** A stretch of a file that holds data. In bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** lseek(2), linux/fs.h */
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** Undefined where koffi does not work. */
export const holes = bindOnce(bind);

function bind(library: NativeLibrary) {
  const lseek = library.func('int64_t lseek(int fd, int64_t offset, int whence)');
  return {
    /**
     * Where the open file holds data, up to `sizeBytes`; all else is holes. Both ends lie on multiples of `unit` but
     * for the end of the file. Of more than `extentsMax` the last goes to the end, holes included. A file system
     * without holes gives one extent. Moves the position of the descriptor.
     */
    dataExtents(
      fd: number,
      { sizeBytes, unit, extentsMax }: { sizeBytes: number; unit: number; extentsMax: number },
    ): Extent[] {
      const extents: Extent[] = [];
      for (let at = 0; at < sizeBytes;) {
        let data: number;
        try {
          data = library.call('lseek', lseek, fd, at, SEEK_DATA);
        } catch (error) {
          if (isErrno(error, 'ENXIO')) break;
          throw error;
        }
        if (data >= sizeBytes) break;
        const offset = Math.max(at, Math.floor(data / unit) * unit);
        const hole = library.call('lseek', lseek, fd, data, SEEK_HOLE);
        const isLast = extents.length + 1 === extentsMax;
        const end = isLast ? sizeBytes : Math.min(sizeBytes, Math.ceil(hole / unit) * unit);
        const before = extents.at(-1);
        if (before !== undefined && before.offset + before.length === offset) {
          extents[extents.length - 1] = { offset: before.offset, length: end - before.offset };
        } else {
          extents.push({ offset, length: end - offset });
        }
        at = end;
      }
      return extents;
    },
  };
}
