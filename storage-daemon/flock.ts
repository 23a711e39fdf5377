import { createRequire } from 'node:module';

/**
 * flock(2), which Node lacks: unlike a file with a process id in it, the kernel gives it back when its holder dies,
 * and it holds between containers that share a directory.
 */
const LOCK_EXCLUSIVE = 2;
const LOCK_NONBLOCKING = 4;

type Koffi = typeof import('koffi');
type Flock = (fd: number, operation: number) => number;

let flock: Flock | undefined;

/**
 * Tries to lock an open file for this process alone. False when another has it.
 * @throws when koffi does not work on this machine
 */
export function tryLock(fd: number): boolean {
  flock ??= load();
  return flock(fd, LOCK_EXCLUSIVE | LOCK_NONBLOCKING) === 0;
}

function load(): Flock {
  // Required here and not imported above: its binary part may be missing for this machine.
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  return koffi.load(null).func('int flock(int fd, int operation)');
}
