import type { EntryCompression } from '../fileset/entry-options.ts';
import { TAR_UNIT_BYTES } from '../tar/entry-header.ts';

/** Memory for one block. */
export interface Slot {
  readonly index: number;
  /** 1 MiB; what it held before is still in it. */
  readonly bytes: Buffer;
}

/** A piece of the job's stream that is ready to be compressed. */
export interface CutBlock {
  readonly slot: Slot;
  readonly contentBytes: number;
  readonly streamOffset: number;
  /** Of the first entry that begins in the block; undefined when none does. */
  readonly firstHeaderOffset: number | undefined;
  readonly startsAtEntry: boolean;
  readonly endsAtEntry: boolean;
  readonly compression: EntryCompression;
}

export interface BlockCutterPorts {
  takeSlot(): Slot;
  emit(block: CutBlock): void;
}

/**
 * Cuts the job's tar stream into blocks, while the entries are written straight into the memory of the block.
 *
 * Invariants
 *  (1) An entry that fits in a block is never cut; one that does not begins a block of its own.
 *  (2) A block holds entries of one compression only.
 *  (3) Every block is a multiple of 512 bytes.
 */
export class BlockCutter {
  readonly #ports: BlockCutterPorts;
  #slot: Slot | undefined;
  #usedBytes = 0;
  /** Where in the stream the current block begins. */
  #blockOffset: number;
  #entryStart = 0;
  #entryHasLeft = false;
  #firstHeaderOffset: number | undefined;
  #startsAtEntry = true;
  #compression: EntryCompression = { codec: 'none', level: 0 };

  /** @param streamOffset Where in the stream the first block begins. */
  constructor(ports: BlockCutterPorts, streamOffset = 0) {
    this.#ports = ports;
    this.#blockOffset = streamOffset;
  }

  /** How long the stream is by now. */
  get streamBytes(): number {
    return this.#blockOffset + this.#usedBytes;
  }

  /** Whether a part of the entry begun last has been handed over. */
  get entryHasLeft(): boolean {
    return this.#entryHasLeft;
  }

  /** Makes room for an entry of `entryBytes`, all headers and padding included. */
  beginEntry(entryBytes: number, compression: EntryCompression): void {
    const isOther =
      compression.codec !== this.#compression.codec || compression.level !== this.#compression.level;
    if (this.#usedBytes > 0 && (isOther || entryBytes > this.#currentSlot().bytes.length - this.#usedBytes)) {
      this.#cut('at entry');
    }
    this.#compression = compression;
    this.#entryStart = this.#usedBytes;
    this.#entryHasLeft = false;
    this.#firstHeaderOffset ??= this.#usedBytes;
  }

  /** Free memory of the current block, at most `bytesMax`; never empty. What is put there counts after `advance`. */
  room(bytesMax: number): Buffer {
    if (this.#usedBytes === this.#currentSlot().bytes.length) this.#cut('inside entry');
    const { bytes } = this.#currentSlot();
    return bytes.subarray(this.#usedBytes, Math.min(this.#usedBytes + bytesMax, bytes.length));
  }

  advance(bytes: number): void {
    this.#usedBytes += bytes;
  }

  write(data: Buffer): void {
    for (let from = 0; from < data.length;) {
      const room = this.room(data.length - from);
      data.copy(room, 0, from, from + room.length);
      this.advance(room.length);
      from += room.length;
    }
  }

  writeZeros(bytes: number): void {
    for (let left = bytes; left > 0;) {
      const room = this.room(left).fill(0);
      this.advance(room.length);
      left -= room.length;
    }
  }

  /** Zeros up to the next whole tar record. */
  endEntry(): void {
    this.writeZeros((TAR_UNIT_BYTES - (this.#usedBytes % TAR_UNIT_BYTES)) % TAR_UNIT_BYTES);
  }

  /** Takes back the entry begun last, of which nothing may have left. */
  abandonEntry(): void {
    if (this.#entryHasLeft) throw new Error('A part of the entry has been handed over');
    this.#usedBytes = this.#entryStart;
    if (this.#firstHeaderOffset === this.#entryStart) this.#firstHeaderOffset = undefined;
  }

  /** Hands over what there is. To be called between entries. */
  flush(): void {
    if (this.#usedBytes > 0) this.#cut('at entry');
  }

  #currentSlot(): Slot {
    this.#slot ??= this.#ports.takeSlot();
    return this.#slot;
  }

  #cut(where: 'at entry' | 'inside entry'): void {
    const block: CutBlock = {
      slot: this.#currentSlot(),
      contentBytes: this.#usedBytes,
      streamOffset: this.#blockOffset,
      firstHeaderOffset: this.#firstHeaderOffset,
      startsAtEntry: this.#startsAtEntry,
      endsAtEntry: where === 'at entry',
      compression: this.#compression,
    };
    if (where === 'inside entry') this.#entryHasLeft = true;
    this.#blockOffset += this.#usedBytes;
    this.#slot = undefined;
    this.#usedBytes = 0;
    this.#firstHeaderOffset = undefined;
    this.#startsAtEntry = block.endsAtEntry;
    this.#ports.emit(block);
  }
}
