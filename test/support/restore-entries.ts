import type { RestoreEntries } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';

/** A file that a restore is to write. */
export interface RestoreEntry {
  readonly volSessionId: number;
  readonly volSessionTime: number;
  readonly record: FileRecord;
}

type Encoded = Pick<RestoreEntries, 'volSessionId' | 'volSessionTime'> & { readonly batch: Uint8Array };

/** What a page of a plan holds, or the message that it is sent in. */
export function entriesOf({ volSessionId, volSessionTime, batch }: Encoded): RestoreEntry[] {
  return FileRecordBatch.decode(batch).records.map((record) => ({ volSessionId, volSessionTime, record }));
}
