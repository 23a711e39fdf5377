import type { Connection } from './connection.ts';
import { directoryTreeOf } from './directory-paths.ts';
import { JobFiles } from './file-runs.ts';
import { RecordEncoder } from './record-encoder.ts';

/** The file records under these indexes of a job, by index. Those that are not there are left out. */
export function fileRecords(
  db: Connection,
  { jobId, fileIndexes }: { readonly jobId: number; readonly fileIndexes: readonly number[] },
): { readonly batch: Uint8Array<ArrayBuffer> } {
  const files = new JobFiles(db, jobId);
  const tree = directoryTreeOf(db);
  const records = new RecordEncoder();
  for (const fileIndex of fileIndexes.toSorted((a, b) => a - b)) {
    const file = files.at(fileIndex);
    if (file) records.add(tree.node(file.pathId).path, file.entry, fileIndex);
  }
  return { batch: records.finish() };
}
