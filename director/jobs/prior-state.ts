import type { Catalog } from '../../catalog/catalog.ts';
import type { PriorState } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { BackupLevel } from './job-codes.ts';

/** Records of the catalog that go to the client at once: about 200 KiB. */
const PAGE_RECORDS = 1_000;

export type PriorCatalog = Pick<
  Catalog,
  'closeFileState' | 'fileStatePage' | 'openFileState' | 'restoreChain'
>;

/** Whether an accurate backup at this level is compared with others: a Full is not, nor one since a given time. */
export function hasPriorState(level: BackupLevel): boolean {
  return level === 'I' || level === 'D';
}

/** The jobs whose files an accurate backup is compared with: of a Differential the last Full, else the whole chain. */
export async function priorJobs(
  catalog: PriorCatalog,
  of: {
    readonly level: BackupLevel;
    readonly clientName: string;
    readonly fileSetName: string;
    readonly jobName: string;
    /** Only jobs that ended at or before this. */
    readonly before?: Date | undefined;
  },
): Promise<number[]> {
  const { level, ...query } = of;
  const chain = await catalog.restoreChain(query);
  const jobs = level === 'D' ? chain.slice(0, 1) : chain;
  return jobs.map(({ jobId }) => jobId);
}

/**
 * Gives the files as the jobs left them, page by page, in walk order; the next page waits until one was taken. A page is
 * gone when the next one is asked for.
 */
export async function* priorStates(
  catalog: PriorCatalog,
  jobIds: readonly number[],
): AsyncGenerator<PriorState> {
  const stateId = await catalog.openFileState(jobIds);
  try {
    for (let last = false; !last;) {
      const page = await catalog.fileStatePage({ stateId, limit: PAGE_RECORDS });
      last = page.isLast;
      const { buffer, byteOffset, byteLength } = page.batch;
      yield { batch: Buffer.from(buffer, byteOffset, byteLength), last };
      buffer.transfer(0); // gives it back now: garbage outside the heap piles up to some 60 MiB before V8 looks
    }
  } finally {
    await catalog.closeFileState(stateId);
  }
}
