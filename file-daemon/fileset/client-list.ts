import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OperatorError } from '../../errors/operator-error.ts';
import type { BytePath } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';

const COMMAND_TIMEOUT_MS = 10 * 60_000;
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The paths that a `\<file` or `\|command` of the FileSet stands for on this machine, one per line, as bytes. The
 * backslash is already gone. A list that cannot be had ends the job: nothing else would say that it saved less.
 * @throws FileListFailed
 */
export function expandClientList(list: string): BytePath[] {
  const source = list.slice(1).trim();
  const lines = list.startsWith('|') ? outputOf(source) : contentOf(source);
  return lines
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '');
}

/** A list of files that the FileSet names on this client could not be read or made. */
export class FileListFailed extends OperatorError {
  readonly code = 'FD_FILE_LIST_FAILED';
  override readonly hint = 'Correct the File line of the FileSet, or the list on this client.';
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new FileListFailed(`Cannot read the file list "${file}" of the FileSet: ${errnoText(cause)}`, {
      cause,
    });
  }
}

function outputOf(command: string): Buffer {
  const { error, status, signal, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  const what = `The command "${command}" of the FileSet`;
  if (error !== undefined) throw new FileListFailed(`${what} failed: ${errnoText(error)}`, { cause: error });
  if (status !== 0) {
    const end = signal === null ? `status ${status}` : `signal ${signal}`;
    throw new FileListFailed(`${what} ended with ${end}: ${stderr.toString().trim().slice(0, 500)}`);
  }
  return stdout;
}
