import { createReadStream } from 'node:fs';
import { messageOf } from '../../errors/operator-error.ts';
import { commandWords } from '../../commands/command-words.ts';
import { runCommand } from '../../commands/run-command.ts';
import { substituteWords, type CodeValues } from '../../commands/substitution.ts';
import { FileListFailed } from '../director-errors.ts';

const COMMAND_TIMEOUT_MS = 600_000;
/** The FileSet travels to the client in one message; longer lists belong on the client (`\\<list`). */
const LIST_BYTES_MAX = 3 * 1024 * 1024;

/** The File lines of an Include or Exclude, with the lists that lie on the Director's side expanded. */
export interface ExpandedFiles {
  readonly paths: Buffer[];
  /** `<list` or `|command` of the client's side. */
  readonly clientLists: string[];
}

/** @throws FileListFailed when a list cannot be read, or its command fails. */
export async function expandFiles(
  lines: readonly string[],
  options: { readonly fileSetName: string; readonly codes: CodeValues; readonly signal: AbortSignal },
): Promise<ExpandedFiles> {
  const paths: Buffer[] = [];
  const clientLists: string[] = [];
  let totalBytes = 0;
  for (const line of lines) {
    if (/^\\[<|]/.test(line)) {
      clientLists.push(line.slice(1));
      continue;
    }
    for await (const path of pathsOf(line, options)) {
      totalBytes += path.length;
      if (totalBytes > LIST_BYTES_MAX) {
        throw new FileListFailed(
          `The File lists of FileSet "${options.fileSetName}" are longer than ${LIST_BYTES_MAX} bytes`,
          { hint: String.raw`Put the list on the client and write File = "\\<path-of-the-list".` },
        );
      }
      paths.push(path);
    }
  }
  return { paths, clientLists };
}

async function* pathsOf(
  line: string,
  options: { readonly fileSetName: string; readonly codes: CodeValues; readonly signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const rest = line.slice(1).trim();
  try {
    if (line.startsWith('<')) yield* listedPaths(rest);
    else if (line.startsWith('|')) yield* await printedPaths(rest, options);
    else yield Buffer.from(line);
  } catch (cause) {
    options.signal.throwIfAborted();
    throw new FileListFailed(`File = "${line}" of FileSet "${options.fileSetName}": ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** One path for each line; empty lines do not count. */
async function* listedPaths(file: string): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'latin1') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LIST_BYTES_MAX)
      throw new FileListFailed('it is not a list of paths: it has no line ends');
    yield* lines.flatMap(toPath);
  }
  yield* toPath(rest);
}

async function printedPaths(
  commandLine: string,
  { codes, signal }: { readonly codes: CodeValues; readonly signal: AbortSignal },
): Promise<Buffer[]> {
  const paths: Buffer[] = [];
  let bytes = 0;
  const status = await runCommand({
    words: substituteWords(commandWords(commandLine), codes),
    signal,
    timeoutMs: COMMAND_TIMEOUT_MS,
    onLine: (line) => {
      bytes += line.length;
      if (bytes <= 2 * LIST_BYTES_MAX) paths.push(...toPath(line.toString('latin1')));
    },
  });
  if (status !== 0) throw new FileListFailed(`the command ended with status ${status}`);
  return paths;
}

function toPath(line: string): Buffer[] {
  const path = line.replace(/\r$/, '');
  return path === '' ? [] : [Buffer.from(path, 'latin1')];
}
