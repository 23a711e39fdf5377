import { crc32 as zlibCrc32 } from 'node:zlib';
import { LIBDEFLATE } from './libdeflate.ts';
import { bindOnce } from './library.ts';

/** What passes over every byte of a job on the main thread of a daemon, by whatever does it fastest here. */

const memory = bindOnce((library) =>
  library.func('void *memcpy(void *target, const void *source, size_t bytes)'),
);

const libdeflateCrc32 = bindOnce((library) =>
  library
    .open(LIBDEFLATE)
    ?.optional('uint32_t libdeflate_crc32(uint32_t crc, const void *bytes, size_t count)'),
);

/**
 * Copies `source` to `target` at `offset`. V8 copies out of memory that threads share word by word, which takes as long as
 * a SHA1 of it; the C library is ten times as fast. Nobody may write to `source` meanwhile.
 * @throws RangeError when it does not fit
 */
export function copyBytes(source: Uint8Array, target: Uint8Array, offset: number): void {
  const copy = memory();
  if (copy === undefined) target.set(source, offset);
  else copy(exactly(target, offset, source.length), source, source.length);
}

/** CRC-32 as in gzip (RFC 1952); that of libdeflate takes a fifth of the time. */
export function crc32(bytes: Uint8Array): number {
  const native = libdeflateCrc32();
  return native === undefined ? zlibCrc32(bytes) : Number(native(0, bytes, bytes.length));
}

function exactly(target: Uint8Array, offset: number, bytes: number): Uint8Array {
  if (offset < 0 || offset + bytes > target.length)
    throw new RangeError(`${bytes} bytes at ${offset} do not fit into ${target.length}`);
  return target.subarray(offset, offset + bytes);
}
