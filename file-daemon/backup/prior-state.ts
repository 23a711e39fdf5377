import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import type { BytePath } from '../byte-path.ts';
import { plainPath } from './resume-point.ts';

/** What the main thread gives the worker of an accurate job, as often as it is asked. */
export interface PriorBatch {
  /** An encoded FileRecordBatch, in walk order. */
  readonly batch: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

/** The records that the backups before left, one after the other, in walk order. */
export class PriorState {
  readonly #receive: () => PriorBatch;
  #records: readonly FileRecord[] = [];
  #next = 0;
  #isLast = false;
  /** The record at hand; undefined at the end. */
  record: FileRecord | undefined;
  /** Its path, without the slash of a directory. */
  path: BytePath = '';

  /** @param receive Waits for the next batch; not called behind the last one. */
  constructor(receive: () => PriorBatch) {
    this.#receive = receive;
    this.advance();
  }

  advance(): void {
    while (this.#next === this.#records.length && !this.#isLast) {
      const { batch, isLast } = this.#receive();
      this.#records = FileRecordBatch.decode(batch).records;
      this.#next = 0;
      this.#isLast = isLast;
    }
    this.record = this.#records[this.#next++];
    if (this.record === undefined) return;
    this.path = plainPath(this.record.path);
  }
}
