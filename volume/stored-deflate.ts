import { copyBytes } from '../native/byte-work.ts';

/** Most bytes that one stored block of RFC 1951 can hold. */
const STORED_BYTES_MAX = 65_535;
const STORED_HEADER_BYTES = 5;

/** Size of `contentBytes` bytes as stored deflate data. */
export function storedDeflateBytes(contentBytes: number): number {
  return contentBytes + STORED_HEADER_BYTES * Math.max(1, Math.ceil(contentBytes / STORED_BYTES_MAX));
}

/** Raw deflate data (RFC 1951, stored blocks) that inflates to `content`: for what would not shrink. */
export function storedDeflate(content: Uint8Array): Buffer {
  const target = Buffer.allocUnsafe(storedDeflateBytes(content.length));
  writeStoredDeflate(content, target, 0);
  return target;
}

/** Writes `storedDeflate(content)` into `target` at `offset`, without a copy between. */
export function writeStoredDeflate(content: Uint8Array, target: Buffer, offset: number): void {
  let from = 0;
  do {
    const length = Math.min(STORED_BYTES_MAX, content.length - from);
    const isLast = from + length === content.length;
    target.writeUInt8(isLast ? 1 : 0, offset);
    target.writeUInt16LE(length, offset + 1);
    target.writeUInt16LE(~length & 0xffff, offset + 3);
    copyBytes(content.subarray(from, from + length), target, offset + STORED_HEADER_BYTES);
    offset += STORED_HEADER_BYTES + length;
    from += length;
  } while (from < content.length);
}
