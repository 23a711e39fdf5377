import type { PriorState, VerifyRequest } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import type { BackupCounts } from '../backup/backup-walk.ts';
import { PriorFeed } from '../backup/prior-feed.ts';
import type { WalkEvent, WalkTask } from '../backup/walk-events.ts';
import type { BytePath } from '../byte-path.ts';
import { memoryOf, readClientLists } from '../fileset/client-lists.ts';
import type { IoClass } from '../../native/priority.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { JobControl } from '../worker/job-control.ts';
import { JobWorker, workerModule } from '../worker/job-worker.ts';
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
  request: VerifyRequest,
  fileSet: FileSet,
  ports: VerifyPorts,
  signal: AbortSignal,
): Promise<VerifyCounts> {
  const lists = await readClientLists(fileSet, signal);
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const control = JobControl.create(0);
  using prior = request.level === 'V' ? undefined : new PriorFeed(control, ended);
  const task: WalkTask = {
    fileSet: FileSet.encode(fileSet).finish(),
    lists,
    sinceNs: undefined,
    memory: control.shared,
    priorPort: prior?.workerPort,
    programPort: undefined,
    mode: 'verify',
    ioClass: ports.ioClass,
  };
  await using worker = new JobWorker<WalkEvent>({
    module: workerModule('../backup/walk-worker', import.meta.url),
    job: request.job,
    data: task,
    transfer: [...(prior ? [prior.workerPort] : []), ...memoryOf(lists)],
    cancel: () => control.cancel(),
    signal: ended,
  });
  prior?.send(ports.prior).catch((error: unknown) => failed.abort(error));
  for await (const event of worker.events()) {
    switch (event.kind) {
      case 'notice':
        await ports.notice(event.notice);
        control.eventDone();
        break;
      case 'found':
        await ports.records(event.content);
        control.eventDone();
        break;
      case 'progress':
        await ports.progress(event.counts, event.path);
        break;
      case 'priorTaken':
        prior?.taken();
        break;
      case 'verified':
        return event.counts;
      default:
        throw new Error(`A verify does not tell of "${event.kind}"`);
    }
  }
  throw new Error('The events of a worker end with its result');
}
