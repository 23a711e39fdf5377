import { parentPort } from 'node:worker_threads';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import { programLink } from '../plugins/program-link.ts';
import { releaseMemory } from '../../transport/release-memory.ts';
import { Inbox } from '../worker/inbox.ts';
import { JobControl } from '../worker/job-control.ts';
import { ProgressClock } from '../worker/progress-clock.ts';
import { postEvent, receiveTask, runAsWorker } from '../worker/worker-side.ts';
import type { StorageBoundary, StreamBlock } from './block-source.ts';
import type { RestoreCommand, RestoreEvent, RestoreWorkerData } from './restore-events.ts';
import { runVolumeCheck } from '../verify/volume-check.ts';
import { runRestore, type RestoreSink, type WantedEntries } from './restore-run.ts';

/** The worker thread of a restore, and of a verify of volumes. */

type EntriesCommand = Extract<RestoreCommand, { kind: 'entries' | 'storageEnd' }>;
type BlockCommand = Extract<RestoreCommand, { kind: 'block' | 'boundary' }>;

const entries = new Inbox<EntriesCommand>();
const blocks = new Inbox<BlockCommand>();

function post(event: RestoreEvent): void {
  postEvent(event);
}

function receive(command: RestoreCommand): void {
  switch (command.kind) {
    case 'entries':
    case 'storageEnd':
      entries.put(command);
      break;
    case 'entriesEnd':
      entries.close();
      break;
    case 'block':
    case 'boundary':
      blocks.put(command);
      break;
    case 'blocksEnd':
      blocks.close();
      break;
  }
}

async function* wantedEntries(): AsyncGenerator<WantedEntries | 'storageEnd'> {
  for await (const command of entries) {
    if (command.kind === 'storageEnd') {
      yield command.kind;
      continue;
    }
    const { records } = FileRecordBatch.decode(command.batch);
    releaseMemory(command.batch.buffer); // each record has copies
    yield { session: command.session, records };
    post({ kind: 'entriesTaken' });
  }
}

async function* streamBlocks(): AsyncGenerator<StreamBlock | StorageBoundary> {
  for await (const command of blocks) {
    if (command.kind === 'boundary') {
      yield command.boundary;
      continue;
    }
    const { session, streamOffset, content } = command;
    yield {
      session,
      streamOffset,
      content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    };
    releaseMemory(content.buffer);
    post({ kind: 'blockTaken' });
  }
}

await runAsWorker(async () => {
  const { task, memory, programPort } = await receiveTask<RestoreWorkerData, RestoreCommand>(receive);
  const control = new JobControl(memory);
  const clock = new ProgressClock();
  try {
    const input = { entries: wantedEntries(), blocks: streamBlocks() };
    const sink: RestoreSink = {
      notice(notice) {
        control.beforeEvent();
        post({ kind: 'notice', notice });
      },
      progress(counts, path) {
        control.throwIfCancelled();
        if (clock.isDue(counts.contentBytes)) post({ kind: 'progress', counts, path });
      },
      programs: programLink((event) => {
        post(event);
        return control.receiveFrom(programPort);
      }),
    };
    const counts = await (task.verify
      ? runVolumeCheck(task.verify, input, sink)
      : runRestore(task, input, sink));
    post({ kind: 'end', counts });
  } finally {
    // The thread ends when nobody listens any more.
    parentPort?.off('message', receive);
  }
});
