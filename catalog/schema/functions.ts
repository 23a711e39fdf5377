import type Database from 'better-sqlite3';
import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import { unpackRecord } from '../file-attributes.ts';

/**
 * Functions for the views: they give the packed attributes of a file row the form in which Bacula keeps them.
 *
 *     noctule_lstat(FileIndex, Size, Attributes)    column LStat
 *     noctule_digest(Attributes)                    column MD5
 */
export function registerFunctions(sqlite: Database.Database): void {
  const options = { deterministic: true };
  sqlite.function('noctule_lstat', options, lstatColumn);
  sqlite.function('noctule_digest', options, digestColumn);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BLOCK_BYTES = 4096;
const SECTOR_BYTES = 512;

/**
 * Sixteen numbers: device, inode, mode, link count, uid, gid, special device, size, block size, blocks, atime, mtime,
 * ctime, index of the first hard link, file flags, data stream.
 */
function lstatColumn(fileIndex: number, size: number, attributes: Buffer): string {
  const record = unpackRecord({ path: Buffer.alloc(0), fileIndex, size, attributes });
  const storedBytes = record.type === FileType.REGULAR ? size : 0;
  return [
    record.device,
    record.inode,
    record.mode,
    record.linkCount,
    record.uid,
    record.gid,
    record.specialDevice,
    size,
    BLOCK_BYTES,
    Math.ceil(storedBytes / SECTOR_BYTES),
    record.atimeSeconds,
    record.mtimeSeconds,
    record.ctimeSeconds,
    record.linkFileIndex,
    0,
    0,
  ]
    .map(baculaBase64)
    .join(' ');
}

/** Whichever digest the job made, in base 64 without padding; "0" for none. */
function digestColumn(attributes: Buffer): string {
  const { digest } = unpackRecord({ path: Buffer.alloc(0), fileIndex: 1, size: 0, attributes });
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
