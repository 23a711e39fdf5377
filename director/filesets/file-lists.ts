import { readPathList } from '../../commands/path-list.ts';
import type { CodeValues } from '../../commands/substitution.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { FileListFailed } from '../director-errors.ts';

/** The FileSet travels to the client in one message; longer lists belong on the client (`\\<list`). */
const LIST_BYTES_MAX = 3 * 1024 * 1024;
/** What a path takes in the message besides its own bytes, at most. */
const PATH_FRAME_BYTES = 4;

/** Room for paths in the message of one FileSet. */
export class ListRoom {
  readonly #fileSetName: string;
  #leftBytes = LIST_BYTES_MAX;

  constructor(fileSetName: string) {
    this.#fileSetName = fileSetName;
  }

  /** @throws FileListFailed when there is none. */
  take(path: Buffer): void {
    this.#leftBytes -= path.length + PATH_FRAME_BYTES;
    if (this.#leftBytes >= 0) return;
    throw new FileListFailed(
      `The File lists of FileSet "${this.#fileSetName}" take more than ${LIST_BYTES_MAX} bytes`,
      { hint: String.raw`Put the list on the client and write File = "\\<path-of-the-list".` },
    );
  }
}

/** The File lines of an Include or Exclude, with the lists that lie on the Director's side expanded. */
export interface ExpandedFiles {
  readonly paths: Buffer[];
  /** `<list` or `|command` of the client's side. */
  readonly clientLists: string[];
}

/** @throws FileListFailed when a list cannot be read, or its command fails. */
export async function expandFiles(
  lines: readonly string[],
  options: {
    readonly fileSetName: string;
    readonly room: ListRoom;
    readonly codes: CodeValues;
    readonly signal: AbortSignal;
  },
): Promise<ExpandedFiles> {
  const { fileSetName, room, codes, signal } = options;
  const paths: Buffer[] = [];
  const clientLists: string[] = [];
  const onPath = (path: Buffer) => {
    room.take(path);
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
