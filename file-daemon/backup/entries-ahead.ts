import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import { pageCache, type PageCache } from '../../native/page-cache.ts';
import { fileTypeOf } from '../walk/file-kind.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import { closeAfterReading, openForReading } from './opened-file.ts';

/** Entries that wait while the disk reads for them. More do not make it faster: it is kept busy, and reads in a better order. */
const AHEAD_MAX = 16;
/** Of each file; the kernel itself reads ahead of whoever reads the rest. */
const AHEAD_BYTES_MAX = 1024 * 1024;
/** So many files in a row that were in the cache: the rest probably is, and asking costs more than it brings. */
const WARM_IN_A_ROW = 64;

/**
 * @param wasCold whether the content of the file was not in the page cache when it was asked for; undefined: it was not asked for
 * @returns whether it is not there now that its turn has come
 */
export type SaveEntry = (entry: WalkEntry, wasCold: boolean | undefined) => boolean;

/**
 * Entries on their way from the walk to the job's stream, in order. Where files are not in the page cache, the kernel is told of the
 * next ones while one is read: a disk that gets several requests at once serves small files two to four times as fast. Where they
 * are in it, each entry passes at once.
 */
export class EntriesAhead {
  readonly #save: SaveEntry;
  readonly #native: PageCache | undefined;
  readonly #waiting: { readonly entry: WalkEntry; readonly wasCold: boolean | undefined }[] = [];
  #isOn = false;
  #warmInARow = 0;

  constructor(save: SaveEntry, native: PageCache | undefined = pageCache()) {
    [this.#save, this.#native] = [save, native];
  }

  put(entry: WalkEntry): void {
    // Another way to the entry than its path is good during the visit only.
    if (!this.#isOn || entry.accessPath !== entry.path) {
      this.flush();
      this.#pass(entry, undefined);
      return;
    }
    this.#waiting.push({ entry, wasCold: isRead(entry) ? this.#ask(entry) : undefined });
    if (this.#waiting.length > AHEAD_MAX) this.#passFirst();
  }

  /** Saves all that wait. */
  flush(): void {
    while (this.#waiting.length > 0) this.#passFirst();
  }

  #passFirst(): void {
    const { entry, wasCold } = this.#waiting.shift()!;
    this.#pass(entry, wasCold);
  }

  #pass(entry: WalkEntry, wasCold: boolean | undefined): void {
    const isCold = this.#save(entry, wasCold);
    if (wasCold !== undefined || !isCold || !isRead(entry)) return;
    this.#isOn = true;
    this.#warmInARow = 0;
  }

  /** Has the kernel read the beginning of a file, and does not wait for it. What is wrong with the file is said when its turn comes. */
  #ask({ accessPath, stat, options }: WalkEntry): boolean {
    const native = this.#native;
    if (native === undefined) return false;
    let isCold = false;
    try {
      const fd = openForReading(accessPath, options.noAtime);
      try {
        isCold = native.cachedPages(fd, 0, stat.size) === 0;
        if (isCold) native.willNeed(fd, 0, Math.min(stat.size, AHEAD_BYTES_MAX));
      } finally {
        closeAfterReading(fd);
      }
    } catch {
      return false;
    }
    this.#warmInARow = isCold ? 0 : this.#warmInARow + 1;
    this.#isOn = this.#warmInARow < WARM_IN_A_ROW;
    return isCold;
  }
}

/** Whether its content goes into the stream. One of several names may stand for content that is there already. */
function isRead({ stat }: WalkEntry): boolean {
  return fileTypeOf(stat.mode) === FileType.REGULAR && stat.size > 0 && stat.nlink === 1;
}
