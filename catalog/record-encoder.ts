import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { FileRecord } from '../proto/noctule/record/v1/file_record.ts';

/** Tag of FileRecordBatch.records: field 1, bytes. */
const RECORDS_TAG = (1 << 3) | 2;

/**
 * Encodes file records one by one into a FileRecordBatch, for their way to the main thread: a fifth of the cost of
 * copying the objects, and no more than one of them in memory at a time.
 */
export class RecordEncoder {
  count = 0;
  readonly #writer = new BinaryWriter();

  add(record: FileRecord): void {
    FileRecord.encode(record, this.#writer.uint32(RECORDS_TAG).fork()).join();
    this.count++;
  }

  /** In memory of its own, which may be moved to another thread. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#writer.finish();
  }
}
