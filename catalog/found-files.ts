import { CatalogError } from './catalog-error.ts';
import type { Connection } from './connection.ts';
import { fileWriterOf } from './durable.ts';
import { messageOf, OperatorError } from '../errors/operator-error.ts';
import { readRecords } from './record-batch-reader.ts';

/**
 * Adds what a Verify job at level InitCatalog found on disk, in the order in which it was found. Nothing of it lies on a
 * volume.
 * @param records an encoded RecordsContent
 * @throws CatalogError CAT_REPORT_REFUSED when the records contradict one another.
 */
export function addFound(
  db: Connection,
  { jobId, records }: { readonly jobId: number; readonly records: Uint8Array },
): void {
  try {
    fileWriterOf(db).add(jobId, readRecords(records), 0);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof OperatorError)) throw error;
    const text = `What the client reports as found for JobId ${jobId} cannot be right: ${messageOf(error)}`;
    throw new CatalogError('CAT_REPORT_REFUSED', text, {
      cause: error,
      hint: 'Run the job again; if this comes back, check that all daemons have the same version.',
    });
  }
}
