import { setFlagsFromString } from 'node:v8';
import { libc } from './libc.ts';

/**
 * Keeps what the process holds near what it uses. By themselves, V8 lets the space for young objects grow to 128 MiB and
 * the C library keeps the memory of freed buffers, in case either is needed again; a daemon that shares the machine with
 * the work it backs up should not. For all threads; to be called before the work begins.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  libc()?.returnFreedMemory();
}
