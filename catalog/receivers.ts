import type { FileRecord } from '../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../proto/noctule/record/v1/volume_members.ts';
import type { FilesCursor, FilesPage } from './inputs.ts';

/** A page of files as it crosses from the worker. */
export interface EncodedFilesPage {
  readonly batch: Uint8Array<ArrayBuffer>;
  readonly next?: FilesCursor;
}

export function decodeFilesPage({ batch, next }: EncodedFilesPage): FilesPage {
  const { records: files } = FileRecordBatch.decode(batch);
  return next === undefined ? { files } : { files, next };
}

export function decodeFileRecords({ batch }: { readonly batch: Uint8Array }): FileRecord[] {
  return FileRecordBatch.decode(batch).records;
}

/**
 * How the main thread takes a result that is encoded on its way, by the name of the operation; any other is taken as it is.
 * Apart from the operations, which the main thread does not load: they are a tenth of a Director's start.
 */
export const receivers = { filesPage: decodeFilesPage, fileRecords: decodeFileRecords };
