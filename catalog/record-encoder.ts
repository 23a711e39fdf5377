import type { EntryReader } from './packed-entries.ts';
import { PackWriter } from './packing.ts';

const VARINT = 0;
const BYTES = 2;
/** Tag of FileRecordBatch.records. */
const RECORDS_TAG = (1 << 3) | BYTES;

/** Seconds beyond this are no safe integers once their sign is folded in. */
const FOLDED_MAX = 2 ** 52;

/** What a record says otherwise than its entry. */
export interface RecordChanges {
  readonly name?: Buffer | undefined;
  readonly linkTarget?: Buffer | undefined;
}

const NO_CHANGES: RecordChanges = {};

/** The one whose page is finished keeps its memory for the next page: grown anew, it would be garbage of a megabyte each time. */
let freeWriter: PackWriter | undefined;

function takeWriter(): PackWriter {
  const writer = freeWriter ?? new PackWriter();
  freeWriter = undefined;
  return writer;
}

/**
 * Encodes the records of packed entries one by one into a FileRecordBatch, which crosses to the main thread and, mostly,
 * from there to another daemon as it is. What the generated encoder makes of `EntryReader.record`, byte for byte, but
 * without the record: that would be an object, three buffers and three bigints for each file.
 */
export class RecordEncoder {
  count = 0;
  readonly #writer = takeWriter();

  /** Bytes encoded so far. */
  get length(): number {
    return this.#writer.length;
  }

  /** The record of the entry that the reader has reached. @param fileIndex 0: the entry is deleted. */
  add(directory: Buffer, entry: EntryReader, fileIndex: number, changes = NO_CHANGES): void {
    const writer = this.#writer;
    writer.unsigned(RECORDS_TAG);
    const start = writer.openLength();
    this.#addPath(directory, entry, changes.name);
    this.#addNumber(2, fileIndex);
    this.#addNumber(3, entry.type);
    this.#addNumber(4, entry.mode);
    this.#addNumber(5, entry.uid);
    this.#addNumber(6, entry.gid);
    this.#addNumber(7, entry.size);
    this.#addSigned(8, entry.mtime.seconds);
    this.#addNumber(9, entry.mtime.nanoseconds);
    this.#addSigned(10, entry.ctime.seconds);
    this.#addNumber(11, entry.ctime.nanoseconds);
    this.#addSigned(12, entry.atime.seconds);
    this.#addNumber(13, entry.atime.nanoseconds);
    this.#addNumber(14, entry.device);
    this.#addNumber(15, entry.inode);
    this.#addNumber(16, entry.linkCount);
    this.#addNumber(17, entry.specialDevice);
    this.#addBytes(18, changes.linkTarget ?? entry.linkTarget);
    this.#addNumber(19, entry.linkFileIndex);
    this.#addNumber(20, entry.streamOffset);
    this.#addNumber(21, entry.streamEnd - entry.streamOffset);
    this.#addNumber(22, entry.digestAlgorithm);
    this.#addDigest(entry);
    this.#addNumber(24, entry.deltaSequence);
    this.#addNumber(25, fileIndex === 0 ? 1 : 0);
    this.#addNumber(26, entry.extended ? 1 : 0);
    writer.closeLength(start);
    this.count++;
  }

  /** In memory of its own, which may be moved to another thread. Nothing can be added after it. */
  finish(): Uint8Array<ArrayBuffer> {
    const batch = this.#writer.takeOwned();
    freeWriter = this.#writer;
    return batch;
  }

  #addPath(directory: Buffer, entry: EntryReader, name: Buffer | undefined): void {
    const writer = this.#writer;
    writer.unsigned((1 << 3) | BYTES);
    writer.unsigned(directory.length + (name?.length ?? entry.nameLength));
    writer.bytes(directory);
    if (name === undefined) entry.packName(writer);
    else writer.bytes(name);
  }

  #addDigest(entry: EntryReader): void {
    if (entry.digestLength === 0) return;
    this.#writer.unsigned((23 << 3) | BYTES);
    this.#writer.unsigned(entry.digestLength);
    entry.packDigest(this.#writer);
  }

  /** A field that is 0 is left out, as in all of proto3. */
  #addNumber(field: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.#writer.unsigned((field << 3) | VARINT);
    this.#writer.unsigned(value);
  }

  #addSigned(field: number, value: number): void {
    if (value === 0) return;
    this.#writer.unsigned((field << 3) | VARINT);
    if (Math.abs(value) < FOLDED_MAX) this.#writer.signed(value);
    else this.#writer.unsigned(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));
  }

  #addBytes(field: number, value: Buffer): void {
    if (value.length === 0) return;
    this.#writer.unsigned((field << 3) | BYTES);
    this.#writer.text(value);
  }
}
