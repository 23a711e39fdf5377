import { open } from 'node:fs/promises';
import { isErrno, messageOf } from '../../errors/operator-error.ts';
import { BootstrapRefused, parseBootstrap } from './parse-bootstrap.ts';
import { wantedSessions, type WantedSession } from './wanted-sessions.ts';

/** The bootstrap file of a thousand jobs over many volumes has less. */
const BYTES_MAX = 16 * 1024 * 1024;

/** What a file on the Director's machine names. @throws BootstrapRefused, RunRefused */
export async function readBootstrap(path: string): Promise<WantedSession[]> {
  return wantedSessions(parseBootstrap(await textOf(path), path), path);
}

async function textOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('it is no regular file');
    if (stat.size > BYTES_MAX) throw new Error(`it has more than ${BYTES_MAX} bytes`);
    return await file.readFile('utf8');
  } catch (cause) {
    const hint = isErrno(cause, 'ENOENT')
      ? "Name a file on the Director's machine with its whole path."
      : 'Let the Director read it, and name one that Write Bootstrap has written.';
    throw new BootstrapRefused(`The bootstrap file "${path}" cannot be read: ${messageOf(cause)}`, hint, {
      cause,
    });
  }
}
