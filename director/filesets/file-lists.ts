import { readPathList } from '../../commands/path-list.ts';
import type { CodeValues } from '../../commands/substitution.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { FileListFailed } from '../director-errors.ts';

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
  const { fileSetName, codes, signal } = options;
  const paths: Buffer[] = [];
  const clientLists: string[] = [];
  let totalBytes = 0;
  const onPath = (path: Buffer) => {
    totalBytes += path.length;
    if (totalBytes > LIST_BYTES_MAX) {
      throw new FileListFailed(
        `The File lists of FileSet "${fileSetName}" are longer than ${LIST_BYTES_MAX} bytes`,
        { hint: String.raw`Put the list on the client and write File = "\\<path-of-the-list".` },
      );
    }
    paths.push(path);
  };
  for (const line of lines) {
    if (/^\\[<|]/.test(line)) clientLists.push(line.slice(1));
    else if (!/^[<|]/.test(line)) onPath(Buffer.from(line));
    else {
      try {
        await readPathList(line, { codes, signal, onPath });
      } catch (cause) {
        signal.throwIfAborted();
        if (cause instanceof FileListFailed) throw cause;
        throw new FileListFailed(`File = "${line}" of FileSet "${fileSetName}": ${messageOf(cause)}`, {
          cause,
        });
      }
    }
  }
  return { paths, clientLists };
}
