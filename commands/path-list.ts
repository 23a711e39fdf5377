import { createReadStream } from 'node:fs';
import { commandWords } from './command-words.ts';
import { CommandFailed, runCommand } from './run-command.ts';
import { substituteWords, type CodeValues } from './substitution.ts';

const COMMAND_TIMEOUT_MS = 600_000;
const PATH_BYTES_MAX = 65_536;

export interface PathListOptions {
  /** Values of the `%` codes in the command. */
  readonly codes: CodeValues;
  readonly signal: AbortSignal;
  /** Called for each path; what it throws ends the reading. */
  readonly onPath: (path: Buffer) => void;
}

/**
 * Reads the paths that `<file` or `|command` of a FileSet stands for on this machine: one for each line, as bytes, without
 * the carriage return that Windows puts at its end; empty lines do not count. The command is run without a shell.
 * @throws Error with the reason, when the file cannot be read or the command does not end well.
 */
export async function readPathList(list: string, options: PathListOptions): Promise<void> {
  const source = list.slice(1).trim();
  if (list.startsWith('|')) await readPrinted(source, options);
  else await readFile(source, options);
}

async function readFile(file: string, { signal, onPath }: PathListOptions): Promise<void> {
  let rest = '';
  // latin1 keeps each byte as one character.
  const stream = createReadStream(file, { encoding: 'latin1', signal });
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > PATH_BYTES_MAX) throw new Error('it is not a list of paths: it has no line ends');
    for (const line of lines) givePath(line, onPath);
  }
  givePath(rest, onPath);
}

async function readPrinted(command: string, { codes, signal, onPath }: PathListOptions): Promise<void> {
  let complaint = '';
  const status = await runCommand({
    words: substituteWords(commandWords(command), codes),
    signal,
    timeoutMs: COMMAND_TIMEOUT_MS,
    onLine: (line) => givePath(line.toString('latin1'), onPath),
    onErrorLine: (line) => void (complaint ||= `: ${line.toString().slice(0, 500)}`),
  });
  if (status !== 0) throw new CommandFailed(`the command ended with status ${status}${complaint}`);
}

function givePath(line: string, onPath: PathListOptions['onPath']): void {
  const path = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (path !== '') onPath(Buffer.from(path, 'latin1'));
}
