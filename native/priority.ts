import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isErrno } from '../errors/operator-error.ts';
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

/** Without rights over the machine, one program of all may change its session's niceness every 100 ms. */
const AUTOGROUP_PAUSE_MS = 150;
const AUTOGROUP_TRIES = 5;

/** Number of the system call; undefined on machines where it is not known here. */
const SYS_IOPRIO_SET: Readonly<Record<string, number>> = { x64: 251, arm64: 30 };

/**
 * Gives the whole process this niceness, all threads that there are and will be. @throws as `os.setPriority` and `node:fs`
 * do.
 */
export function setNiceness(nice: number): void {
  // On Linux the call is for a single thread; those made later take it from the one that makes them.
  for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), nice);
  if (leadsSession()) setNicenessOfSession(nice);
}

/** proc(5), stat: the sixth field is the session; the second one may hold blanks and parentheses. */
function leadsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === process.pid;
}

/**
 * Where the kernel shares the processor between sessions first (sched(7), "The autogroup feature"), the niceness of a process
 * counts within its session only, and a daemon has one to itself.
 */
function setNicenessOfSession(nice: number, tries = AUTOGROUP_TRIES): void {
  try {
    writeFileSync('/proc/self/autogroup', String(nice), { flag: 'r+' });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return; // a kernel without it
    if (!isErrno(error, 'EAGAIN') || tries === 1) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AUTOGROUP_PAUSE_MS);
    setNicenessOfSession(nice, tries - 1);
  }
}

/** For the calling thread alone. @throws as `node:fs` does. */
export function setIoClass(ioClass: IoClass): void {
  const number = SYS_IOPRIO_SET[process.arch];
  const library = nativeLibrary();
  if (number === undefined || library === undefined) return;
  const syscall = library.func('long syscall(long number, long which, long who, long priority)');
  library.call('ioprio_set', syscall, number, IOPRIO_WHO_PROCESS, 0, CLASSES[ioClass]);
}
