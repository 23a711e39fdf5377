import type { EstimateRequest, PriorState } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { IoClass } from '../../native/priority.ts';
import type { BytePath } from '../byte-path.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import type { BackupCounts } from './backup-walk.ts';
import { lookWalk, type LookEvent } from './look-walk.ts';

export interface EstimatePorts {
  readonly ioClass: IoClass;
  notice(notice: FileNotice): Promise<void>;
  progress(counts: BackupCounts, path: BytePath): Promise<void>;
  /** An encoded FileRecordBatch with entries that would be saved; only when the request asks for a listing. */
  listing(batch: Uint8Array): Promise<void>;
  /** What the Director sends of the backups before; for an accurate estimate. */
  readonly prior: AsyncIterable<PriorState>;
}

/** Counts what a backup would save: the walk of a backup in a worker, without reading contents. */
export async function runEstimate(
  { jobId, sinceNs, accurate, listing }: EstimateRequest,
  fileSet: FileSet,
  { ioClass, prior, ...ports }: EstimatePorts,
  signal: AbortSignal,
): Promise<BackupCounts> {
  const walk = {
    ...{ fileSet, sinceNs, ioClass },
    job: `estimate ${jobId}`,
    mode: listing ? 'listing' : 'estimate',
    prior: accurate ? prior : undefined,
  } as const;
  const take = async (event: LookEvent): Promise<BackupCounts | undefined> => {
    switch (event.kind) {
      case 'notice':
        await ports.notice(event.notice);
        return undefined;
      case 'listing':
        await ports.listing(event.batch);
        return undefined;
      case 'progress':
        await ports.progress(event.counts, event.path);
        return undefined;
      case 'end':
        return event.result;
      default:
        throw new Error(`An estimate does not tell of "${event.kind}"`);
    }
  };
  return lookWalk(walk, take, signal);
}
