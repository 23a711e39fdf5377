import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../errors/operator-error.ts';
import { LOCK_FILE_NAME } from './volume-directory.ts';

/** Lies in directories that hold no volume. */
const NO_VOLUMES: readonly string[] = [LOCK_FILE_NAME, 'lost+found'];

/** Why a file system that has to be mounted there is not; undefined when one is. Bind mounts of the same one do not count. */
export function mountProblem(mountPoint: string): string | undefined {
  try {
    if (statSync(mountPoint).dev !== statSync(dirname(mountPoint)).dev) return undefined;
    return `no file system is mounted on ${mountPoint} (Requires Mount = yes)`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Why volumes in `directory` cannot be used now; undefined when nothing is known against it. */
export function directoryProblem(
  directory: string,
  wanted: { mountPoint: string | undefined; isWritten: boolean },
): string | undefined {
  const problem = wanted.mountPoint && mountProblem(wanted.mountPoint);
  if (problem) return problem;
  try {
    accessSync(directory, constants.R_OK | constants.X_OK | (wanted.isWritten ? constants.W_OK : 0));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether a directory holds no volume, nor anything else: so looks the mount point of a disk that is not there. */
export function looksUnmounted(directory: string): boolean {
  try {
    return readdirSync(directory).every((name) => NO_VOLUMES.includes(name));
  } catch {
    return true; // it went away since it was entered
  }
}
