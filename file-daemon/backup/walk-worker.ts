import { workerData } from 'node:worker_threads';
import { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { compileFileSet } from '../fileset/include-rules.ts';
import { JobControl } from '../worker/job-control.ts';
import { postEvent, runAsWorker } from '../worker/worker-side.ts';
import { runBackupWalk, type BackupSink, type BackupSource } from './backup-walk.ts';
import { runEstimateWalk } from './estimate-walk.ts';
import type { WalkEvent, WalkTask } from './walk-events.ts';

/** The worker thread of a backup or an estimate. */

const PROGRESS_INTERVAL_MS = 1000;
/** Looking at the clock for every file would show in a walk of small ones. */
const CALLS_PER_LOOK_AT_CLOCK = 64;

function post(event: WalkEvent): void {
  postEvent(event);
}

function progressPoster(control: JobControl): BackupSink['progress'] {
  let calls = 0;
  let nextAt = performance.now() + PROGRESS_INTERVAL_MS;
  return (counts, path) => {
    if (calls++ % CALLS_PER_LOOK_AT_CLOCK !== 0) return;
    control.throwIfCancelled();
    const now = performance.now();
    if (now < nextAt) return;
    nextAt = now + PROGRESS_INTERVAL_MS;
    post({ kind: 'progress', counts, path });
  };
}

await runAsWorker(() => {
  const task = workerData as WalkTask;
  const control = new JobControl(task.memory);
  const source: BackupSource = {
    fileSet: compileFileSet(FileSet.decode(task.fileSet)),
    sinceNs: task.sinceNs,
  };
  const progress = progressPoster(control);
  const notice: BackupSink['notice'] = (notice) => {
    control.beforeEvent();
    post({ kind: 'notice', notice });
  };

  if (task.mode === 'backup') {
    const result = runBackupWalk(source, {
      takeSlot: () => control.takeSlot(),
      block: ({ slot, ...block }) => post({ kind: 'block', block: { ...block, slotIndex: slot.index } }),
      records: (content) => post({ kind: 'records', content }),
      notice,
      progress,
    });
    post({ kind: 'end', result });
    return;
  }
  const counts = runEstimateWalk(source, {
    listing: task.mode === 'listing' ? listingPoster(control) : undefined,
    notice,
    progress,
  });
  post({ kind: 'end', result: { ...counts, streamBytes: 0 } });
});

function listingPoster(control: JobControl): (batch: Uint8Array) => void {
  return (batch) => {
    control.beforeEvent();
    post({ kind: 'listing', batch });
  };
}
