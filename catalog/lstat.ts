import { FileType, type FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import { SECTOR_BYTES } from './packed-entries.ts';

/** The columns LStat and MD5 of Bacula's table File. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BLOCK_BYTES = 4096;

/**
 * Sixteen numbers: device, inode, mode, link count, uid, gid, special device, size, block size, blocks, atime, mtime,
 * ctime, index of the first hard link, file flags, data stream.
 */
export function lstatColumn(record: FileRecord): string {
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
export function digestColumn({ digest }: FileRecord): string {
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

/** The sixteen numbers of an LStat column; undefined when it is none. */
export function parseLstat(text: string): bigint[] | undefined {
  const numbers = text.trim().split(' ').map(parseBaculaBase64);
  return numbers.length >= 13 && numbers.every((number) => number !== undefined) ? numbers : undefined;
}

function parseBaculaBase64(text: string): bigint | undefined {
  const [, sign, digits] = /^(-?)([A-Za-z0-9+/]{1,11})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = [...digits].reduce((sum, digit) => (sum << 6n) | BigInt(DIGITS.indexOf(digit)), 0n);
  return sign === '-' ? -value : value;
}
