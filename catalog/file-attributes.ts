import { DigestAlgorithm, FileType, type FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import { PackReader, PackWriter } from './packing.ts';
import type { IncomingRecord } from './record-batch-reader.ts';

/**
 * The column Attributes of FileEntry: everything of a file record but its path, index and size, in the fewest bytes.
 *
 *     byte 0    bits 7-5 type, 4-2 digest algorithm, 1 the link count is 1, 0 the group is the owner's number
 *     byte 1    bits 7-6 mode (COMMON_MODES), 5-4 mtime, 3-2 ctime, 1-0 atime (TimeForm)
 *     then      mode if not a common one; uid; gid if not the uid; device; inode; link count if not 1;
 *               stream offset in sectors; sectors of the stream beyond those of the content, signed;
 *               mtime, ctime, atime, each in its form; digest, as long as its algorithm says
 *     then      to the end: extras, each a tag and its value
 *
 * Numbers are those of packing.ts. The type has the highest bits so that SQL can ask for it with a range of bytes.
 */

/** Positions in a job's stream are multiples of this. */
export const SECTOR_BYTES = 512;

const COMMON_MODES = [undefined, 0o100644, 0o100755, 0o040755];

const TimeForm = {
  /** ctime, atime: the mtime; mtime: the epoch. No bytes. */
  SAME: 0,
  /** Four bytes: seconds; the nanoseconds are 0. */
  SECONDS: 1,
  /** Eight bytes: seconds * 2^30 + nanoseconds, for the years 1970 to 2514. */
  NANOSECONDS: 2,
  /** Eight bytes: seconds, signed; then a number: nanoseconds. */
  ANY: 3,
} as const;

const SECONDS_END = 2 ** 34;

const Extra = {
  LINK_TARGET: 1,
  LINK_FILE_INDEX: 2,
  SPECIAL_DEVICE: 3,
  DELTA_SEQUENCE: 4,
  /** Algorithm and digest, when the one is unknown here or the other not as long as it should be. */
  ODD_DIGEST: 5,
} as const;

const DIGEST_BYTES = new Map<number, number>([
  [DigestAlgorithm.UNSPECIFIED, 0],
  [DigestAlgorithm.MD5, 16],
  [DigestAlgorithm.SHA1, 20],
  [DigestAlgorithm.SHA256, 32],
  [DigestAlgorithm.SHA512, 64],
]);

interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const EPOCH: Time = { seconds: 0, nanoseconds: 0 };

const writer = new PackWriter();

/** @throws RangeError when a field of the record is outside its range. */
export function packAttributes(record: IncomingRecord): Buffer {
  const { mode, uid, gid, linkCount, linkTarget } = record;
  if (record.type < 0 || record.type > 7) throw new RangeError(`unknown file type ${record.type}`);
  const mtime = { seconds: record.mtimeSeconds, nanoseconds: record.mtimeNanoseconds };
  const ctime = { seconds: record.ctimeSeconds, nanoseconds: record.ctimeNanoseconds };
  const atime = { seconds: record.atimeSeconds, nanoseconds: record.atimeNanoseconds };
  const mtimeForm = timeForm(mtime, EPOCH);
  const ctimeForm = timeForm(ctime, mtime);
  const atimeForm = timeForm(atime, mtime);
  const digestIsPlain = DIGEST_BYTES.get(record.digestAlgorithm) === record.digest.length;
  const algorithm = digestIsPlain ? record.digestAlgorithm : DigestAlgorithm.UNSPECIFIED;
  const commonMode = Math.max(0, COMMON_MODES.indexOf(mode));

  writer.clear();
  writer.byte((record.type << 5) | (algorithm << 2) | (linkCount === 1 ? 2 : 0) | (gid === uid ? 1 : 0));
  writer.byte((commonMode << 6) | (mtimeForm << 4) | (ctimeForm << 2) | atimeForm);
  if (commonMode === 0) writer.unsigned(mode);
  writer.unsigned(uid);
  if (gid !== uid) writer.unsigned(gid);
  writer.unsigned(record.device);
  writer.unsigned(record.inode);
  if (linkCount !== 1) writer.unsigned(linkCount);
  writer.unsigned(sectors(record.streamOffset));
  writer.signed(sectors(record.streamBytes) - contentSectors(record.type, record.sizeBytes));
  packTime(mtime, mtimeForm);
  packTime(ctime, ctimeForm);
  packTime(atime, atimeForm);
  if (digestIsPlain) writer.bytes(record.digest);

  if (linkTarget.length > 0) {
    writer.byte(Extra.LINK_TARGET);
    writer.text(linkTarget);
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
  if (!digestIsPlain) {
    writer.byte(Extra.ODD_DIGEST);
    writer.unsigned(record.digestAlgorithm);
    writer.text(record.digest);
  }
  return writer.take();
}

/** The record whose columns these are. A deleted one has the index 0. @throws RangeError when they are damaged. */
export function unpackRecord(columns: {
  path: Buffer;
  fileIndex: number;
  size: number;
  attributes: Buffer;
}): FileRecord {
  const reader = new PackReader(columns.attributes);
  const kinds = reader.byte();
  const forms = reader.byte();
  const type = (kinds >> 5) as FileType;
  const digestAlgorithm = ((kinds >> 2) & 7) as DigestAlgorithm;
  const mode = COMMON_MODES[forms >> 6] ?? reader.unsigned();
  const uid = reader.unsigned();
  const gid = kinds & 1 ? uid : reader.unsigned();
  const device = BigInt(reader.unsigned64());
  const inode = BigInt(reader.unsigned64());
  const linkCount = kinds & 2 ? 1 : reader.unsigned();
  const streamSector = reader.unsigned();
  const streamSectors = reader.signed() + contentSectors(type, columns.size);
  const mtime = unpackTime(reader, (forms >> 4) & 3, EPOCH);
  const ctime = unpackTime(reader, (forms >> 2) & 3, mtime);
  const atime = unpackTime(reader, forms & 3, mtime);

  const record: FileRecord = {
    path: columns.path,
    fileIndex: columns.fileIndex,
    type,
    mode,
    uid,
    gid,
    sizeBytes: columns.size,
    mtimeSeconds: mtime.seconds,
    mtimeNanoseconds: mtime.nanoseconds,
    ctimeSeconds: ctime.seconds,
    ctimeNanoseconds: ctime.nanoseconds,
    atimeSeconds: atime.seconds,
    atimeNanoseconds: atime.nanoseconds,
    device,
    inode,
    linkCount,
    specialDevice: 0n,
    linkTarget: Buffer.alloc(0),
    linkFileIndex: 0,
    streamOffset: streamSector * SECTOR_BYTES,
    streamBytes: streamSectors * SECTOR_BYTES,
    digestAlgorithm,
    digest: Buffer.from(reader.view(DIGEST_BYTES.get(digestAlgorithm) ?? 0)),
    deltaSequence: 0,
    deleted: columns.fileIndex === 0,
  };
  while (!reader.atEnd) unpackExtra(reader, record);
  return record;
}

/** The Attributes of entries of this type, and of no others, are at or after `first` and before `end`. */
export function attributesOfType(type: FileType): { first: Buffer; end: Buffer } {
  return { first: Buffer.of(type << 5), end: Buffer.of((type + 1) << 5) };
}

function unpackExtra(reader: PackReader, record: FileRecord): void {
  const tag = reader.byte();
  switch (tag) {
    case Extra.LINK_TARGET:
      record.linkTarget = Buffer.from(reader.textView());
      break;
    case Extra.LINK_FILE_INDEX:
      record.linkFileIndex = reader.unsigned();
      break;
    case Extra.SPECIAL_DEVICE:
      record.specialDevice = BigInt(reader.unsigned64());
      break;
    case Extra.DELTA_SEQUENCE:
      record.deltaSequence = reader.unsigned();
      break;
    case Extra.ODD_DIGEST:
      record.digestAlgorithm = reader.unsigned() as DigestAlgorithm;
      record.digest = Buffer.from(reader.textView());
      break;
    default:
      throw new RangeError(`packed attributes have an unknown part ${tag}`);
  }
}

function timeForm(time: Time, reference: Time): number {
  if (time.seconds === reference.seconds && time.nanoseconds === reference.nanoseconds) return TimeForm.SAME;
  if (time.seconds < 0 || time.seconds >= SECONDS_END || time.nanoseconds >= 2 ** 30) return TimeForm.ANY;
  return time.nanoseconds === 0 && time.seconds < 2 ** 32 ? TimeForm.SECONDS : TimeForm.NANOSECONDS;
}

function packTime(time: Time, form: number): void {
  const { seconds } = time;
  if (form === TimeForm.SECONDS) {
    writer.uint32(seconds);
  } else if (form === TimeForm.NANOSECONDS) {
    writer.uint32(((seconds % 4) * 2 ** 30) + time.nanoseconds);
    writer.uint32(Math.floor(seconds / 4));
  } else if (form === TimeForm.ANY) {
    writer.int64(seconds);
    writer.unsigned(time.nanoseconds);
  }
}

function unpackTime(reader: PackReader, form: number, reference: Time): Time {
  if (form === TimeForm.SAME) return reference;
  if (form === TimeForm.SECONDS) return { seconds: reader.uint32(), nanoseconds: 0 };
  if (form === TimeForm.ANY) return { seconds: reader.int64(), nanoseconds: reader.unsigned() };
  const low = reader.uint32();
  return { seconds: reader.uint32() * 4 + (low >>> 30), nanoseconds: low & 0x3fff_ffff };
}

function contentSectors(type: FileType, size: number): number {
  return type === FileType.REGULAR ? Math.ceil(size / SECTOR_BYTES) : 0;
}

function sectors(bytes: number): number {
  if (bytes % SECTOR_BYTES !== 0) throw new RangeError(`stream position ${bytes} is no multiple of ${SECTOR_BYTES}`);
  return bytes / SECTOR_BYTES;
}
