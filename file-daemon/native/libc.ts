import { createRequire } from 'node:module';
import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../../errors/operator-error.ts';

/**
 * The calls of the C library that Node lacks, by koffi: times with nanoseconds, and the making of FIFOs and
 * device nodes. Paths are bytes. A call that fails throws as those of `node:fs` do: with code, errno and syscall.
 */
export interface Libc {
  /** Sets both times of an open file. */
  setFileTimes(fd: number, times: FileTimes): void;
  /** Sets both times of what the path leads to. */
  setPathTimes(path: Buffer, times: FileTimes): void;
  makeFifo(path: Buffer, mode: number): void;
  makeDevice(path: Buffer, mode: number, device: bigint): void;
  /** From now on, memory for buffers goes back to the system as soon as it is freed. For the whole process. */
  returnFreedMemory(): void;
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

/** glibc: what mallopt(3) sets, and its own starting value for both, which it would raise by itself to 32 MiB. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const MALLOC_THRESHOLD_BYTES = 128 * 1024;

let loaded: { libc: Libc } | { problem: string } | undefined;

/** The C library, or undefined where koffi does not work: see `libcProblem`. */
export function libc(): Libc | undefined {
  loaded ??= load();
  return 'libc' in loaded ? loaded.libc : undefined;
}

/** Undefined when all is well; else one sentence for the job's messages. */
export function libcProblem(): string | undefined {
  loaded ??= load();
  if ('libc' in loaded) return undefined;
  return (
    `The native library koffi cannot be used (${loaded.problem}): times are kept to microseconds only, ` +
    'not at all on symbolic links, and FIFOs and device nodes cannot be restored'
  );
}

type Koffi = typeof import('koffi');

function load(): { libc: Libc } | { problem: string } {
  try {
    // Required here and not imported above: its binary part may be missing for this machine.
    return { libc: bind(createRequire(import.meta.url)('koffi') as Koffi) };
  } catch (error) {
    return { problem: messageOf(error).split('\n')[0] ?? '' };
  }
}

function bind(koffi: Koffi): Libc {
  if (koffi.sizeof('long') !== 8) throw new Error('it is known to work on 64-bit machines only');
  const library = koffi.load(null);
  const utimensat = library.func('int utimensat(int dirfd, const void *path, const void *times, int flags)');
  const futimens = library.func('int futimens(int fd, const void *times)');
  const mkfifo = library.func('int mkfifo(const void *path, uint32_t mode)');
  const mknod = library.func('int mknod(const void *path, uint32_t mode, uint64_t device)');

  type Call = (...parameters: unknown[]) => unknown;
  function check(syscall: string, call: Call, ...parameters: unknown[]): void {
    if (call(...parameters) !== -1) return;
    const errno = -koffi.errno();
    const [code, text] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', `error ${errno}`];
    throw Object.assign(new Error(`${code}: ${text}, ${syscall}`), { code, errno, syscall });
  }

  const times = new BigInt64Array(4);
  function timespecs(value: FileTimes): BigInt64Array {
    times[0] = BigInt(value.atimeSeconds);
    times[1] = BigInt(value.atimeNanoseconds);
    times[2] = BigInt(value.mtimeSeconds);
    times[3] = BigInt(value.mtimeNanoseconds);
    return times;
  }

  return {
    setFileTimes: (fd, value) => check('futimens', futimens, fd, timespecs(value)),
    setPathTimes: (path, value) =>
      check('utimensat', utimensat, AT_FDCWD, cString(path), timespecs(value), 0),
    returnFreedMemory() {
      // Other C libraries have no such thing, and no need of it.
      const mallopt = symbolOf(library, 'int mallopt(int parameter, int value)');
      mallopt?.(M_MMAP_THRESHOLD, MALLOC_THRESHOLD_BYTES);
      mallopt?.(M_TRIM_THRESHOLD, MALLOC_THRESHOLD_BYTES);
    },
    makeFifo: (path, mode) => check('mkfifo', mkfifo, cString(path), mode),
    makeDevice: (path, mode, device) => check('mknod', mknod, cString(path), mode, device),
  };
}

function symbolOf(library: ReturnType<Koffi['load']>, prototype: string) {
  try {
    return library.func(prototype);
  } catch {
    return undefined;
  }
}

function cString(path: Buffer): Buffer {
  const terminated = Buffer.alloc(path.length + 1);
  terminated.set(path);
  return terminated;
}
