import { messageOf } from '../errors/operator-error.ts';
import { addBlockRun, streamEnd } from './block-runs.ts';
import { CatalogError } from './catalog-error.ts';
import type { Connection } from './connection.ts';
import { fileWriterOf, recordsOf } from './durable.ts';
import { forgetFiles, forgetPlaces } from './forget.ts';
import type { RecalledPart } from './inputs.ts';
import { addToJobMedia } from './job-media.ts';

/**
 * File records that come back from the volumes, of jobs that have ended. Nothing of a volume changes by it: its size in the
 * catalog is what an append goes by. Until the end of it the job counts as one whose files were purged, so that what a crash
 * leaves is neither restored from nor compared with.
 */

/** @param places `known`: where the job's blocks lie stays; `forgotten`: it comes back too. */
export function beginRecall(
  db: Connection,
  { jobId, places }: { readonly jobId: number; readonly places: 'known' | 'forgotten' },
): void {
  forgetFiles(db, jobId);
  if (places === 'forgotten') forgetPlaces(db, jobId);
  db.run('UPDATE JobRun SET PurgedFiles = 1 WHERE JobId = :jobId', { jobId });
  fileWriterOf(db).forgetJob(jobId);
}

/**
 * Adds a part behind the one before: as addDurable, whole or not at all.
 * @throws CatalogError CAT_REPORT_REFUSED when it does not follow on it.
 */
export function addRecalled(db: Connection, { jobId, mediaId, durable, places }: RecalledPart): void {
  try {
    const blocks = durable.blocks?.memberBytes.length ? durable.blocks : undefined;
    const isAdded = places === 'forgotten' && blocks !== undefined;
    const end = isAdded ? addBlockRun(db, jobId, mediaId, blocks) : streamEnd(db, jobId);
    const files = fileWriterOf(db).add(jobId, recordsOf(durable.records), end.streamBytes);
    if (places === 'known') return;
    addToJobMedia(db, {
      ...{ jobId, mediaId, files },
      startAddress: blocks ? blocks.volumeOffset : durable.volumeBytes,
      endAddress: durable.volumeBytes - 1,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CatalogError(
      'CAT_REPORT_REFUSED',
      `What volume "${durable.volumeName}" says of job ${jobId} does not follow on what was read before: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'Name all volumes of the job in the bootstrap file, in the order in which they were written.',
      },
    );
  }
}

/** All records are there. */
export function endRecall(db: Connection, jobId: number): void {
  db.run('UPDATE JobRun SET PurgedFiles = 0 WHERE JobId = :jobId', { jobId });
  fileWriterOf(db).forgetJob(jobId);
}

/** It came to nothing: all is as before it. A job that came from the volumes goes, and no volume counts as empty for that. */
export function abandonRecall(
  db: Connection,
  { jobId, places }: { readonly jobId: number; readonly places: 'known' | 'forgotten' },
): void {
  beginRecall(db, { jobId, places });
  if (places === 'forgotten') db.run('DELETE FROM JobRun WHERE JobId = :jobId', { jobId });
}
