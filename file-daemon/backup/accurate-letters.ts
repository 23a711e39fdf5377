import { constants } from 'node:fs';
import type { EntryStat } from '../../native/statx.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';

/** What the attributes of an entry say about it; `ask content`: only its content can tell. */
export type Comparison = 'changed' | 'same' | 'ask content';

/**
 * Compares an entry with its record of the last backup by the letters of the FileSet (bacula-conf 5.4):
 *
 *     i inode          p permissions    n links       u g owner, group   s size        d size decreased
 *     a m c times      1 5 2 3 content, by the digest that the record has
 *     A always         M mtime and ctime against the since time
 *     o                attributes that changed while the content did not: counts as changed
 *
 * A letter that finds a difference makes the entry changed; so does another type, whatever the letters.
 *
 * @param changedSince What an Incremental that is not accurate would save the entry for.
 */
export function compareByLetters(
  letters: string,
  stat: EntryStat,
  before: FileRecord,
  changedSince: boolean,
): Comparison {
  if ((stat.mode & constants.S_IFMT) !== (before.mode & constants.S_IFMT)) return 'changed';
  let asksContent = false;
  for (const letter of letters) {
    if (/[1235]/.test(letter)) asksContent = true;
    else if (differs(letter, stat, before, changedSince)) return 'changed';
  }
  return asksContent && hasContent(before) ? 'ask content' : 'same';
}

/** Whether the entry differs from its record in what one letter stands for; never so by a letter of content. */
export function differs(letter: string, stat: EntryStat, before: FileRecord, changedSince: boolean): boolean {
  switch (letter) {
    case 'i':
      return stat.ino !== before.inode;
    case 'p':
      return stat.mode !== before.mode;
    case 'n':
      return stat.nlink !== before.linkCount;
    case 'u':
      return stat.uid !== before.uid;
    case 'g':
      return stat.gid !== before.gid;
    case 's':
      return hasSize(before) && stat.size !== before.sizeBytes;
    case 'd':
      return hasSize(before) && stat.size < before.sizeBytes;
    case 'a':
      return stat.atimeSeconds !== before.atimeSeconds || stat.atimeNanoseconds !== before.atimeNanoseconds;
    case 'm':
      return stat.mtimeSeconds !== before.mtimeSeconds || stat.mtimeNanoseconds !== before.mtimeNanoseconds;
    case 'c':
      return stat.ctimeSeconds !== before.ctimeSeconds || stat.ctimeNanoseconds !== before.ctimeNanoseconds;
    case 'M':
      return changedSince;
    case 'A':
      return true;
    default:
      return false;
  }
}

/** Records of directories and the like have none. */
function hasSize({ type }: FileRecord): boolean {
  return type === FileType.REGULAR || type === FileType.HARD_LINK || type === FileType.SYMLINK;
}

function hasContent({ type }: FileRecord): boolean {
  return type === FileType.REGULAR || type === FileType.HARD_LINK;
}

/** Whether anything differs that a change of the content changes as well. */
export function mayHaveOtherContent(stat: EntryStat, before: FileRecord): boolean {
  return [...'smc'].some((letter) => differs(letter, stat, before, false));
}
