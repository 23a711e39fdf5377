import type { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import type { BytePath } from '../byte-path.ts';
import type { ClientLists } from '../fileset/client-lists.ts';
import type { IoClass } from '../../native/priority.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import type { MessagePort } from 'node:worker_threads';
import type { ProgramEvent } from '../plugins/program-events.ts';
import type { VerifyCounts } from '../verify/verify-walk.ts';
import type { SharedMemory } from '../worker/job-control.ts';
import type { BackupCounts, BackupResult } from './backup-walk.ts';
import type { CutBlock } from './block-cutter.ts';

/** What the main thread gives the worker of a backup or an estimate. */
export interface WalkTask {
  /** An encoded filedaemon.v1.FileSet. */
  readonly fileSet: Uint8Array;
  /** Transferred. */
  readonly lists: ClientLists;
  readonly sinceNs: bigint | undefined;
  readonly memory: SharedMemory;
  /** Where an accurate job gets its PriorBatches; transferred. */
  readonly priorPort: MessagePort | undefined;
  /** Of a job that is resumed: an encoded filedaemon.v1.BackupResume, and where the saved links come; transferred. */
  readonly resume: { readonly from: Uint8Array; readonly linksPort: MessagePort } | undefined;
  /** Where the answers to ProgramEvents come; transferred. An estimate runs no programs. */
  readonly programPort: MessagePort | undefined;
  /** An estimate reads no contents; with `listing` it gives the records of what would be saved. */
  readonly mode: 'backup' | 'estimate' | 'listing' | 'verify';
  readonly ioClass: IoClass;
}

/** What the worker tells. Those with a * count as events ahead: the main thread answers each with `eventDone`. */
export type WalkEvent =
  | { readonly kind: 'block'; readonly block: BlockNote }
  | { readonly kind: 'records'; readonly content: RecordsContent }
  /** * */
  | { readonly kind: 'notice'; readonly notice: FileNotice }
  /** * An encoded FileRecordBatch. */
  | { readonly kind: 'listing'; readonly batch: Uint8Array }
  /** The worker has taken a PriorBatch of the prior state, or of the saved links. */
  | { readonly kind: 'priorTaken' | 'linksTaken' }
  | ProgramEvent
  /** About once a second. */
  | { readonly kind: 'progress'; readonly counts: BackupCounts; readonly path: BytePath }
  | { readonly kind: 'end'; readonly result: BackupResult }
  /** Of an InitCatalog: what is on disk. */
  | { readonly kind: 'found'; readonly content: RecordsContent }
  /** The end of a verify. */
  | { readonly kind: 'verified'; readonly counts: VerifyCounts };

/** A CutBlock with its memory named by number. */
export interface BlockNote extends Omit<CutBlock, 'slot'> {
  readonly slotIndex: number;
}
