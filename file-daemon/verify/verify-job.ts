import type { PriorState, VerifyRequest } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import type { IoClass } from '../../native/priority.ts';
import type { BackupCounts } from '../backup/backup-walk.ts';
import { lookWalk, type LookEvent } from '../backup/look-walk.ts';
import type { BytePath } from '../byte-path.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import type { VerifyCounts } from './verify-walk.ts';

export interface VerifyPorts {
  readonly ioClass: IoClass;
  notice(notice: FileNotice): Promise<void>;
  progress(counts: BackupCounts, path: BytePath): Promise<void>;
  records(content: RecordsContent): Promise<void>;
  /** What the Director sends of the state to compare with; not asked of an InitCatalog. */
  readonly prior: AsyncIterable<PriorState>;
}

/** Looks at the disk: the walk of a backup in a worker that compares, or records, and saves nothing. */
export async function runVerify(
  { job, level }: VerifyRequest,
  fileSet: FileSet,
  { ioClass, prior, ...ports }: VerifyPorts,
  signal: AbortSignal,
): Promise<VerifyCounts> {
  const walk = {
    ...{ fileSet, job, ioClass },
    mode: 'verify',
    sinceNs: undefined,
    prior: level === 'V' ? undefined : prior,
  } as const;
  const take = async (event: LookEvent): Promise<VerifyCounts | undefined> => {
    switch (event.kind) {
      case 'notice':
        await ports.notice(event.notice);
        return undefined;
      case 'found':
        await ports.records(event.content);
        return undefined;
      case 'progress':
        await ports.progress(event.counts, event.path);
        return undefined;
      case 'verified':
        return event.counts;
      default:
        throw new Error(`A verify does not tell of "${event.kind}"`);
    }
  };
  return lookWalk(walk, take, signal);
}
