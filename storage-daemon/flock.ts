import { bindOnce, nativeProblem } from '../native/library.ts';

const LOCK_EXCLUSIVE = 2;
const LOCK_NONBLOCKING = 4;

/**
 * flock(2), which Node lacks: unlike a file with a process id in it, the kernel gives it back when its holder dies,
 * and it holds between containers that share a directory.
 */
const flock = bindOnce((library) => library.func('int flock(int fd, int operation)'));

/** Locks an open file for this process alone. False when another has it. Always true when there is a flockProblem. */
export function tryLock(fd: number): boolean {
  const native = flock();
  return native === undefined || native(fd, LOCK_EXCLUSIVE | LOCK_NONBLOCKING) === 0;
}

/** Undefined when all is well; else one sentence for the log. */
export function flockProblem(): string | undefined {
  const problem = nativeProblem();
  if (problem === undefined) return undefined;
  return `${problem}: nothing keeps a second storage daemon off the directories of this one`;
}
