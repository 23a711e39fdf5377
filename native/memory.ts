import { nativeLibrary } from './library.ts';

/** glibc: what mallopt(3) sets. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
/**
 * Above what a block takes, so that the memory of one serves the next: mapped anew for each, it would be cleared page by
 * page, for a third of the daemon's processor time. By itself glibc would go to 32 MiB.
 */
const MALLOC_THRESHOLD_BYTES = 8 * 1024 * 1024;

/**
 * Keeps what the process holds near what it uses. By itself, the C library keeps the memory of freed buffers, in case it is
 * needed again; a daemon that shares the machine with the work it backs up should not. For all threads; to be called before
 * the work begins.
 */
export function keepMemorySmall(): void {
  // Other C libraries have no such thing, and no need of it.
  const mallopt = nativeLibrary()?.optional('int mallopt(int parameter, int value)');
  mallopt?.(M_MMAP_THRESHOLD, MALLOC_THRESHOLD_BYTES);
  mallopt?.(M_TRIM_THRESHOLD, MALLOC_THRESHOLD_BYTES);
}
