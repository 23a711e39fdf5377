import { formatDateTime } from './civil-time.ts';
import { modeText } from './mode-text.ts';

/** What `ls -l` tells of an entry. */
export interface ListedEntry {
  /** st_mode whole. */
  readonly mode: number;
  readonly linkCount: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Since the epoch. */
  readonly mtimeSeconds: number;
}

/** One line as `ls -l` has it, without its end; owners are numbers. `path`: printable. */
export function listingLine(entry: ListedEntry, path: string): string {
  const { mode, linkCount, uid, gid, sizeBytes, mtimeSeconds } = entry;
  return (
    `${modeText(mode)} ${String(linkCount).padStart(3)} ${String(uid).padEnd(8)} ${String(gid).padEnd(8)} ` +
    `${String(sizeBytes).padStart(18)} ${formatDateTime(new Date(mtimeSeconds * 1000))}  ${path}`
  );
}
