import { createRequire } from 'node:module';
import { messageOf } from '../errors/operator-error.ts';

/**
 * flock(2), which Node lacks: unlike a file with a process id in it, the kernel gives it back when its holder dies,
 * and it holds between containers that share a directory.
 */
type Flock = (fd: number, operation: number) => number;
type Koffi = typeof import('koffi');

const LOCK_EXCLUSIVE = 2;
const LOCK_NONBLOCKING = 4;

let loaded: { flock: Flock } | { problem: string } | undefined;

/** Locks an open file for this process alone. False when another has it. Always true when there is a flockProblem. */
export function tryLock(fd: number): boolean {
  loaded ??= load();
  return 'problem' in loaded || loaded.flock(fd, LOCK_EXCLUSIVE | LOCK_NONBLOCKING) === 0;
}

/** Undefined when all is well; else one sentence for the log. */
export function flockProblem(): string | undefined {
  loaded ??= load();
  if (!('problem' in loaded)) return undefined;
  return (
    `The native library koffi cannot be used (${loaded.problem}):` +
    ' nothing keeps a second storage daemon off the directories of this one'
  );
}

function load(): { flock: Flock } | { problem: string } {
  try {
    // Required here and not imported above: its binary part may be missing for this machine.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    return { flock: koffi.load(null).func('int flock(int fd, int operation)') };
  } catch (error) {
    return { problem: messageOf(error).split('\n')[0] ?? '' };
  }
}
