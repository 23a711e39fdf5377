import { inflateRawSync } from 'node:zlib';
import { messageOf } from '../errors/operator-error.ts';
import type { FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import { RecordsContent } from '../proto/noctule/record/v1/volume_members.ts';
import { RECORD_BATCH_BYTES_MAX } from '../volume/record-batch.ts';
import { PackReader } from './packing.ts';

/** A file record on its way into the catalog: numbers of devices and inodes are bigint only where they must be. */
export type IncomingRecord = Omit<FileRecord, 'device' | 'inode' | 'specialDevice'> & {
  device: number | bigint;
  inode: number | bigint;
  specialDevice: number | bigint;
};

const NOTHING: Buffer = Buffer.alloc(0);

/** One chunk takes a whole batch. */
const INFLATE_OPTIONS = { chunkSize: RECORD_BATCH_BYTES_MAX, maxOutputLength: RECORD_BATCH_BYTES_MAX };

/** Field numbers of FileRecordBatch and FileRecord, as file_record.proto gives them. */
const BATCH_RECORDS = 1;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * The file records of a `records` member (an encoded RecordsContent). This is the generated decoder over again, for
 * the one place where its speed matters: it makes five buffers and four bigints for each record, this one two views
 * and none. Views point into memory that nobody writes to.
 * @throws RangeError when the bytes are no such batch.
 */
export function readRecords(member: Uint8Array): IncomingRecord[] {
  const { batch, recordCount } = unwrap(member);
  const reader = new PackReader(batch);
  const records: IncomingRecord[] = [];
  while (!reader.atEnd) {
    const tag = reader.unsigned();
    if (tag === ((BATCH_RECORDS << 3) | BYTES)) records.push(readRecord(reader.textView()));
    else skipField(reader, tag & 7);
  }
  if (records.length !== recordCount) {
    throw new RangeError(`a batch holds ${records.length} file records, its member says ${recordCount}`);
  }
  return records;
}

function unwrap(member: Uint8Array): { batch: Buffer; recordCount: number } {
  try {
    const { deflated, batch, recordCount } = RecordsContent.decode(member);
    return { batch: deflated ? inflateRawSync(batch, INFLATE_OPTIONS) : batch, recordCount };
  } catch (cause) {
    throw new RangeError(`a batch of file records cannot be decoded: ${messageOf(cause)}`, { cause });
  }
}

function readRecord(bytes: Buffer): IncomingRecord {
  const reader = new PackReader(bytes);
  const record: IncomingRecord = {
    path: NOTHING,
    fileIndex: 0,
    type: 0,
    mode: 0,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    ctimeSeconds: 0,
    ctimeNanoseconds: 0,
    atimeSeconds: 0,
    atimeNanoseconds: 0,
    device: 0,
    inode: 0,
    linkCount: 0,
    specialDevice: 0,
    linkTarget: NOTHING,
    linkFileIndex: 0,
    streamOffset: 0,
    streamBytes: 0,
    digestAlgorithm: 0,
    digest: NOTHING,
    deltaSequence: 0,
    deleted: false,
    extended: false,
  };
  while (!reader.atEnd) {
    const tag = reader.unsigned();
    if (!readField(record, tag, reader)) skipField(reader, tag & 7);
  }
  return record;
}

/** Whether the tag (field number and wire type) is one of a FileRecord. */
function readField(record: IncomingRecord, tag: number, reader: PackReader): boolean {
  switch (tag) {
    case (1 << 3) | BYTES:
      record.path = reader.textView();
      return true;
    case (2 << 3) | VARINT:
      record.fileIndex = reader.unsigned();
      return true;
    case (3 << 3) | VARINT:
      record.type = reader.unsigned() as FileRecord['type'];
      return true;
    case (4 << 3) | VARINT:
      record.mode = reader.unsigned();
      return true;
    case (5 << 3) | VARINT:
      record.uid = reader.unsigned();
      return true;
    case (6 << 3) | VARINT:
      record.gid = reader.unsigned();
      return true;
    case (7 << 3) | VARINT:
      record.sizeBytes = reader.unsigned();
      return true;
    case (8 << 3) | VARINT:
      record.mtimeSeconds = reader.signed();
      return true;
    case (9 << 3) | VARINT:
      record.mtimeNanoseconds = reader.unsigned();
      return true;
    case (10 << 3) | VARINT:
      record.ctimeSeconds = reader.signed();
      return true;
    case (11 << 3) | VARINT:
      record.ctimeNanoseconds = reader.unsigned();
      return true;
    case (12 << 3) | VARINT:
      record.atimeSeconds = reader.signed();
      return true;
    case (13 << 3) | VARINT:
      record.atimeNanoseconds = reader.unsigned();
      return true;
    case (14 << 3) | VARINT:
      record.device = reader.unsigned64();
      return true;
    case (15 << 3) | VARINT:
      record.inode = reader.unsigned64();
      return true;
    case (16 << 3) | VARINT:
      record.linkCount = reader.unsigned();
      return true;
    case (17 << 3) | VARINT:
      record.specialDevice = reader.unsigned64();
      return true;
    case (18 << 3) | BYTES:
      record.linkTarget = reader.textView();
      return true;
    case (19 << 3) | VARINT:
      record.linkFileIndex = reader.unsigned();
      return true;
    case (20 << 3) | VARINT:
      record.streamOffset = reader.unsigned();
      return true;
    case (21 << 3) | VARINT:
      record.streamBytes = reader.unsigned();
      return true;
    case (22 << 3) | VARINT:
      record.digestAlgorithm = reader.unsigned() as FileRecord['digestAlgorithm'];
      return true;
    case (23 << 3) | BYTES:
      record.digest = reader.textView();
      return true;
    case (24 << 3) | VARINT:
      record.deltaSequence = reader.unsigned();
      return true;
    case (25 << 3) | VARINT:
      record.deleted = reader.unsigned() !== 0;
      return true;
    case (26 << 3) | VARINT:
      record.extended = reader.unsigned() !== 0;
      return true;
    default:
      return false;
  }
}

/** A field of a later version. */
function skipField(reader: PackReader, wireType: number): void {
  if (wireType === VARINT) reader.unsigned64();
  else if (wireType === FIXED64) reader.view(8);
  else if (wireType === BYTES) reader.textView();
  else if (wireType === FIXED32) reader.view(4);
  else throw new RangeError(`a file record has a field of wire type ${wireType}`);
}
