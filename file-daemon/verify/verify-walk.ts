import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import type { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import { RecordBatch } from '../../volume/record-batch.ts';
import type { BackupCounts, BackupSource } from '../backup/backup-walk.ts';
import { digestOfFile } from '../backup/file-digest.ts';
import type { PriorState } from '../backup/prior-state.ts';
import { recordOf } from '../backup/record-of.ts';
import { isReadToItsEnd } from '../backup/unsized-entries.ts';
import type { BytePath } from '../byte-path.ts';
import { isSystemError } from '../errno-text.ts';
import { fileTypeOf, isDirectory } from '../walk/file-kind.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { compareWalkOrder, isBelow } from '../walk/walk-order.ts';
import { Walker, type WalkVisitor } from '../walk/walker.ts';
import { attributeDifferences, digestDifference } from './differences.ts';
import { FoundDifferences } from './found-differences.ts';

export interface VerifySink {
  notice(notice: FileNotice): void;
  progress(counts: BackupCounts, path: BytePath): void;
  /** Of an InitCatalog: what is on disk. */
  records(content: RecordsContent): void;
}

export interface VerifyCounts extends BackupCounts {
  /** Entries that are new, changed or missing. */
  differences: number;
}

/** Compares what the FileSet names with the prior state; without one, tells what is there. */
export function runVerifyWalk(source: BackupSource, sink: VerifySink): VerifyCounts {
  if (source.prior && source.fileSet.dropsNames) return refuseStripPath(source.prior, sink);
  const walk = source.prior ? new CompareWalk(source.prior, sink) : new RecordWalk(sink);
  new Walker(source.fileSet, walk).run();
  return walk.finish();
}

/** The names in the catalog are others, in another order. */
function refuseStripPath(prior: PriorState, sink: VerifySink): VerifyCounts {
  const text =
    'The FileSet has "strippath": what is on disk cannot be compared with the catalog; use Level = VolumeToCatalog';
  sink.notice({ type: 'error', path: '', text });
  while (prior.record !== undefined) prior.advance(); // It is sent all the same.
  return { files: 0, contentBytes: 0, errors: 1, differences: 0 };
}

/** What both kinds of walk count and say. */
abstract class VerifyWalk implements WalkVisitor {
  protected readonly sink: VerifySink;
  protected readonly counts: VerifyCounts = { files: 0, contentBytes: 0, errors: 0, differences: 0 };

  constructor(sink: VerifySink) {
    this.sink = sink;
  }

  abstract entry(entry: WalkEntry): void;
  abstract unseen(path: BytePath, part: 'entry' | 'contents'): void;
  abstract finish(): VerifyCounts;

  entering(path: BytePath): void {
    this.sink.progress(this.counts, path);
  }

  notice(notice: FileNotice): void {
    if (notice.type === 'notSaved') this.counts.errors += 1;
    this.sink.notice(notice);
  }

  protected look({ path }: WalkEntry): void {
    this.counts.files += 1;
    this.sink.progress(this.counts, path);
  }

  /** Undefined when it cannot be read, which is said. */
  protected digestOf(entry: WalkEntry, algorithm: FileRecord['digestAlgorithm']): Buffer | undefined {
    try {
      return digestOfFile(entry, algorithm, (bytes) => {
        this.counts.contentBytes += bytes;
        this.sink.progress(this.counts, entry.path);
      });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.notice(failedTo('read', entry.path, error));
      return undefined;
    }
  }
}

/** Of an InitCatalog. Each name of a file with several is recorded as a file of its own, with its digest. */
class RecordWalk extends VerifyWalk {
  readonly #batch = new RecordBatch();

  entry(entry: WalkEntry): void {
    this.look(entry);
    const { savedPath, stat, options } = entry;
    const record = recordOf(savedPath, stat, fileTypeOf(stat.mode) ?? FileType.UNSPECIFIED);
    record.fileIndex = this.counts.files;
    if (record.type === FileType.REGULAR && options.digest !== 0) {
      const digest = this.digestOf(entry, options.digest);
      if (digest !== undefined) {
        record.digest = digest;
        record.digestAlgorithm = options.digest;
      }
    }
    if (this.#batch.add(record)) return;
    this.#send();
    this.#batch.add(record);
  }

  unseen(): void {}

  finish(): VerifyCounts {
    this.#send();
    return this.counts;
  }

  #send(): void {
    const content = this.#batch.take();
    if (content !== undefined) this.sink.records(content);
  }
}

/** Goes through disk and prior state in step: memory does not grow with the tree. */
class CompareWalk extends VerifyWalk {
  readonly #prior: PriorState;
  readonly #found: FoundDifferences;
  #isDigestMissingSaid = false;

  constructor(prior: PriorState, sink: VerifySink) {
    super(sink);
    this.#prior = prior;
    this.#found = new FoundDifferences((notice) => this.notice(notice), 'on disk');
  }

  entry(entry: WalkEntry): void {
    this.look(entry);
    this.#passUpTo(entry.path, undefined);
    const before = this.#prior.path === entry.path ? this.#prior.record : undefined;
    if (before === undefined) {
      const hasSlash = isDirectory(entry.stat.mode) && entry.path !== '/';
      this.#found.isNew(hasSlash ? `${entry.path}/` : entry.path);
      return;
    }
    if (isReadToItsEnd(entry)) {
      this.#prior.advance(); // The record is that of a file with what came out of it.
      return;
    }
    const lines = attributeDifferences(entry.options.verify, entry.stat, before);
    if (/[1235]/.test(entry.options.verify) && fileTypeOf(entry.stat.mode) === FileType.REGULAR) {
      lines.push(...this.#contentDifferences(entry, before));
    }
    this.#prior.advance();
    if (lines.length > 0) this.#found.isChanged(before, lines);
  }

  /** What could not be looked at is not missing. */
  unseen(path: BytePath, part: 'entry' | 'contents'): void {
    this.#passUpTo(path, path);
    if (part === 'entry' && this.#prior.record !== undefined && this.#prior.path === path) {
      this.#prior.advance();
    }
  }

  finish(): VerifyCounts {
    for (; this.#prior.record !== undefined; this.#prior.advance()) {
      this.#isMissing(this.#prior.record);
    }
    this.counts.differences = this.#found.count;
    return this.counts;
  }

  #passUpTo(path: BytePath, unseen: BytePath | undefined): void {
    const prior = this.#prior;
    while (prior.record !== undefined && compareWalkOrder(prior.path, path) < 0) {
      if (unseen === undefined || !isBelow(prior.path, unseen)) this.#isMissing(prior.record);
      prior.advance();
    }
  }

  /** What a plugin made was never on disk: it has its Plugin line in the place of a link target. */
  #isMissing(record: FileRecord): void {
    if (record.type !== FileType.REGULAR || record.linkTarget.length === 0) this.#found.isMissing(record);
  }

  /** A further name of a file has no digest of its own: its first name is compared. */
  #contentDifferences(entry: WalkEntry, before: FileRecord): string[] {
    if (before.type !== FileType.REGULAR) return [];
    if (before.digest.length === 0) {
      this.#sayDigestIsMissing(entry);
      return [];
    }
    const actual = this.digestOf(entry, before.digestAlgorithm);
    return actual === undefined || actual.equals(before.digest) ? [] : [digestDifference(before, actual)];
  }

  #sayDigestIsMissing({ path }: WalkEntry): void {
    if (this.#isDigestMissingSaid) return;
    this.#isDigestMissingSaid = true;
    const text =
      'The catalog has no checksum of this file, nor perhaps of others, to compare with: ' +
      'add "signature = SHA256" to the Options of its FileSet';
    this.notice({ type: 'warning', path, text });
  }
}
