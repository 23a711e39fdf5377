import type { Catalog } from '../../catalog/catalog.ts';
import type { JobRow, SavedPart } from '../../catalog/rows.ts';
import type { FileSetResource, JobResource } from '../../configuration/director-conf.ts';
import type { BackupResume } from '../../proto/noctule/filedaemon/v1/backup_resume.ts';
import type { SavedLinks } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { ResumedSession } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { withCommas } from '../../text/numbers.ts';
import { JobFailed } from '../director-errors.ts';
import type { JobTotals } from './job-kind.ts';
import type { JobPlan } from './job-plan.ts';

/** A job that was broken off and goes on: its row as it was then, and what is kept of it. */
export interface IncompleteJob {
  readonly row: JobRow;
  readonly startTime: Date;
  readonly saved: SavedPart;
}

/** @throws JobFailed when nothing is left of it to go on from */
export async function findIncompleteJob(
  catalog: Pick<Catalog, 'jobById' | 'keepSavedPart'>,
  jobId: number,
): Promise<IncompleteJob> {
  const row = await catalog.jobById(jobId);
  const saved = await catalog.keepSavedPart(jobId);
  if (row?.startTime && saved) return { row, startTime: row.startTime, saved };
  throw new JobFailed(`The catalog names no file that JobId ${jobId} has saved: it cannot go on`, {
    hint: 'Run the job anew with "restart".',
  });
}

/**
 * Why what a run has saved cannot be gone on from, in a sentence; undefined when it can. It goes on by the order of the walk and
 * by the since time that follows from the start of the job.
 */
export function whyNotKept({ job, request, fileSet }: JobPlan): string | undefined {
  if (!job.allowIncompleteJobs) return 'Allow Incomplete Jobs = no';
  if (request.since) return 'it ran with a since time of its own';
  return dropsNames(fileSet) ? 'its FileSet has "strippath"' : undefined;
}

/** Said of a job that was stopped so early that nothing is left of it. */
export const NOTHING_KEPT =
  'Nothing is kept to go on from: the catalog names no file of the job yet. "restart" runs it anew.';

/** Whether runs of the Job can be resumed, as far as the conf says. */
export function mayBeResumed({ type, allowIncompleteJobs, fileSet }: JobResource): boolean {
  return type === 'Backup' && allowIncompleteJobs && !dropsNames(fileSet);
}

function dropsNames({ includes }: FileSetResource): boolean {
  return includes.some(({ options }) => options.some(({ stripPath }) => stripPath > 0));
}

export function savedText({ files, contentBytes }: SavedPart): string {
  return `${withCommas(files)} files with ${withCommas(contentBytes)} bytes`;
}

/** Bytes as they left the client: what is compressed takes less on the volumes than in the files. */
export function savedTotals({ files, contentBytes, memberBytes }: SavedPart): Omit<JobTotals, 'jobErrors'> {
  return { jobFiles: files, jobBytes: Math.min(memberBytes, contentBytes), readBytes: contentBytes };
}

export function resumedSession({ row, saved }: IncompleteJob): ResumedSession {
  const { volSessionId, volSessionTime } = row;
  const { blockNumber, streamOffset, fileIndex, volumes } = saved;
  return { volSessionId, volSessionTime, blockNumber, streamOffset, fileIndex, volumes };
}

export function backupResume({ saved }: IncompleteJob): BackupResume {
  const { blockNumber, streamOffset, fileIndex, savedPath, deletedPath, files, contentBytes } = saved;
  return {
    ...{ blockNumber, streamOffset, fileIndex, savedPath, files, contentBytes },
    deletedPath: deletedPath ?? Buffer.alloc(0),
    sentBytes: saved.memberBytes,
  };
}

/** The records of the files with several names that the job has saved, page by page. */
export async function* savedLinks(
  catalog: Pick<Catalog, 'savedLinksPage'>,
  jobId: number,
): AsyncGenerator<SavedLinks> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const { batch, next }: { batch: Uint8Array; next?: number } = await catalog.savedLinksPage({
      jobId,
      after,
    });
    yield { batch: Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength), last: next === undefined };
    after = next;
  }
}
