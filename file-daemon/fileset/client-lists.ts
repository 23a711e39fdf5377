import { readPathList } from '../../commands/path-list.ts';
import { OperatorError, messageOf } from '../../errors/operator-error.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { pathFromBytes, type BytePath } from '../byte-path.ts';

/** Of all lists together: hundreds of thousands of paths, and an end for a command that has none. */
const LIST_BYTES_MAX = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** A list of files that the FileSet names on this client could not be read or made. */
export class FileListFailed extends OperatorError {
  readonly code = 'FD_FILE_LIST_FAILED';
  override readonly hint = 'Correct the File line of the FileSet, or the list on this client.';
}

/**
 * What the lists on this client hold: paths or patterns with a line feed behind each, in one piece of memory that one
 * thread hands to the other. As objects of their own, a hundred thousand would take ten times the room in both.
 */
export interface ClientLists {
  /** For each Include. */
  readonly includes: readonly Uint8Array<ArrayBuffer>[];
  readonly excludes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the lists on this client, `\<file` and `\|command` (the backslash is gone already). A list that cannot be had ends
 * the job: nothing else would say that it saved less.
 * @throws FileListFailed
 */
export async function readClientLists(fileSet: FileSet, signal: AbortSignal): Promise<ClientLists> {
  let totalBytes = 0;
  const read = async (lists: readonly string[]): Promise<Uint8Array<ArrayBuffer>> => {
    const lines = new Lines();
    for (const list of lists) {
      await readList(list, signal, (path) => {
        totalBytes += path.length;
        if (totalBytes > LIST_BYTES_MAX) throw new Error(`all lists have more than ${LIST_BYTES_MAX} bytes`);
        lines.add(path);
      });
    }
    return lines.take();
  };
  return {
    includes: await Array.fromAsync(fileSet.includes, ({ clientFileLists }) => read(clientFileLists)),
    excludes: await read(fileSet.clientExcludeLists),
  };
}

/** The memory of the lists, to be handed to another thread. */
export function memoryOf({ includes, excludes }: ClientLists): ArrayBuffer[] {
  return [...includes, excludes].map(({ buffer }) => buffer);
}

/** The paths of a list: views of one long string. */
export function listedPaths(list: Uint8Array | undefined): BytePath[] {
  if (list === undefined || list.length === 0) return [];
  return pathFromBytes(list.subarray(0, -1)).split('\n');
}

/** Memory that grows as lines come. */
class Lines {
  #memory = new ArrayBuffer(1024);
  #endBytes = 0;

  add(line: Uint8Array): void {
    const endBytes = this.#endBytes + line.length + 1;
    if (endBytes > this.#memory.byteLength) this.#memory = this.#memory.transfer(endBytes * 2);
    const memory = new Uint8Array(this.#memory);
    memory.set(line, this.#endBytes);
    memory[endBytes - 1] = LINE_FEED;
    this.#endBytes = endBytes;
  }

  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.transfer(this.#endBytes));
  }
}

async function readList(list: string, signal: AbortSignal, onPath: (path: Buffer) => void): Promise<void> {
  try {
    await readPathList(list, { codes: {}, signal, onPath });
  } catch (cause) {
    signal.throwIfAborted();
    const what = list.startsWith('|') ? 'command' : 'list';
    throw new FileListFailed(
      `The ${what} "${list.slice(1).trim()}" of the FileSet, on this client: ${messageOf(cause)}`,
      { cause },
    );
  }
}
