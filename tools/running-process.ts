import { readFileSync } from 'node:fs';
import { isErrno } from '../errors/operator-error.ts';

/**
 * Whether a process runs. One that has ended, and that its parent has not asked for yet, does not: the first process of a
 * container may take seconds for that.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may hold anything. After it, the 1st field is the state, the 18th the number of threads: the first thread
    // may be a zombie while others still hold files open.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' || Number(fields[17]) > 1;
  } catch {
    return process.platform !== 'linux'; // gone by now; or a system that has no /proc
  }
}
