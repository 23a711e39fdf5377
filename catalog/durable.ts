import { messageOf, OperatorError } from '../errors/operator-error.ts';
import { addBlockRun, streamEnd } from './block-runs.ts';
import { CatalogError } from './catalog-error.ts';
import { toColumn, type Connection } from './connection.ts';
import { FileWriter } from './file-writer.ts';
import type { DurableReport } from './inputs.ts';
import { addToJobMedia } from './job-media.ts';
import { readRecords, type IncomingRecord } from './record-batch-reader.ts';

const JOB_AND_VOLUME = `
  SELECT j.Job, v.VolumeName FROM JobRun j LEFT JOIN Volume v ON v.MediaId = :mediaId WHERE j.JobId = :jobId`;

const VOLUME_GREW = `
  UPDATE Volume SET VolBytes = :volumeBytes, VolBlocks = VolBlocks + :blocks,
         LastWritten = :at, FirstWritten = coalesce(FirstWritten, :at)
   WHERE MediaId = :mediaId`;

/**
 * Writes down what a storage daemon reports as synced: blocks, the files that they complete, the volume's new size.
 * All of a report or nothing, so that the catalog never names bytes that may be lost (durability rule 1). Reports of a
 * job come in order; each must follow on the one before.
 * @throws CatalogError CAT_REPORT_REFUSED when it does not, or contradicts itself.
 */
export function addDurable(db: Connection, { jobId, mediaId, durable, at }: DurableReport): void {
  const known = db.get<{ Job: string; VolumeName: string | null }>(JOB_AND_VOLUME, { jobId, mediaId });
  if (known === undefined) throw new CatalogError('CAT_NOT_FOUND', `There is no job ${jobId} in the catalog`);
  try {
    if (known.VolumeName !== durable.volumeName) {
      throw new RangeError(`volume ${mediaId} is "${known.VolumeName}", not "${durable.volumeName}"`);
    }
    writeReport(db, { jobId, mediaId, durable, at });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof OperatorError)) throw error;
    throw new CatalogError(
      'CAT_REPORT_REFUSED',
      `What the storage daemon reports as written for job ${known.Job} on volume "${durable.volumeName}" ` +
        `cannot be right: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'Run the job again; if this comes back, check that all daemons have the same version.',
      },
    );
  }
}

function writeReport(db: Connection, { jobId, mediaId, durable, at }: DurableReport): void {
  const blocks = durable.blocks?.memberBytes.length ? durable.blocks : undefined;
  const { volumeBytes } = durable;
  const end = blocks
    ? addBlockRun(db, jobId, mediaId, blocks)
    : { ...streamEnd(db, jobId), volumeEnd: volumeBytes };
  const files = fileWriterOf(db).add(jobId, recordsOf(durable.records), end.streamBytes);
  if (blocks === undefined && durable.records.length === 0) return;
  addToJobMedia(db, {
    jobId,
    mediaId,
    startAddress: blocks ? blocks.volumeOffset : volumeBytes,
    endAddress: Math.max(0, end.volumeEnd - 1),
    files,
  });
  db.run(VOLUME_GREW, { mediaId, volumeBytes, blocks: blocks?.memberBytes.length ?? 0, at: toColumn(at) });
}

export function* recordsOf(members: readonly Uint8Array[]): Generator<IncomingRecord> {
  for (const member of members) yield* readRecords(member);
}

const fileWriters = new WeakMap<Connection, FileWriter>();

/** What this thread remembers of the files of running jobs. */
export function fileWriterOf(db: Connection): FileWriter {
  let writer = fileWriters.get(db);
  if (writer === undefined) fileWriters.set(db, (writer = new FileWriter(db)));
  return writer;
}
