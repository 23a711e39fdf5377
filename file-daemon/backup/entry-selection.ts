import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { showPath, type BytePath } from '../byte-path.ts';
import { isUnchangedSince, splitTime, type Time } from '../walk/entry-stat.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { LinkedInodes } from '../walk/linked-inodes.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { compareWalkOrder, isBelow } from '../walk/walk-order.ts';
import { compareByLetters, mayHaveOtherContent } from './accurate-letters.ts';
import { digestOfFile } from './file-digest.ts';
import type { PriorState } from './prior-state.ts';

/** Which of the entries that the FileSet accepts a job saves. Entries come in walk order. */
export interface EntrySelection {
  isWanted(entry: WalkEntry): boolean;
  /** Nothing is known of this entry, or only not of what is in it. */
  unseen(path: BytePath, part: 'entry' | 'contents'): void;
  /** No entry comes any more. */
  finish(): void;
}

/** Of a Full: everything; of another level: what has changed since. */
export class SinceSelection implements EntrySelection {
  readonly #since: Time | undefined;

  constructor(sinceNs: bigint | undefined) {
    this.#since = sinceNs === undefined ? undefined : splitTime(sinceNs);
  }

  isWanted({ stat, options }: WalkEntry): boolean {
    return this.#since === undefined || !isUnchangedSince(stat, this.#since, options.mtimeOnly);
  }

  unseen(): void {}

  finish(): void {}
}

export interface AccuratePorts {
  /** An entry of the last backup that is not there any more. */
  gone(record: FileRecord): void;
  notice(notice: FileNotice): void;
}

/**
 * Of an accurate job: what is not in the prior state or differs from it. Goes through both in step, so that memory does
 * not grow with the tree. What could not be looked at is neither saved nor gone.
 */
export class AccurateSelection implements EntrySelection {
  readonly #prior: PriorState;
  readonly #since: SinceSelection;
  readonly #ports: AccuratePorts;
  /** Files with several names whose content was compared under one of them; 1: it is another. */
  readonly #contents = new LinkedInodes();
  #isDigestMissingSaid = false;

  constructor(prior: PriorState, sinceNs: bigint | undefined, ports: AccuratePorts) {
    this.#prior = prior;
    this.#since = new SinceSelection(sinceNs);
    this.#ports = ports;
  }

  isWanted(entry: WalkEntry): boolean {
    this.#passUpTo(entry.path, undefined);
    const before = this.#prior.path === entry.path ? this.#prior.record : undefined;
    if (before === undefined) return true;
    this.#prior.advance();
    switch (compareByLetters(entry.options.accurate, entry.stat, before, this.#since.isWanted(entry))) {
      case 'changed':
        return true;
      case 'same':
        return false;
      case 'ask content':
        return this.#hasOtherContent(entry, before);
    }
  }

  unseen(path: BytePath, part: 'entry' | 'contents'): void {
    this.#passUpTo(path, path);
    if (part === 'entry' && this.#prior.record !== undefined && this.#prior.path === path) {
      this.#prior.advance();
    }
  }

  finish(): void {
    for (; this.#prior.record !== undefined; this.#prior.advance()) this.#ports.gone(this.#prior.record);
  }

  /** What lies before `path` in the order is gone, but for what lies below `unseen`. */
  #passUpTo(path: BytePath, unseen: BytePath | undefined): void {
    const prior = this.#prior;
    while (prior.record !== undefined && compareWalkOrder(prior.path, path) < 0) {
      if (unseen === undefined || !isBelow(prior.path, unseen)) this.#ports.gone(prior.record);
      prior.advance();
    }
  }

  #hasOtherContent(entry: WalkEntry, before: FileRecord): boolean {
    const { stat } = entry;
    // A further name of a file was saved without a digest of its own.
    if (before.type === FileType.HARD_LINK) {
      const compared = this.#contents.take(stat);
      return compared === undefined ? mayHaveOtherContent(stat, before) : compared.value === 1;
    }
    const isOther = this.#hasOtherDigest(entry, before);
    this.#contents.remember(stat, isOther ? 1 : 0);
    return isOther;
  }

  #hasOtherDigest(entry: WalkEntry, before: FileRecord): boolean {
    if (before.digest.length === 0) {
      this.#sayDigestIsMissing(entry);
      return false;
    }
    try {
      return !digestOfFile(entry, before.digestAlgorithm).equals(before.digest);
    } catch {
      return true; // To be saved, which says what is the matter.
    }
  }

  #sayDigestIsMissing({ path }: WalkEntry): void {
    if (this.#isDigestMissingSaid) return;
    this.#isDigestMissingSaid = true;
    const text =
      `"${showPath(path)}" has no checksum from the last backup to compare with: ` +
      'the content of it, and of others without one, counts as unchanged';
    this.#ports.notice({ type: 'warning', path, text });
  }
}
