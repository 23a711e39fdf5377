import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { pathFromBytes, showPath, type BytePath } from '../byte-path.ts';
import type { FileNotice } from '../walk/file-notice.ts';

/**
 * Tells the differences in Bacula's words, each entry as it is come to: missing files are not held back until the end,
 * so a line about what follows is said whenever the kind of difference changes.
 */
export class FoundDifferences {
  /** Entries. */
  count = 0;
  readonly #notice: (notice: FileNotice) => void;
  readonly #missingFrom: string;
  #isListingMissing = false;

  /** @param missingFrom where entries of the catalog are missing: "on disk", "on the Volume(s)" */
  constructor(notice: (notice: FileNotice) => void, missingFrom: string) {
    this.#notice = notice;
    this.#missingFrom = missingFrom;
  }

  /** @param path of a directory with its slash */
  isNew(path: BytePath): void {
    this.count += 1;
    this.#isListingMissing = false;
    this.#notice({ type: 'info', path, text: `New file: ${showPath(path)}` });
  }

  isChanged({ path: bytes }: FileRecord, lines: readonly string[]): void {
    const path = pathFromBytes(bytes);
    this.count += 1;
    this.#isListingMissing = false;
    this.#notice({ type: 'info', path, text: `File: ${showPath(path)}` });
    for (const text of lines) this.#notice({ type: 'info', path, text });
  }

  /** What is on the volume is not what was saved. */
  isDamaged(path: BytePath, why: string): void {
    this.count += 1;
    this.#isListingMissing = false;
    this.#notice({
      type: 'error',
      path,
      text: `File: ${showPath(path)} is damaged on the Volume(s): ${why}`,
    });
  }

  isMissing({ path: bytes }: FileRecord): void {
    const path = pathFromBytes(bytes);
    this.count += 1;
    if (!this.#isListingMissing) {
      const text = `The following files are in the Catalog but not ${this.#missingFrom}:`;
      this.#notice({ type: 'warning', path: '', text });
    }
    this.#isListingMissing = true;
    this.#notice({ type: 'info', path, text: `      ${showPath(path)}` });
  }
}
