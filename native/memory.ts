import { setFlagsFromString } from 'node:v8';
import { nativeLibrary } from './library.ts';

/** glibc: what mallopt(3) sets, and its own starting value for both, which it would raise by itself to 32 MiB. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const MALLOC_THRESHOLD_BYTES = 128 * 1024;

/**
 * Keeps what the process holds near what it uses. By themselves, V8 lets the space for young objects grow to 128 MiB and
 * the C library keeps the memory of freed buffers, in case either is needed again; a daemon that shares the machine with
 * the work it backs up should not. For all threads; to be called before the work begins.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  // Other C libraries have no such thing, and no need of it.
  const mallopt = nativeLibrary()?.optional('int mallopt(int parameter, int value)');
  mallopt?.(M_MMAP_THRESHOLD, MALLOC_THRESHOLD_BYTES);
  mallopt?.(M_TRIM_THRESHOLD, MALLOC_THRESHOLD_BYTES);
}
