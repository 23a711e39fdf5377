import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import type { BytePath } from '../byte-path.ts';
import { ContentDigest } from '../content-digest.ts';
import type { EntryOptions } from '../fileset/entry-options.ts';
import { TarHeaderEncoder, type PaxRecord } from '../tar/entry-header.ts';
import { partName, partRecords } from '../tar/part-pax.ts';
import type { BlockCutter } from './block-cutter.ts';
import { tarEntryOf } from './tar-entry-of.ts';

/** Content that is known to be at its end only when it is. */
export interface UnsizedContent {
  readonly path: BytePath;
  /** Of a regular file. Size, digest and place are filled in. */
  readonly record: FileRecord;
  readonly options: EntryOptions;
  /** For the header of the first entry. */
  readonly extra: readonly PaxRecord[];
  /** Fills the target; gives how many bytes it took, fewer only at the end of the content. */
  fill(target: Buffer): number;
}

/** How far ahead the content is read, to know which part is the last. */
const AHEAD_BYTES = 1;

/**
 * Writes content whose length is not known before it is read: each block's memory is filled behind room for a header,
 * which is written when the size of this part is known. What fits in one part is a plain entry; else the parts are entries
 * of their own (see tar/part-pax.ts). Together they are one record.
 */
export class PartPacker {
  readonly #cutter: BlockCutter;
  readonly #reading: (path: BytePath) => void;
  readonly #headers = new TarHeaderEncoder();
  /** Bytes of content read so far, of all files. */
  contentBytes = 0;

  /** @param reading Called after each part. */
  constructor(cutter: BlockCutter, reading: (path: BytePath) => void) {
    this.#cutter = cutter;
    this.#reading = reading;
  }

  /** @throws What `fill` throws. Parts before it stay in the stream then, and no record should tell of them. */
  pack(content: UnsizedContent): void {
    const { record, options, path, extra } = content;
    const cutter = this.#cutter;
    const digest = new ContentDigest(options.digest);
    let sizeBytes = 0;
    let ahead: Buffer = Buffer.alloc(0);
    let number = 0;
    do {
      number += 1;
      cutter.beginEntry(BLOCK_CONTENT_BYTES_MAX, options.compression);
      if (number === 1) record.streamOffset = cutter.streamBytes;
      try {
        const part = this.#part(content, number, ahead);
        digest.update(part.bytes);
        sizeBytes += part.bytes.length;
        ahead = part.ahead;
      } catch (error) {
        cutter.abandonEntry();
        throw error;
      }
      this.#reading(path);
    } while (ahead.length > 0);
    record.sizeBytes = sizeBytes;
    record.streamBytes = cutter.streamBytes - record.streamOffset;
    record.digestAlgorithm = options.digest;
    record.digest = digest.finish();
    record.extended = number > 1 || extra.length > 0;
  }

  /** Reads one part, which begins with `before`, and writes its entry. */
  #part(content: UnsizedContent, number: number, before: Buffer): { bytes: Buffer; ahead: Buffer } {
    const cutter = this.#cutter;
    const block = cutter.room(BLOCK_CONTENT_BYTES_MAX);
    // As long as it will be: only the digits in it are still to change.
    const roomBytes = this.#header(content, { number, isLast: false, sizeBytes: 0 }).length;
    const room = block.subarray(roomBytes);
    before.copy(room);
    const readBytes = content.fill(room.subarray(before.length));
    this.contentBytes += readBytes;
    const sizeBytes = before.length + readBytes;

    const ahead = Buffer.alloc(AHEAD_BYTES);
    const aheadBytes = sizeBytes < room.length ? 0 : content.fill(ahead);
    this.contentBytes += aheadBytes;
    const isLast = aheadBytes === 0;
    const header = this.#header(content, { number, isLast, sizeBytes });
    // That of an only part is the shorter one.
    if (header.length < roomBytes) block.copyWithin(header.length, roomBytes, roomBytes + sizeBytes);
    header.copy(block);
    cutter.advance(header.length + sizeBytes);
    cutter.endEntry();
    return {
      bytes: block.subarray(header.length, header.length + sizeBytes),
      ahead: ahead.subarray(0, aheadBytes),
    };
  }

  #header(
    { record, path, extra }: UnsizedContent,
    part: { readonly number: number; readonly isLast: boolean; readonly sizeBytes: number },
  ): Buffer {
    const { number, isLast, sizeBytes } = part;
    if (number === 1 && isLast) return this.#headers.encode(tarEntryOf(record, path, { sizeBytes, extra }));
    const records = [...partRecords(part), ...(number === 1 ? extra : [])];
    return this.#headers.encode(tarEntryOf(record, partName(path, number), { sizeBytes, extra: records }));
  }
}
