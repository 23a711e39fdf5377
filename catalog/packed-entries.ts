import { DigestAlgorithm, FileType, type FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import {
  changeTimeForm,
  EPOCH,
  mtimeForm,
  packChangeTime,
  packMtime,
  unpackChangeTime,
  unpackFirstChangeTime,
  unpackMtime,
  type Time,
  type TimeForm,
} from './packed-time.ts';
import { DamagedColumn, PackReader, PackWriter } from './packing.ts';
import type { IncomingRecord } from './record-batch-reader.ts';

/**
 * File records of one directory packed behind each other, in about 60 bytes each of which 20 are a SHA-1: what an
 * entry has in common with the one before is not said again. Path and index are not in it; they follow from the place.
 * In front of the first stands a byte 255, with which no entry begins; without it they were packed before schema
 * version 7, with other times (packed-time.ts).
 *
 *     byte 0    bits 7-5 type, 4-2 digest algorithm, 1 OWNED (owner, group and device as before), 0 ADJACENT
 *     byte 1    bits 7-6 mtime, 5-4 ctime, 3-2 atime (packed-time.ts), 1 mode as before, 0 PLAIN
 *     name      how many bytes it begins with as the name before; how many follow; these
 *     numbers   size; unless OWNED uid, gid, device; mode unless as before; inode less the one before, signed;
 *               unless ADJACENT stream offset in sectors and overhead, signed
 *     times     mtime, ctime, atime, each in its form
 *     digest    as long as its algorithm says
 *     extras    unless PLAIN: link count; then tags, each with its value; 0
 *
 * ADJACENT: begins in the stream where the entry before ends, with the same overhead (sectors of the stream beyond
 * those of the content). PLAIN: one link, no extras. Before the first entry all is 0. Numbers as in packing.ts.
 */

/** Positions in a job's stream are multiples of this. */
export const SECTOR_BYTES = 512;

const FORM_MARK = 255;

const OWNED = 2;
const ADJACENT = 1;
const MODE_AS_BEFORE = 2;
const PLAIN = 1;

const Extra = {
  END: 0,
  LINK_TARGET: 1,
  LINK_FILE_INDEX: 2,
  SPECIAL_DEVICE: 3,
  DELTA_SEQUENCE: 4,
  /** Algorithm and digest, when the one is unknown here or the other not as long as it should be. */
  ODD_DIGEST: 5,
  /** An inode too large for differences. */
  LARGE_INODE: 6,
  /** The record's `extended` is set; no value. */
  EXTENDED: 7,
} as const;

const INODE_MAX = 2 ** 50;

const DIGEST_BYTES = new Map<number, number>([
  [DigestAlgorithm.UNSPECIFIED, 0],
  [DigestAlgorithm.MD5, 16],
  [DigestAlgorithm.SHA1, 20],
  [DigestAlgorithm.SHA256, 32],
  [DigestAlgorithm.SHA512, 64],
]);

/** The same, by algorithm: looked up for each entry that is read. */
const DIGEST_LENGTHS = Array.from({ length: 8 }, (_, algorithm) => DIGEST_BYTES.get(algorithm) ?? 0);

const NOTHING: Buffer = Buffer.alloc(0);

/** Of an entry, what the next one is compared with. */
interface Before {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly device: number | bigint;
  readonly inode: number;
  /** Where it ends in the stream, in sectors. */
  readonly sectorEnd: number;
  readonly overhead: number;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly atime: Time;
}

const NOTHING_BEFORE: Before = {
  mode: 0,
  uid: 0,
  gid: 0,
  device: 0,
  inode: 0,
  sectorEnd: 0,
  overhead: 0,
  mtime: EPOCH,
  ctime: EPOCH,
  atime: EPOCH,
};

export class EntryPacker {
  readonly #writer = new PackWriter();
  #before = NOTHING_BEFORE;
  #nameBefore = NOTHING;

  /** Bytes packed since the last take. */
  get length(): number {
    return this.#writer.length;
  }

  /** @throws RangeError when a field of the record is outside its range; what was packed is lost then. */
  add(name: Buffer, record: IncomingRecord): void {
    const writer = this.#writer;
    const before = this.#before;
    const { type, mode, uid, gid, device, sizeBytes, digestAlgorithm, linkCount } = record;
    if (type < 0 || type > 7) throw new RangeError(`unknown file type ${type}`);
    const mtime = { seconds: record.mtimeSeconds, nanoseconds: record.mtimeNanoseconds };
    const ctime = { seconds: record.ctimeSeconds, nanoseconds: record.ctimeNanoseconds };
    const atime = { seconds: record.atimeSeconds, nanoseconds: record.atimeNanoseconds };
    const [mForm, cForm, aForm] = [
      mtimeForm(mtime, before.mtime),
      changeTimeForm(ctime, mtime, before.ctime),
      changeTimeForm(atime, mtime, before.atime),
    ];
    const sector = sectors(record.streamOffset);
    const streamSectors = sectors(record.streamBytes);
    const overhead = streamSectors - contentSectors(type, sizeBytes);
    const inode = Number(record.inode) <= INODE_MAX ? Number(record.inode) : before.inode;
    const hasUsualDigest = DIGEST_BYTES.get(digestAlgorithm) === record.digest.length;

    const isOwned = uid === before.uid && gid === before.gid && device === before.device;
    const isAdjacent = sector === before.sectorEnd && overhead === before.overhead;
    const hasModeBefore = mode === before.mode;
    const isPlain = linkCount === 1 && hasUsualDigest && !hasExtras(record);
    if (writer.length === 0) writer.byte(FORM_MARK);
    const algorithm = hasUsualDigest ? digestAlgorithm : DigestAlgorithm.UNSPECIFIED;
    writer.byte((type << 5) | (algorithm << 2) | (isOwned ? OWNED : 0) | (isAdjacent ? ADJACENT : 0));
    writer.byte(
      (mForm << 6) |
        (cForm << 4) |
        (aForm << 2) |
        (hasModeBefore ? MODE_AS_BEFORE : 0) |
        (isPlain ? PLAIN : 0),
    );
    const shared = sharedLength(this.#nameBefore, name);
    writer.unsigned(shared);
    writer.text(name.subarray(shared));
    writer.unsigned(sizeBytes);
    if (!isOwned) {
      writer.unsigned(uid);
      writer.unsigned(gid);
      writer.unsigned(device);
    }
    if (!hasModeBefore) writer.unsigned(mode);
    writer.signed(inode - before.inode);
    if (!isAdjacent) {
      writer.unsigned(sector);
      writer.signed(overhead);
    }
    packMtime(writer, mForm, mtime);
    packChangeTime(writer, cForm, ctime, before.ctime);
    packChangeTime(writer, aForm, atime, before.atime);
    if (hasUsualDigest) writer.bytes(record.digest);
    if (!isPlain) packExtras(writer, record, hasUsualDigest);

    const sectorEnd = sector + streamSectors;
    this.#before = { mode, uid, gid, device, inode, sectorEnd, overhead, mtime, ctime, atime };
    this.#nameBefore = name;
  }

  /** What was packed; the next entry is a first one again. */
  take(): Buffer {
    this.#before = NOTHING_BEFORE;
    this.#nameBefore = NOTHING;
    return this.#writer.take();
  }
}

/** Reads packed entries one after the other. Fields are those of the entry reached. */
export class EntryReader {
  type: FileType = 0;
  size = 0;
  mode = 0;
  uid = 0;
  gid = 0;
  device: number | bigint = 0;
  specialDevice: number | bigint = 0;
  linkCount = 1;
  linkFileIndex = 0;
  linkTarget = NOTHING;
  deltaSequence = 0;
  extended = false;
  digestAlgorithm: number = DigestAlgorithm.UNSPECIFIED;
  digestLength = 0;
  mtime = EPOCH;
  ctime = EPOCH;
  atime = EPOCH;
  /** Offset of the entry in the job's stream, and where it ends there. */
  streamOffset = 0;
  streamEnd = 0;
  readonly #reader: PackReader;
  readonly #unpackChangeTime: typeof unpackChangeTime = unpackChangeTime;
  #name: Buffer = Buffer.alloc(64);
  #nameLength = 0;
  #nameView = NOTHING;
  #inode = 0;
  #overhead = 0;
  #digestStart = 0;
  #largeInode: number | bigint = 0;
  #hadExtras = false;

  /** @throws DamagedColumn */
  constructor(packed: Buffer) {
    this.#reader = new PackReader(packed);
    if (packed[0] !== FORM_MARK) this.#unpackChangeTime = unpackFirstChangeTime;
    else if (packed.length > 1) this.#reader.skip(1);
    else throw new DamagedColumn('packed entries end before the first of them');
  }

  /** A view, good until the next entry. */
  get name(): Buffer {
    if (this.#nameView.length !== this.#nameLength) this.#nameView = this.#name.subarray(0, this.#nameLength);
    return this.#nameView;
  }

  /** Whether a first look at the name, without the '/' of a directory, lets it pass: cheaper than `name`, which makes a view. */
  passes(sieve: (bytes: Buffer, length: number) => boolean): boolean {
    return sieve(this.#name, this.type === FileType.DIRECTORY ? this.#nameLength - 1 : this.#nameLength);
  }

  get nameLength(): number {
    return this.#nameLength;
  }

  get inode(): number | bigint {
    return this.#largeInode || this.#inode;
  }

  packName(writer: PackWriter): void {
    writer.part(this.#name, 0, this.#nameLength);
  }

  packDigest(writer: PackWriter): void {
    this.#reader.copyPart(writer, this.#digestStart, this.digestLength);
  }

  isNamed(name: Buffer): boolean {
    const length = this.#nameLength;
    return name.length === length && this.#name.compare(name, 0, length, 0, length) === 0;
  }

  /** Goes to the next entry, or answers false. @throws DamagedColumn */
  next(): boolean {
    const reader = this.#reader;
    if (reader.atEnd) return false;
    const kinds = reader.byte();
    const forms = reader.byte();
    this.type = (kinds >> 5) as FileType;
    this.#readName();
    this.size = reader.unsigned();
    if (!(kinds & OWNED)) {
      this.uid = reader.unsigned();
      this.gid = reader.unsigned();
      this.device = reader.unsigned64();
    }
    if (!(forms & MODE_AS_BEFORE)) this.mode = reader.unsigned();
    this.#inode += reader.signed();
    this.streamOffset = this.streamEnd;
    if (!(kinds & ADJACENT)) {
      this.streamOffset = reader.unsigned() * SECTOR_BYTES;
      this.#overhead = reader.signed();
    }
    this.streamEnd =
      this.streamOffset + (contentSectors(this.type, this.size) + this.#overhead) * SECTOR_BYTES;
    this.mtime = unpackMtime(reader, (forms >> 6) as TimeForm, this.mtime);
    this.ctime = this.#unpackChangeTime(reader, ((forms >> 4) & 3) as TimeForm, this.mtime, this.ctime);
    this.atime = this.#unpackChangeTime(reader, ((forms >> 2) & 3) as TimeForm, this.mtime, this.atime);
    this.digestAlgorithm = (kinds >> 2) & 7;
    this.digestLength = DIGEST_LENGTHS[this.digestAlgorithm] ?? 0;
    this.#digestStart = reader.skip(this.digestLength);
    this.linkCount = 1;
    if (this.#hadExtras) this.#clearExtras();
    if (!(forms & PLAIN)) this.#readExtras();
    return true;
  }

  /** The whole record of the entry. Digest and link target are views into the packed bytes. */
  record(path: Buffer, fileIndex: number): FileRecord {
    return {
      path,
      fileIndex,
      type: this.type,
      mode: this.mode,
      uid: this.uid,
      gid: this.gid,
      sizeBytes: this.size,
      mtimeSeconds: this.mtime.seconds,
      mtimeNanoseconds: this.mtime.nanoseconds,
      ctimeSeconds: this.ctime.seconds,
      ctimeNanoseconds: this.ctime.nanoseconds,
      atimeSeconds: this.atime.seconds,
      atimeNanoseconds: this.atime.nanoseconds,
      device: BigInt(this.device),
      inode: BigInt(this.inode),
      linkCount: this.linkCount,
      specialDevice: BigInt(this.specialDevice),
      linkTarget: this.linkTarget,
      linkFileIndex: this.linkFileIndex,
      streamOffset: this.streamOffset,
      streamBytes: this.streamEnd - this.streamOffset,
      digestAlgorithm: this.digestAlgorithm as DigestAlgorithm,
      digest: this.#reader.viewAt(this.#digestStart, this.digestLength),
      deltaSequence: this.deltaSequence,
      deleted: fileIndex === 0,
      extended: this.extended,
    };
  }

  #readName(): void {
    const shared = this.#reader.unsigned();
    const rest = this.#reader.unsigned();
    const start = this.#reader.skip(rest);
    const length = shared + rest;
    if (shared > this.#nameLength) throw new DamagedColumn('a packed name goes on from a longer one');
    if (length > this.#name.length) {
      const grown = Buffer.alloc(length * 2);
      this.#name.copy(grown, 0, 0, shared);
      this.#name = grown;
      this.#nameView = NOTHING;
    }
    this.#reader.copyTo(this.#name, shared, start, rest);
    this.#nameLength = length;
  }

  #clearExtras(): void {
    this.#hadExtras = false;
    this.linkFileIndex = 0;
    this.linkTarget = NOTHING;
    this.specialDevice = 0;
    this.deltaSequence = 0;
    this.#largeInode = 0;
    this.extended = false;
  }

  #readExtras(): void {
    const reader = this.#reader;
    this.#hadExtras = true;
    this.linkCount = reader.unsigned();
    for (;;) {
      const tag = reader.byte();
      switch (tag) {
        case Extra.END:
          return;
        case Extra.LINK_TARGET:
          this.linkTarget = reader.textView();
          break;
        case Extra.LINK_FILE_INDEX:
          this.linkFileIndex = reader.unsigned();
          break;
        case Extra.SPECIAL_DEVICE:
          this.specialDevice = reader.unsigned64();
          break;
        case Extra.DELTA_SEQUENCE:
          this.deltaSequence = reader.unsigned();
          break;
        case Extra.ODD_DIGEST:
          this.digestAlgorithm = reader.unsigned();
          this.digestLength = reader.unsigned();
          this.#digestStart = reader.skip(this.digestLength);
          break;
        case Extra.LARGE_INODE:
          this.#largeInode = reader.unsigned64();
          break;
        case Extra.EXTENDED:
          this.extended = true;
          break;
        default:
          throw new DamagedColumn(`a packed entry has an unknown part ${tag}`);
      }
    }
  }
}

function hasExtras(record: IncomingRecord): boolean {
  return (
    record.linkTarget.length > 0 ||
    record.linkFileIndex !== 0 ||
    Number(record.specialDevice) !== 0 ||
    record.deltaSequence !== 0 ||
    record.extended ||
    Number(record.inode) > INODE_MAX
  );
}

function packExtras(writer: PackWriter, record: IncomingRecord, hasUsualDigest: boolean): void {
  writer.unsigned(record.linkCount);
  if (record.linkTarget.length > 0) {
    writer.byte(Extra.LINK_TARGET);
    writer.text(record.linkTarget);
  }
  if (record.linkFileIndex !== 0) {
    writer.byte(Extra.LINK_FILE_INDEX);
    writer.unsigned(record.linkFileIndex);
  }
  if (Number(record.specialDevice) !== 0) {
    writer.byte(Extra.SPECIAL_DEVICE);
    writer.unsigned(record.specialDevice);
  }
  if (record.deltaSequence !== 0) {
    writer.byte(Extra.DELTA_SEQUENCE);
    writer.unsigned(record.deltaSequence);
  }
  if (!hasUsualDigest) {
    writer.byte(Extra.ODD_DIGEST);
    writer.unsigned(record.digestAlgorithm);
    writer.text(record.digest);
  }
  if (Number(record.inode) > INODE_MAX) {
    writer.byte(Extra.LARGE_INODE);
    writer.unsigned(record.inode);
  }
  if (record.extended) writer.byte(Extra.EXTENDED);
  writer.byte(Extra.END);
}

/** How many bytes both begin with. */
function sharedLength(a: Buffer, b: Buffer): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

function contentSectors(type: FileType, size: number): number {
  return type === FileType.REGULAR ? Math.ceil(size / SECTOR_BYTES) : 0;
}

function sectors(bytes: number): number {
  if (bytes % SECTOR_BYTES !== 0)
    throw new RangeError(`stream position ${bytes} is no multiple of ${SECTOR_BYTES}`);
  return bytes / SECTOR_BYTES;
}
