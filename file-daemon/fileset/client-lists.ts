import { readPathList } from '../../commands/path-list.ts';
import { OperatorError, messageOf } from '../../errors/operator-error.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';

/** Of all lists together: hundreds of thousands of paths, and an end for a command that has none. */
const LIST_BYTES_MAX = 64 * 1024 * 1024;

/** A list of files that the FileSet names on this client could not be read or made. */
export class FileListFailed extends OperatorError {
  readonly code = 'FD_FILE_LIST_FAILED';
  override readonly hint = 'Correct the File line of the FileSet, or the list on this client.';
}

/**
 * The FileSet with the paths in place of the lists on this client, `\<file` and `\|command` (the backslash is gone
 * already). A list that cannot be had ends the job: nothing else would say that it saved less.
 * @throws FileListFailed
 */
export async function expandClientLists(fileSet: FileSet, signal: AbortSignal): Promise<FileSet> {
  let totalBytes = 0;
  const expanded = async (written: readonly Buffer[], lists: readonly string[]): Promise<Buffer[]> => {
    const paths = [...written];
    for (const list of lists) {
      await readList(list, signal, (path) => {
        totalBytes += path.length;
        if (totalBytes > LIST_BYTES_MAX) throw new Error(`all lists have more than ${LIST_BYTES_MAX} bytes`);
        paths.push(path);
      });
    }
    return paths;
  };
  return {
    ...fileSet,
    includes: await Array.fromAsync(fileSet.includes, async (include) => ({
      ...include,
      files: await expanded(include.files, include.clientFileLists),
      clientFileLists: [],
    })),
    excludes: await expanded(fileSet.excludes, fileSet.clientExcludeLists),
    clientExcludeLists: [],
  };
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
