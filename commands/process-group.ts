import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from '../errors/operator-error.ts';

/** After the polite signal, this long until the one that cannot be refused. */
const KILL_AFTER_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/**
 * Ends all processes of the group `groupId`, and resolves when they are gone or have been killed. The number stays the
 * group's as long as one process is in it, also when its leader has ended.
 */
export async function endProcessGroup(groupId: number): Promise<void> {
  signalGroup(groupId, 'SIGTERM');
  const killAt = performance.now() + KILL_AFTER_MS;
  while (performance.now() < killAt) {
    await delay(LOOK_AGAIN_MS);
    if (!signalGroup(groupId, 0)) return;
  }
  signalGroup(groupId, 'SIGKILL');
}

/** Whether there was anybody to take it. */
function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-groupId, signal);
  } catch (error) {
    // A process that has become somebody else's (EPERM) is there, but takes no signals from us.
    if (isErrno(error, 'ESRCH') || isErrno(error, 'EPERM')) return false;
    throw error;
  }
}
