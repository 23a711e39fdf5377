import type Database from 'better-sqlite3';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { isDirectoryPath } from '../entry-path.ts';
import { EntryReader, SECTOR_BYTES } from '../packed-entries.ts';

/**
 * The table-valued function noctule_entries(packed), for the view File: one row for each packed file, with columns LStat
 * and MD5 as Bacula keeps them.
 */
export function registerFunctions(sqlite: Database.Database): void {
  sqlite.table('noctule_entries', {
    parameters: ['packed'],
    columns: ['Position', 'Name', 'IsDirectory', 'LStat', 'MD5'],
    *rows(packed) {
      const reader = new EntryReader(packed as Buffer);
      for (let position = 0; reader.next(); position++) {
        const record = reader.record(reader.name, 1);
        const isDirectory = Number(isDirectoryPath(record.path));
        yield [position, Buffer.from(record.path), isDirectory, lstatColumn(record), digestColumn(record)];
      }
    },
  });
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BLOCK_BYTES = 4096;

/**
 * Sixteen numbers: device, inode, mode, link count, uid, gid, special device, size, block size, blocks, atime, mtime,
 * ctime, index of the first hard link, file flags, data stream.
 */
function lstatColumn(record: FileRecord): string {
  const storedBytes = record.type === FileType.REGULAR ? record.sizeBytes : 0;
  const flags = 0;
  const dataStream = 0;
  return [
    record.device,
    record.inode,
    record.mode,
    record.linkCount,
    record.uid,
    record.gid,
    record.specialDevice,
    record.sizeBytes,
    BLOCK_BYTES,
    Math.ceil(storedBytes / SECTOR_BYTES),
    record.atimeSeconds,
    record.mtimeSeconds,
    record.ctimeSeconds,
    record.linkFileIndex,
    flags,
    dataStream,
  ]
    .map(baculaBase64)
    .join(' ');
}

/** Whichever digest the job made, in base 64 without padding; "0" for none. */
function digestColumn({ digest }: FileRecord): string {
  return digest.length === 0 ? '0' : digest.toString('base64').replace(/=+$/, '');
}

/** A number in positional base 64, most significant digit first: not the encoding of bytes that has the same name. */
export function baculaBase64(value: number | bigint): string {
  let rest = BigInt(value);
  const sign = rest < 0n ? '-' : '';
  if (rest < 0n) rest = -rest;
  let digits = '';
  do {
    digits = DIGITS.charAt(Number(rest & 63n)) + digits;
    rest >>= 6n;
  } while (rest > 0n);
  return sign + digits;
}
