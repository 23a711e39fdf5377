import type { MessagePort } from 'node:worker_threads';
import { BackupResume } from '../../proto/noctule/filedaemon/v1/backup_resume.ts';
import { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { compileFileSet } from '../fileset/include-rules.ts';
import { errnoText } from '../errno-text.ts';
import { setIoClass } from '../../native/priority.ts';
import { programLink } from '../plugins/program-link.ts';
import { HardLinks } from '../walk/hard-links.ts';
import { JobControl } from '../worker/job-control.ts';
import { ProgressClock } from '../worker/progress-clock.ts';
import { postEvent, receiveTask, runAsWorker } from '../worker/worker-side.ts';
import { runBackupWalk, type BackupSink, type BackupSource, type ResumedWalk } from './backup-walk.ts';
import { runVerifyWalk } from '../verify/verify-walk.ts';
import { PriorState, type PriorBatch } from './prior-state.ts';
import { runEstimateWalk } from './estimate-walk.ts';
import { rememberSavedLinks } from './saved-links.ts';
import type { WalkEvent, WalkTask } from './walk-events.ts';

/** The worker thread of a backup, an estimate or a verify of what is on disk. */

function post(event: WalkEvent): void {
  postEvent(event);
}

function priorState(port: MessagePort, control: JobControl, taken: 'priorTaken' | 'linksTaken'): PriorState {
  return new PriorState(() => {
    const batch = control.receiveFrom(port) as PriorBatch;
    post({ kind: taken });
    return batch;
  });
}

function resumedWalk({ from, linksPort }: NonNullable<WalkTask['resume']>, control: JobControl): ResumedWalk {
  const hardLinks = new HardLinks();
  // To the end, before the prior state is waited for: they come one behind the other.
  rememberSavedLinks(priorState(linksPort, control, 'linksTaken'), hardLinks);
  return { from: BackupResume.decode(from), hardLinks };
}

await runAsWorker(async () => {
  const task = await receiveTask<WalkTask>();
  const control = new JobControl(task.memory);
  const source: BackupSource = {
    fileSet: compileFileSet(FileSet.decode(task.fileSet), task.lists),
    sinceNs: task.sinceNs,
    resume: task.resume && resumedWalk(task.resume, control),
    ...(task.priorPort && { prior: priorState(task.priorPort, control, 'priorTaken') }),
  };
  const clock = new ProgressClock();
  const progress: BackupSink['progress'] = (counts, path) => {
    control.throwIfCancelled();
    if (clock.isDue(counts.contentBytes)) post({ kind: 'progress', counts, path });
  };
  const notice: BackupSink['notice'] = (notice) => {
    control.beforeEvent();
    post({ kind: 'notice', notice });
  };

  try {
    setIoClass(task.ioClass);
  } catch (error) {
    notice({
      type: 'warning',
      path: '',
      text: `IO Class = ${task.ioClass} cannot be had: ERR=${errnoText(error)}`,
    });
  }

  const listing = (batch: Uint8Array) => {
    control.beforeEvent();
    post({ kind: 'listing', batch });
  };

  const { programPort } = task;
  if (task.mode === 'backup' && programPort) {
    const result = runBackupWalk(source, {
      takeSlot: () => control.takeSlot(),
      block: ({ slot, ...block }) => post({ kind: 'block', block: { ...block, slotIndex: slot.index } }),
      records: (content) => post({ kind: 'records', content }),
      notice,
      progress,
      programs: programLink((event) => {
        post(event);
        return control.receiveFrom(programPort);
      }),
    });
    post({ kind: 'end', result });
    return;
  }
  if (task.mode === 'verify') {
    const counts = runVerifyWalk(source, {
      notice,
      progress,
      records(content) {
        control.beforeEvent();
        post({ kind: 'found', content });
      },
    });
    post({ kind: 'verified', counts });
    return;
  }
  const counts = runEstimateWalk(source, {
    listing: task.mode === 'listing' ? listing : undefined,
    notice,
    progress,
  });
  post({ kind: 'end', result: { ...counts, streamBytes: 0 } });
});
