import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { nativeLibrary } from './library.ts';

/** How the disk scheduler treats what a thread reads (ioprio_set(2)); `none`: as everybody. */
export type IoClass = 'idle' | 'best-effort' | 'none';

/** linux/ioprio.h */
const IOPRIO_WHO_PROCESS = 1;
const IOPRIO_CLASS_SHIFT = 13;
const CLASSES: Readonly<Record<IoClass, number>> = {
  none: 0,
  // The lowest of its eight levels.
  'best-effort': (2 << IOPRIO_CLASS_SHIFT) | 7,
  idle: 3 << IOPRIO_CLASS_SHIFT,
};

/** Number of the system call; undefined on machines where it is not known here. */
const SYS_IOPRIO_SET: Readonly<Record<string, number>> = { x64: 251, arm64: 30 };

/** Gives the whole process this niceness, all threads that there are and will be. @throws as `os.setPriority` does. */
export function setNiceness(nice: number): void {
  // On Linux the call is for a single thread; those made later take it from the one that makes them.
  for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), nice);
}

/** For the calling thread alone. @throws as `node:fs` does. */
export function setIoClass(ioClass: IoClass): void {
  const number = SYS_IOPRIO_SET[process.arch];
  const library = nativeLibrary();
  if (number === undefined || library === undefined) return;
  const syscall = library.func('long syscall(long number, long which, long who, long priority)');
  library.call('ioprio_set', syscall, number, IOPRIO_WHO_PROCESS, 0, CLASSES[ioClass]);
}
