import { readSync } from 'node:fs';
import { FileType, type DigestAlgorithm } from '../../proto/noctule/record/v1/file_record.ts';
import { ContentDigest } from '../content-digest.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { closeAfterReading, keepAtime, openForReading } from './opened-file.ts';
import { recordOf } from './record-of.ts';

const PIECE_BYTES = 256 * 1024;

/**
 * Reads a file that is on disk.
 * @param reading Called with the bytes of each piece; may throw to give up.
 * @throws SystemError
 */
export function digestOfFile(
  { path, accessPath, stat, options }: WalkEntry,
  algorithm: DigestAlgorithm,
  reading: (bytes: number) => void = () => undefined,
): Buffer {
  const digest = new ContentDigest(algorithm);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const fd = openForReading(accessPath, options.noAtime);
  try {
    for (let got = readSync(fd, piece); got > 0; got = readSync(fd, piece)) {
      digest.update(piece.subarray(0, got));
      reading(got);
    }
    if (options.keepAtime) keepAtime(fd, recordOf(path, stat, FileType.REGULAR));
  } finally {
    closeAfterReading(fd);
  }
  return digest.finish();
}
