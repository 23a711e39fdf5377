import type { EstimateRequest, PriorState } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { BytePath } from '../byte-path.ts';
import { memoryOf, readClientLists } from '../fileset/client-lists.ts';
import type { IoClass } from '../../native/priority.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { JobControl } from '../worker/job-control.ts';
import { JobWorker, workerModule } from '../worker/job-worker.ts';
import type { BackupCounts } from './backup-walk.ts';
import { PriorFeed } from './prior-feed.ts';
import type { WalkEvent, WalkTask } from './walk-events.ts';

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
  request: EstimateRequest,
  fileSet: FileSet,
  ports: EstimatePorts,
  signal: AbortSignal,
): Promise<BackupCounts> {
  const lists = await readClientLists(fileSet, signal);
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const control = JobControl.create(0);
  using prior = request.accurate ? new PriorFeed(control, ended) : undefined;
  const task: WalkTask = {
    fileSet: FileSet.encode(fileSet).finish(),
    lists,
    sinceNs: request.sinceNs,
    memory: control.shared,
    priorPort: prior?.workerPort,
    programPort: undefined,
    mode: request.listing ? 'listing' : 'estimate',
    ioClass: ports.ioClass,
  };
  await using worker = new JobWorker<WalkEvent>({
    module: workerModule('walk-worker', import.meta.url),
    job: `estimate ${request.jobId}`,
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
      case 'listing':
        await ports.listing(event.batch);
        control.eventDone();
        break;
      case 'progress':
        await ports.progress(event.counts, event.path);
        break;
      case 'end':
        return event.result;
      case 'priorTaken':
        prior?.taken();
        break;
      case 'block':
      case 'records':
      case 'found':
      case 'verified':
      case 'startProgram':
      case 'endProgram':
        throw new Error('An estimate makes no stream');
    }
  }
  throw new Error('The events of a worker end with its result');
}
