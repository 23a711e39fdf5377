import { lstatSync, type BigIntStats } from 'node:fs';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { fsPath } from '../byte-path.ts';
import { splitTime } from '../walk/file-kind.ts';
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
    const stat = lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined || !isAsSaved(record, stat)) continue;
    if (record.type === FileType.HARD_LINK) hardLinks.known(stat);
    else hardLinks.remember(stat, { path, fileIndex: record.fileIndex });
  }
}

/** A change of any kind, a link made or removed among them, shows in the ctime. */
function isAsSaved(record: FileRecord, stat: BigIntStats): boolean {
  const ctime = splitTime(stat.ctimeNs);
  return (
    BigInt(record.inode) === stat.ino &&
    BigInt(record.device) === stat.dev &&
    record.ctimeSeconds === ctime.seconds &&
    record.ctimeNanoseconds === ctime.nanoseconds
  );
}
