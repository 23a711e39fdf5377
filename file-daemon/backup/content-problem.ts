import type { EntryStat } from '../../native/statx.ts';
import { showPath } from '../byte-path.ts';
import { statOfOpen } from '../walk/entry-stat.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import type { OpenedContent } from './content-copier.ts';
import type { ReadOutcome } from './opened-file.ts';

/** What a file that was read, and is still open, is not: whole, and the same from its lstat to now. */
export function problemOf(
  { fd }: OpenedContent,
  { path, stat: before, options }: WalkEntry,
  { failure, readBytes, promisedBytes }: ReadOutcome & { readonly promisedBytes: number },
): FileNotice | undefined {
  // Only made when it is said: nearly all files have no problem.
  const name = () => `File "${showPath(path)}"`;
  const rest = () => `${readBytes} of ${promisedBytes} bytes; the rest is saved as zeros`;
  if (failure !== undefined) {
    const notice = failedTo('read all of', path, failure.error);
    return { ...notice, text: `${notice.text}; ${rest()}` };
  }
  let after: EntryStat;
  try {
    after = statOfOpen(fd);
  } catch (error) {
    return failedTo('stat', path, error);
  }
  if (readBytes < promisedBytes || after.size < before.size) {
    return { type: 'notSaved', path, text: `${name()} shrank while it was read: ${rest()}` };
  }
  const change = changeOf(before, after);
  if (change === undefined) return undefined;
  return { type: options.checkFileChanges ? 'notSaved' : 'warning', path, text: `${name()} ${change}` };
}

function changeOf(before: EntryStat, after: EntryStat): string | undefined {
  if (after.ino !== before.ino || after.dev !== before.dev) return 'was replaced while it was read';
  if (after.size > before.size) return `grew while it was read; its first ${before.size} bytes are saved`;
  const isSame =
    after.mtimeSeconds === before.mtimeSeconds &&
    after.mtimeNanoseconds === before.mtimeNanoseconds &&
    after.ctimeSeconds === before.ctimeSeconds &&
    after.ctimeNanoseconds === before.ctimeNanoseconds;
  return isSame ? undefined : 'changed while it was read';
}
