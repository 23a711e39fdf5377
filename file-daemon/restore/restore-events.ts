import type { MessagePort } from 'node:worker_threads';
import type { BytePath } from '../byte-path.ts';
import type { ProgramEvent } from '../plugins/program-events.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import type { SharedMemory } from '../worker/job-control.ts';
import type { SessionKey, StorageBoundary } from './block-source.ts';
import type { RestoreCounts, RestoreTask } from './restore-run.ts';

/** What the main thread gives the worker of a restore. */
export interface RestoreWorkerData {
  readonly task: RestoreTask;
  readonly memory: SharedMemory;
  /** Where it gets the answers of the one who runs programs for it. */
  readonly programPort: MessagePort;
}

/** What the main thread tells the worker. */
export type RestoreCommand =
  /** An encoded FileRecordBatch: entries of one session. Its memory is handed over. Answered with `entriesTaken`. */
  | { readonly kind: 'entries'; readonly session: SessionKey; readonly batch: Uint8Array<ArrayBuffer> }
  /** Among the entries: those of a storage are all there. */
  | { readonly kind: 'storageEnd' }
  | { readonly kind: 'entriesEnd' }
  /** Answered with `blockTaken`. `content` is alone in its memory, handed over and not copied. */
  | {
      readonly kind: 'block';
      readonly session: SessionKey;
      readonly streamOffset: number;
      readonly content: Uint8Array<ArrayBuffer>;
    }
  /** Among the blocks. */
  | { readonly kind: 'boundary'; readonly boundary: StorageBoundary }
  | { readonly kind: 'blocksEnd' };

/** What the worker tells. */
export type RestoreEvent =
  | { readonly kind: 'entriesTaken' }
  | { readonly kind: 'blockTaken' }
  | ProgramEvent
  /** Counts as an event ahead: the main thread answers with `eventDone`. */
  | { readonly kind: 'notice'; readonly notice: FileNotice }
  /** About once a second. */
  | { readonly kind: 'progress'; readonly counts: RestoreCounts; readonly path: BytePath }
  | { readonly kind: 'end'; readonly counts: RestoreCounts };
