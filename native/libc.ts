import { bindOnce, cString, type NativeLibrary } from './library.ts';

/**
 * The calls that Node lacks to make entries of a file system as they were: times with nanoseconds, FIFOs and device
 * nodes. Paths are bytes. A call that fails throws as those of `node:fs` do: with code, errno and syscall.
 */
export interface Libc {
  /** Sets both times of an open file. */
  setFileTimes(fd: number, times: FileTimes): void;
  /** Sets both times of what the path leads to. */
  setPathTimes(path: Buffer, times: FileTimes): void;
  makeFifo(path: Buffer, mode: number): void;
  makeDevice(path: Buffer, mode: number, device: bigint): void;
}

/** Times as seconds, rounded down, and nanoseconds to add. */
export interface FileTimes {
  readonly atimeSeconds: number;
  readonly atimeNanoseconds: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
}

/** In place of nanoseconds: leave this time as it is (linux/stat.h). */
export const UTIME_OMIT = (1 << 30) - 2;

const AT_FDCWD = -100;

/** Undefined where koffi does not work. */
export const libc = bindOnce(bind);

function bind(library: NativeLibrary): Libc {
  const utimensat = library.func('int utimensat(int dirfd, const void *path, const void *times, int flags)');
  const futimens = library.func('int futimens(int fd, const void *times)');
  const mkfifo = library.func('int mkfifo(const void *path, uint32_t mode)');
  const mknod = library.func('int mknod(const void *path, uint32_t mode, uint64_t device)');

  const times = new BigInt64Array(4);
  function timespecs(value: FileTimes): BigInt64Array {
    times[0] = BigInt(value.atimeSeconds);
    times[1] = BigInt(value.atimeNanoseconds);
    times[2] = BigInt(value.mtimeSeconds);
    times[3] = BigInt(value.mtimeNanoseconds);
    return times;
  }

  return {
    setFileTimes: (fd, value) => void library.call('futimens', futimens, fd, timespecs(value)),
    setPathTimes: (path, value) =>
      void library.call('utimensat', utimensat, AT_FDCWD, cString(path), timespecs(value), 0),
    makeFifo: (path, mode) => void library.call('mkfifo', mkfifo, cString(path), mode),
    makeDevice: (path, mode, device) => void library.call('mknod', mknod, cString(path), mode, device),
  };
}
