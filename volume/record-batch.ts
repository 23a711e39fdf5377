import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { messageOf } from '../errors/operator-error.ts';
import type { FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch, type RecordsContent } from '../proto/noctule/record/v1/volume_members.ts';
import { MemberDamaged } from './volume-errors.ts';

/** Most bytes of encoded file records in one member, before they are deflated. */
export const RECORD_BATCH_BYTES_MAX = 60 * 1024;

/** File records on their way into a member of kind `records`, encoded as they come. */
export class RecordBatch {
  #records: Uint8Array[] = [];
  /** Keeps its memory from record to record. */
  readonly #writer = new BinaryWriter();
  #encodedBytes = 0;

  get count(): number {
    return this.#records.length;
  }

  /** Adds the record, or answers false because it does not fit any more: take() first. */
  add(record: FileRecord): boolean {
    // A batch with this one record only: protobuf messages of repeated fields may be joined byte by byte.
    const encoded = FileRecordBatch.encode({ records: [record] }, this.#writer).finish();
    if (this.#encodedBytes + encoded.length > RECORD_BATCH_BYTES_MAX) {
      if (this.count === 0)
        throw new RangeError(`A file record of ${encoded.length} bytes does not fit in a batch`);
      return false;
    }
    this.#records.push(encoded);
    this.#encodedBytes += encoded.length;
    return true;
  }

  /** The records added since the last take, deflated when that makes them smaller; undefined when there are none. */
  take(): RecordsContent | undefined {
    if (this.count === 0) return undefined;
    const plain = Buffer.concat(this.#records, this.#encodedBytes);
    const deflated = deflateRawSync(plain, { level: 4 });
    const isSmaller = deflated.length < plain.length;
    const content = { deflated: isSmaller, batch: isSmaller ? deflated : plain, recordCount: this.count };
    this.#records = [];
    this.#encodedBytes = 0;
    return content;
  }
}

/** The file records of a member of kind `records`. @throws MemberDamaged */
export function unpackRecords(content: RecordsContent): FileRecord[] {
  let records;
  try {
    const plain = content.deflated
      ? inflateRawSync(content.batch, { maxOutputLength: RECORD_BATCH_BYTES_MAX })
      : content.batch;
    ({ records } = FileRecordBatch.decode(plain));
  } catch (cause) {
    throw new MemberDamaged(`A batch of file records cannot be decoded: ${messageOf(cause)}`, { cause });
  }
  if (records.length !== content.recordCount) {
    throw new MemberDamaged(
      `A batch holds ${records.length} file records, its member says ${content.recordCount}`,
    );
  }
  return records;
}
