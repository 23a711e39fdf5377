import type { EntryStat } from '../../native/statx.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { statIfThere } from '../walk/entry-stat.ts';
import type { HardLinks } from '../walk/hard-links.ts';
import type { PriorState } from './prior-state.ts';

/**
 * Remembers the files with several names that a job saved before it was broken off, so that names that are still to come
 * become links to them. A file that was touched since is not remembered: its inode may be another file by now, and its
 * next name is saved with its content.
 */
export function rememberSavedLinks(saved: PriorState, hardLinks: HardLinks): void {
  for (; saved.record !== undefined; saved.advance()) {
    const { record, path } = saved;
    const stat = statIfThere(path);
    if (stat === undefined || !isAsSaved(record, stat)) continue;
    if (record.type === FileType.HARD_LINK) hardLinks.known(stat);
    else hardLinks.remember(stat, { path, fileIndex: record.fileIndex });
  }
}

/** A change of any kind, a link made or removed among them, shows in the ctime. */
function isAsSaved(record: FileRecord, stat: EntryStat): boolean {
  return (
    BigInt(record.inode) === stat.ino &&
    BigInt(record.device) === stat.dev &&
    record.ctimeSeconds === stat.ctimeSeconds &&
    record.ctimeNanoseconds === stat.ctimeNanoseconds
  );
}
