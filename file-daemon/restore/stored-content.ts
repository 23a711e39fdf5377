import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { BytePath } from '../byte-path.ts';
import { digestOf } from '../content-digest.ts';
import { TAR_UNIT_BYTES, TypeFlag, paddedBytes } from '../tar/entry-header.ts';
import { EntryDamaged, readEntryHeader, type EntryHeader } from '../tar/header-reader.ts';
import { readPart } from '../tar/part-pax.ts';
import { sparseRealSize } from '../tar/sparse-map.ts';
import type { BlockSource } from './block-source.ts';
import { SparseContent, type HoleyFile } from './sparse-content.ts';

export const SOMETHING_ELSE = 'the volume holds something else at its place';

/** So often a long hole shows that the job is alive: its zeros are hashed, too. */
const HOLE_STEP_BYTES = 64 * 1024 * 1024;

/** Takes the content of a file, piece by piece; `hole` is missing where there cannot be one. */
export interface ContentTarget {
  write(piece: Buffer): void;
  hole?(bytes: number): void;
}

/** Whether there is something of it in the blocks that is not in the record. */
export function hasContent(record: FileRecord): boolean {
  return record.type === FileType.REGULAR && record.sizeBytes > 0;
}

/** Entries as they lie in the blocks that go by. */
export class StoredContent {
  readonly #blocks: BlockSource;
  readonly #moved: (path: BytePath, bytes: number) => void;

  /** @param moved Called after each piece; may throw to end the job. */
  constructor(blocks: BlockSource, moved: (path: BytePath, bytes: number) => void) {
    this.#blocks = blocks;
    this.#moved = moved;
  }

  /**
   * The content of a plain file that lies whole in the block at hand and has the digest that was saved: then it is the
   * content, whatever stands before it. Undefined when that cannot be said; `copy` knows more.
   */
  wholeAtHand(record: FileRecord): Buffer | undefined {
    const { streamOffset, streamBytes, sizeBytes, digestAlgorithm, digest } = record;
    const headerBytes = streamBytes - paddedBytes(sizeBytes);
    if (digest.length === 0 || headerBytes < TAR_UNIT_BYTES) return undefined;
    const content = this.#blocks.piece(streamOffset + headerBytes, sizeBytes);
    return content !== undefined && digestOf(digestAlgorithm, content).equals(digest) ? content : undefined;
  }

  /** @throws EntryDamaged */
  async headerAt(offset: number): Promise<EntryHeader> {
    return readEntryHeader(this.#blocks.at(offset) ?? (await this.#nextBlock(offset)));
  }

  /**
   * Gives the content of a regular file to the target.
   * @param header that of its (first) entry
   * @throws EntryDamaged when it is not there as the record says
   */
  async copy(path: BytePath, record: FileRecord, header: EntryHeader, target: ContentTarget): Promise<void> {
    if (readPart(header.pax) !== undefined) return this.#copyParts(path, record, header, target);
    const { streamOffset, streamBytes, sizeBytes } = record;
    const { typeFlag, sizeBytes: storedBytes, headerBytes, pax } = header;
    const realSize = sparseRealSize(pax);
    if (
      typeFlag !== TypeFlag.REGULAR ||
      (realSize ?? storedBytes) !== sizeBytes ||
      headerBytes + paddedBytes(storedBytes) !== streamBytes
    ) {
      throw new EntryDamaged(SOMETHING_ELSE);
    }
    const from = streamOffset + headerBytes;
    if (realSize === undefined) return this.#copyStored(path, from, storedBytes, target);
    if (!isHoley(target)) throw new EntryDamaged(SOMETHING_ELSE);
    const content = new SparseContent(new HoleySteps(target, () => this.#moved(path, 0)), realSize);
    await this.#copyStored(path, from, storedBytes, content);
    content.end();
  }

  /** The entries that hold a content in parts, one behind the other: see tar/part-pax.ts. */
  async #copyParts(
    path: BytePath,
    record: FileRecord,
    first: EntryHeader,
    target: ContentTarget,
  ): Promise<void> {
    const end = record.streamOffset + record.streamBytes;
    let sizeBytes = 0;
    let at = record.streamOffset;
    for (let header = first, number = 1; ; number++, header = await this.headerAt(at)) {
      const part = readPart(header.pax);
      if (header.typeFlag !== TypeFlag.REGULAR || part?.number !== number)
        throw new EntryDamaged(SOMETHING_ELSE);
      await this.#copyStored(path, at + header.headerBytes, header.sizeBytes, target);
      sizeBytes += header.sizeBytes;
      at += header.headerBytes + paddedBytes(header.sizeBytes);
      if (part.isLast) break;
    }
    if (at !== end || sizeBytes !== record.sizeBytes) throw new EntryDamaged(SOMETHING_ELSE);
  }

  async #copyStored(
    path: BytePath,
    from: number,
    bytes: number,
    target: { write(piece: Buffer): void },
  ): Promise<void> {
    const end = from + bytes;
    for (let at = from; at < end;) {
      const stream = this.#blocks.at(at) ?? (await this.#nextBlock(at));
      const piece = stream.subarray(0, end - at);
      target.write(piece);
      this.#moved(path, piece.length);
      at += piece.length;
    }
  }

  async #nextBlock(offset: number): Promise<Buffer> {
    const stream = await this.#blocks.seek(offset);
    if (stream === undefined) throw new EntryDamaged('a block that holds it is missing or damaged');
    return stream;
  }
}

function isHoley(target: ContentTarget): target is HoleyFile {
  return target.hole !== undefined;
}

class HoleySteps implements HoleyFile {
  readonly #file: HoleyFile;
  readonly #progress: () => void;

  constructor(file: HoleyFile, progress: () => void) {
    this.#file = file;
    this.#progress = progress;
  }

  write(piece: Buffer): void {
    this.#file.write(piece);
  }

  hole(bytes: number): void {
    for (let left = bytes; left > 0; left -= HOLE_STEP_BYTES) {
      this.#file.hole(Math.min(left, HOLE_STEP_BYTES));
      this.#progress();
    }
  }
}
