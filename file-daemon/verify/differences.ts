import { constants } from 'node:fs';
import type { EntryStat } from '../../native/statx.ts';
import { DigestAlgorithm, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { differs } from '../backup/accurate-letters.ts';

/** Bacula's words for what differs, which monitoring looks for; indented below the line that names the file. */
const INDENT = '      ';

const ALGORITHM_NAMES: Readonly<Record<number, string>> = {
  [DigestAlgorithm.MD5]: 'MD5',
  [DigestAlgorithm.SHA1]: 'SHA1',
  [DigestAlgorithm.SHA256]: 'SHA256',
  [DigestAlgorithm.SHA512]: 'SHA512',
};

/** What of the attributes is not as recorded, a line each, in the order of the letters of bacula-conf 5.4. */
export function attributeDifferences(letters: string, stat: EntryStat, record: FileRecord): string[] {
  const found = [...new Set(letters)].filter((letter) => differs(letter, stat, record, false));
  // Another type is a difference whatever the letters say.
  const isOtherType = (stat.mode & constants.S_IFMT) !== (record.mode & constants.S_IFMT);
  if (isOtherType && !found.includes('p')) found.unshift('p');
  return found.flatMap((letter) => lineOf(letter, stat, record));
}

/** @param actual of the content as it is; as long as the one recorded. */
export function digestDifference(record: FileRecord, actual: Buffer): string {
  const name = ALGORITHM_NAMES[record.digestAlgorithm] ?? '';
  return `${INDENT}${name} digest differs. File=${base64(actual)} Cat=${base64(record.digest)}`;
}

function lineOf(letter: string, stat: EntryStat, record: FileRecord): string[] {
  switch (letter) {
    case 'i':
      return [fieldDiffers('st_ino  ', record.inode, stat.ino)];
    case 'p':
      return [fieldDiffers('st_mode ', record.mode.toString(8), stat.mode.toString(8))];
    case 'n':
      return [fieldDiffers('st_nlink', record.linkCount, stat.nlink)];
    case 'u':
      return [fieldDiffers('st_uid  ', record.uid, stat.uid)];
    case 'g':
      return [fieldDiffers('st_gid  ', record.gid, stat.gid)];
    case 's':
      return [fieldDiffers('st_size ', record.sizeBytes, stat.size)];
    case 'd':
      return [`${INDENT}st_size  decrease. Cat: ${record.sizeBytes} File: ${stat.size}`];
    case 'a':
      return [`${INDENT}st_atime differs`];
    case 'm':
      return [`${INDENT}st_mtime differs`];
    case 'c':
      return [`${INDENT}st_ctime differs`];
    default:
      return [];
  }
}

type Shown = string | number | bigint;

export function fieldDiffers(field: string, recorded: Shown, actual: Shown): string {
  return `${INDENT}${field} differ. Cat: ${recorded} File: ${actual}`;
}

function base64(digest: Buffer): string {
  return digest.toString('base64').replace(/=+$/, '');
}
