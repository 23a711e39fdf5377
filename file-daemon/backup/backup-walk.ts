import { DigestAlgorithm, FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { BackupResume } from '../../proto/noctule/filedaemon/v1/backup_resume.ts';
import type { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import { RecordBatch } from '../../volume/record-batch.ts';
import { pathFromBytes, type BytePath } from '../byte-path.ts';
import type { CompiledFileSet } from '../fileset/include-rules.ts';
import type { PluginFile } from '../fileset/plugin-files.ts';
import type { ProgramLink } from '../plugins/program-link.ts';
import { fileTypeOf } from '../walk/file-kind.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { HardLinks } from '../walk/hard-links.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { Walker, type WalkVisitor } from '../walk/walker.ts';
import { BlockCutter, type BlockCutterPorts, type CutBlock, type Slot } from './block-cutter.ts';
import { EntriesAhead } from './entries-ahead.ts';
import { EntryPacker } from './entry-packer.ts';
import {
  AccurateSelection,
  SinceSelection,
  type AccuratePorts,
  type EntrySelection,
} from './entry-selection.ts';
import type { PriorState } from './prior-state.ts';
import { plainPath, ResumePoint } from './resume-point.ts';
import { UnsizedEntries, isReadToItsEnd } from './unsized-entries.ts';

/** Records wait for company for this many blocks at most. */
const BLOCKS_PER_RECORDS_MAX = 64;

const NOTHING: Buffer = Buffer.alloc(0);

const NOTHING_SAVED: Pick<BackupResume, 'files' | 'contentBytes' | 'fileIndex' | 'streamOffset'> = {
  files: 0,
  contentBytes: 0,
  fileIndex: 0,
  streamOffset: 0,
};

/** Batches of records that wait for the end of a block. */
const WAITING_BATCHES_MAX = 16;

export interface BackupSource {
  readonly fileSet: CompiledFileSet;
  /** Entries older than this are left out; undefined for a Full. */
  readonly sinceNs: bigint | undefined;
  /** Of an accurate job: what the backups before left, to compare with. */
  readonly prior?: PriorState;
  /** The job was broken off and goes on. */
  readonly resume?: ResumedWalk | undefined;
}

export interface ResumedWalk {
  readonly from: BackupResume;
  /** What it saved of files with several names. */
  readonly hardLinks: HardLinks;
}

/** Where the walk puts what it makes. Every call may wait, and may throw to end the job. */
export interface BackupSink {
  takeSlot(): Slot;
  block(block: CutBlock): void;
  /** Records of files that the blocks handed over before complete. */
  records(content: RecordsContent): void;
  notice(notice: FileNotice): void;
  /** Called often; `path` is being saved or read. */
  progress(counts: BackupCounts, path: BytePath): void;
  /** Runs the programs of plugins. */
  readonly programs: ProgramLink;
}

export interface BackupCounts {
  /** Records made, those of deleted files among them. */
  files: number;
  /** Bytes of file content read. */
  contentBytes: number;
  /** Files that were not saved, or not whole. */
  errors: number;
}

export interface BackupResult extends BackupCounts {
  streamBytes: number;
}

/** Saves what the FileSet names: one synchronous pass, from the walk to finished blocks and records. */
export function runBackupWalk(source: BackupSource, sink: BackupSink): BackupResult {
  const walk = new BackupWalk(source, sink);
  new Walker(source.fileSet, walk).run();
  for (const file of source.fileSet.pluginFiles) walk.pluginFile(file);
  return walk.finish();
}

class BackupWalk implements WalkVisitor {
  readonly #selection: EntrySelection;
  readonly #sink: BackupSink;
  readonly #cutter: BlockCutter;
  readonly #packer: EntryPacker;
  readonly #ahead = new EntriesAhead((entry, wasCold) => this.#save(entry, wasCold));
  readonly #unsized: UnsizedEntries;
  /** The walk does not see what plugins make, and when one fails, what it made before is still good. */
  readonly #pluginPaths: ReadonlySet<BytePath>;
  readonly #hardLinks: HardLinks;
  readonly #resumePoint: ResumePoint | undefined;
  readonly #contentBytesBefore: number;
  readonly #counts: BackupCounts;
  #lastFileIndex: number;
  readonly #batch = new RecordBatch();
  /** Full batches whose last files end in the block that is still open. */
  #waitingRecords: RecordsContent[] = [];
  #blocksSinceRecords = 0;

  constructor(source: BackupSource, sink: BackupSink) {
    this.#sink = sink;
    this.#pluginPaths = pluginPathsOf(source.fileSet);
    const { resume } = source;
    const { files, contentBytes, fileIndex, streamOffset } = resume?.from ?? NOTHING_SAVED;
    this.#counts = { files, contentBytes, errors: 0 };
    this.#contentBytesBefore = contentBytes;
    this.#lastFileIndex = fileIndex;
    this.#hardLinks = resume?.hardLinks ?? new HardLinks();
    this.#resumePoint = resume && resumePointOf(resume, source.fileSet);
    this.#selection = selectionOf(source, {
      gone: (record) => this.#noteGone(record),
      notice: (notice) => this.notice(notice),
    });
    const ports: BlockCutterPorts = {
      takeSlot: () => sink.takeSlot(),
      emit: (block) => this.#block(block),
    };
    this.#cutter = new BlockCutter(ports, streamOffset);
    const notice = (notice: FileNotice) => this.notice(notice);
    const reading = (path: BytePath) => this.#progress(path);
    this.#packer = new EntryPacker(this.#cutter, notice, reading);
    this.#unsized = new UnsizedEntries({ cutter: this.#cutter, programs: sink.programs, notice, reading });
  }

  entering(path: BytePath): void {
    this.#progress(path);
  }

  notice(notice: FileNotice): void {
    // It was said before the job was broken off.
    if (notice.path !== '' && this.#resumePoint?.isDone(notice.path) === true) return;
    if (notice.type === 'notSaved') this.#counts.errors += 1;
    this.#sink.notice(notice);
  }

  unseen(path: BytePath, part: 'entry' | 'contents'): void {
    this.#selection.unseen(path, part);
  }

  entry(entry: WalkEntry): void {
    const { path } = entry;
    if (this.#resumePoint?.isDone(path) === true) return this.#selection.unseen(path, 'entry');
    const isWanted = this.#selection.isWanted(entry);
    if (isReadToItsEnd(entry)) {
      // Its node says nothing about what it holds: always saved.
      this.#ahead.flush();
      this.#progress(path);
      this.#tellBefore(Infinity);
      this.#addSaved(this.#unsized.node(entry));
      return;
    }
    if (isWanted) this.#ahead.put(entry);
  }

  /** @returns whether nothing of its content was in the page cache */
  #save(entry: WalkEntry, wasCold: boolean | undefined): boolean {
    const { path, savedPath, stat, options } = entry;
    this.#progress(path);
    const type = fileTypeOf(stat.mode);
    if (type === undefined) throw new Error('The walk visits only what has a type');

    const isLinkable = options.hardLinks && type !== FileType.DIRECTORY;
    const firstName = isLinkable ? this.#hardLinks.known(stat) : undefined;
    if (type === FileType.REGULAR) this.#tellBefore(stat.size);
    const record =
      firstName === undefined
        ? this.#packer.pack(entry, type, wasCold)
        : this.#packer.packHardLink(entry, firstName);
    this.#addSaved(record);
    if (record !== undefined && isLinkable && firstName === undefined) {
      this.#hardLinks.remember(stat, { path: savedPath, fileIndex: record.fileIndex });
    }
    return this.#packer.wasCold;
  }

  pluginFile(file: PluginFile): void {
    if (this.#resumePoint?.isPluginDone(file.plugin.path) === true) return;
    this.#ahead.flush();
    this.#progress(file.plugin.path);
    this.#tellBefore(Infinity);
    this.#addSaved(this.#unsized.plugin(file));
  }

  finish(): BackupResult {
    this.#selection.finish();
    this.#ahead.flush();
    this.#cutter.flush();
    this.#takeBatch();
    this.#emitRecords();
    return {
      ...this.#counts,
      contentBytes: this.#contentBytes,
      streamBytes: this.#cutter.streamBytes,
    };
  }

  #addSaved(record: FileRecord | undefined): void {
    if (record === undefined) return;
    record.fileIndex = ++this.#lastFileIndex;
    this.#addRecord(record);
  }

  #noteGone(record: FileRecord): void {
    const path = pathFromBytes(record.path);
    if (this.#pluginPaths.has(path)) return;
    if (this.#resumePoint?.isGoneDone(plainPath(record.path)) === true) return;
    this.#ahead.flush();
    this.#addRecord(deletedRecord(record));
    this.#progress(path);
  }

  #addRecord(record: FileRecord): void {
    this.#counts.files += 1;
    if (this.#batch.add(record)) return;
    this.#takeBatch();
    this.#batch.add(record);
  }

  #takeBatch(): void {
    const content = this.#batch.take();
    if (content === undefined) return;
    this.#waitingRecords.push(content);
    if (this.#waitingRecords.length < WAITING_BATCHES_MAX) return;
    // Records of deleted files come without blocks.
    this.#cutter.flush();
    this.#emitRecords();
  }

  /** Records stand at entry boundaries only: a session that is cut back to one must not lose records of what it keeps. */
  #block(block: CutBlock): void {
    this.#sink.block(block);
    this.#blocksSinceRecords += 1;
    if (!block.endsAtEntry) return;
    if (this.#blocksSinceRecords >= BLOCKS_PER_RECORDS_MAX) this.#takeBatch();
    this.#emitRecords();
  }

  /** Hands the records over before an entry of this size, if it would keep them waiting for too long. */
  #tellBefore(entryBytes: number): void {
    const blocks = Math.ceil(entryBytes / BLOCK_CONTENT_BYTES_MAX);
    if (this.#blocksSinceRecords + blocks < BLOCKS_PER_RECORDS_MAX) return;
    this.#cutter.flush();
    this.#takeBatch();
    this.#emitRecords();
  }

  #emitRecords(): void {
    if (this.#waitingRecords.length === 0) return;
    for (const content of this.#waitingRecords) this.#sink.records(content);
    this.#waitingRecords = [];
    this.#blocksSinceRecords = 0;
  }

  #progress(path: BytePath): void {
    this.#counts.contentBytes = this.#contentBytes;
    this.#sink.progress(this.#counts, path);
  }

  get #contentBytes(): number {
    return this.#contentBytesBefore + this.#packer.contentBytes + this.#unsized.contentBytes;
  }
}

/**
 * What decides which entries are saved. Everything of a Full; of an accurate job, what the comparison finds. It goes
 * through the saved paths in walk order, which paths with dropped names do not keep: they are selected by their times.
 */
export function selectionOf({ fileSet, sinceNs, prior }: BackupSource, ports: AccuratePorts): EntrySelection {
  if (prior === undefined) return new SinceSelection(sinceNs);
  if (!fileSet.dropsNames) return new AccurateSelection(prior, sinceNs, ports);
  const text =
    'The FileSet has "strippath": the job is not accurate, and finds neither deleted files nor those moved in';
  ports.notice({ type: 'warning', path: '', text });
  while (prior.record !== undefined) prior.advance(); // It is sent all the same.
  return new SinceSelection(sinceNs);
}

function pluginPathsOf({ pluginFiles }: CompiledFileSet): ReadonlySet<BytePath> {
  return new Set(pluginFiles.map(({ plugin }) => plugin.path));
}

function resumePointOf({ from }: ResumedWalk, fileSet: CompiledFileSet): ResumePoint {
  if (fileSet.dropsNames) throw new Error('The Director resumes no job whose saved paths have no order');
  return new ResumePoint(from, pluginPathsOf(fileSet));
}

/** The note that an entry of an earlier backup is gone. */
function deletedRecord(record: FileRecord): FileRecord {
  return {
    ...record,
    fileIndex: 0,
    linkTarget: NOTHING,
    linkFileIndex: 0,
    streamOffset: 0,
    streamBytes: 0,
    digestAlgorithm: DigestAlgorithm.UNSPECIFIED,
    digest: NOTHING,
    deleted: true,
    extended: false,
  };
}
