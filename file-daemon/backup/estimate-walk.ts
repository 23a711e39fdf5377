import type { EntryStat } from '../../native/statx.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { BytePath } from '../byte-path.ts';
import type { BpipePlugin } from '../plugins/bpipe.ts';
import { fileTypeOf } from '../walk/file-kind.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { LinkedInodes } from '../walk/linked-inodes.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { Walker, type WalkVisitor } from '../walk/walker.ts';
import { selectionOf, type BackupCounts, type BackupSink, type BackupSource } from './backup-walk.ts';
import type { EntrySelection } from './entry-selection.ts';
import { pluginFileRecord, recordOf } from './record-of.ts';
import { isReadToItsEnd } from './unsized-entries.ts';

const RECORDS_PER_LISTING = 500;

export interface EstimateSink extends Pick<BackupSink, 'notice' | 'progress'> {
  /** Encoded FileRecordBatch messages with what would be saved; absent when nobody wants to know. */
  readonly listing: ((batch: Uint8Array) => void) | undefined;
}

/** Counts what a backup would save, going by attributes only: nothing is opened but directories. */
export function runEstimateWalk(source: BackupSource, sink: EstimateSink): BackupCounts {
  const walk = new EstimateWalk(source, sink);
  new Walker(source.fileSet, walk).run();
  for (const { plugin } of source.fileSet.pluginFiles) walk.pluginFile(plugin);
  return walk.finish();
}

class EstimateWalk implements WalkVisitor {
  readonly #selection: EntrySelection;
  readonly #sink: EstimateSink;
  readonly #linkedInodes = new LinkedInodes();
  readonly #counts: BackupCounts = { files: 0, contentBytes: 0, errors: 0 };
  #records: FileRecord[] = [];

  constructor(source: BackupSource, sink: EstimateSink) {
    this.#sink = sink;
    this.#selection = selectionOf(source, { gone: () => undefined, notice: (notice) => this.notice(notice) });
  }

  entering(path: BytePath): void {
    this.#sink.progress(this.#counts, path);
  }

  notice(notice: FileNotice): void {
    if (notice.type === 'notSaved') this.#counts.errors += 1;
    this.#sink.notice(notice);
  }

  unseen(path: BytePath, part: 'entry' | 'contents'): void {
    this.#selection.unseen(path, part);
  }

  entry(entry: WalkEntry): void {
    if (!this.#selection.isWanted(entry) && !isReadToItsEnd(entry)) return;
    const { path, savedPath, stat, options } = entry;
    this.#sink.progress(this.#counts, path);
    const type = fileTypeOf(stat.mode) ?? FileType.UNSPECIFIED;
    const isFirstName = !options.hardLinks || this.#isFirstName(stat, type);
    if (type === FileType.REGULAR && isFirstName) this.#counts.contentBytes += stat.size;
    this.#count(() => recordOf(savedPath, stat, isFirstName ? type : FileType.HARD_LINK));
  }

  /** How much the plugin will print, nobody knows. */
  pluginFile({ path, line }: BpipePlugin): void {
    this.#count(() => pluginFileRecord(path, line));
  }

  finish(): BackupCounts {
    this.#selection.finish();
    if (this.#records.length > 0) this.#list();
    return this.#counts;
  }

  #isFirstName(stat: EntryStat, type: FileType): boolean {
    if (type === FileType.DIRECTORY) return true;
    if (this.#linkedInodes.take(stat) !== undefined) return false;
    this.#linkedInodes.remember(stat, 0);
    return true;
  }

  #count(record: () => FileRecord): void {
    this.#counts.files += 1;
    if (this.#sink.listing === undefined) return;
    this.#records.push(record());
    if (this.#records.length >= RECORDS_PER_LISTING) this.#list();
  }

  #list(): void {
    this.#sink.listing?.(FileRecordBatch.encode({ records: this.#records }).finish());
    this.#records = [];
  }
}
