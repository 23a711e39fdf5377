import { bindOnce, type NativeLibrary } from './library.ts';

/** cachestat(2), since Linux 6.5; the same number on all machines. */
const SYS_CACHESTAT = 451;
const CACHESTAT_BYTES = 40;
/** posix_fadvise(2) */
const POSIX_FADV_WILLNEED = 3;
const POSIX_FADV_DONTNEED = 4;

export interface PageCache {
  /** Pages of this range of the open file that lie in the cache. */
  cachedPages(fd: number, offset: number, length: number): number;
  /** Has the kernel read this range into the cache, and does not wait for it. */
  willNeed(fd: number, offset: number, length: number): void;
  /** Gives the pages back; those that were not written to disk yet stay. */
  drop(fd: number, offset: number, length: number): void;
}

/** Undefined where koffi does not work, or the kernel cannot tell what is in the cache: nothing is dropped then. */
export const pageCache = bindOnce(bind);

function bind(library: NativeLibrary): PageCache | undefined {
  const syscall = library.func(
    'long syscall(long number, long fd, const void *range, void *stat, long flags)',
  );
  const fadvise = library.func('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)');
  const range = new BigUint64Array(2);
  const stat = new BigUint64Array(CACHESTAT_BYTES / BigUint64Array.BYTES_PER_ELEMENT);
  const cachedPages: PageCache['cachedPages'] = (fd, offset, length) => {
    range[0] = BigInt(offset);
    range[1] = BigInt(length);
    library.call('cachestat', syscall, SYS_CACHESTAT, fd, range, stat, 0);
    return Number(stat[0]);
  };
  try {
    cachedPages(0, 0, 1);
  } catch (error) {
    // Standard input may be no file: only a kernel without the call says ENOSYS.
    if ((error as NodeJS.ErrnoException).code === 'ENOSYS') return undefined;
  }
  // It answers with an error number and sets no errno; that nothing could be dropped harms nobody.
  return {
    cachedPages,
    willNeed: (fd, offset, length) => void fadvise(fd, offset, length, POSIX_FADV_WILLNEED),
    drop: (fd, offset, length) => void fadvise(fd, offset, length, POSIX_FADV_DONTNEED),
  };
}
