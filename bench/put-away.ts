import { mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../errors/operator-error.ts';
import { runProgram } from './programs/run-program.ts';

/**
 * Moves a directory into the attic and takes the room of its larger files, instead of removing it: ext4 gives the inode of a file
 * that was deleted in the last minutes to no new one and looks through all of them, so that who restores behind a large removal
 * would take two or three times as long. The attic is removed when all has been measured. A directory that is not there is none.
 */
export async function putAway(directory: string, attic: string): Promise<void> {
  mkdirSync(attic, { recursive: true });
  const place = join(mkdtempSync(join(attic, 'turn-')), 'away');
  try {
    renameSync(directory, place);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  await runProgram('find', [
    place,
    '-type',
    'f',
    '-size',
    '+16k',
    '-exec',
    'truncate',
    '--size=0',
    '{}',
    '+',
  ]);
}
