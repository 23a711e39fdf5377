import type { Catalog } from '../../catalog/catalog.ts';
import type { LogEntry } from '../../catalog/inputs.ts';

/** Lines that wait for others. */
const LINES_MAX = 1_000;
const TEXT_CHARACTERS_MAX = 256 * 1024;
/** A line that can wait is in the catalog after this at the latest. */
const WAIT_MS = 1_000;

/** Lines about single files, which come by the million, can wait for others; all else is to be read at once. */
export type Haste = 'at once' | 'with others';

/**
 * Messages of jobs on their way into the catalog's log, many in one transaction: one for each line would take two thirds of
 * the time of a restore that names its files.
 *
 * Invariants
 *  (1) Lines are written in the order in which they came, of all jobs: one that cannot wait takes those before it along.
 *  (2) No more than `LINES_MAX` lines and about `TEXT_CHARACTERS_MAX` characters wait: the job that brings the last of them
 *      goes on when they are written.
 */
export class CatalogLog {
  readonly #catalog: Pick<Catalog, 'appendLog'>;
  readonly #onLost: (error: unknown) => void;
  #waiting: LogEntry[] = [];
  #waitingCharacters = 0;
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<void> = Promise.resolve();

  /** `onLost` is told why lines were not written, when nobody waits for them. */
  constructor(catalog: Pick<Catalog, 'appendLog'>, onLost: (error: unknown) => void) {
    this.#catalog = catalog;
    this.#onLost = onLost;
  }

  /** Resolves when the line is written, or is kept to be so soon. @throws CatalogError */
  add(entry: LogEntry, haste: Haste): Promise<void> {
    this.#waiting.push(entry);
    this.#waitingCharacters += entry.text.length;
    const isFull = this.#waiting.length >= LINES_MAX || this.#waitingCharacters >= TEXT_CHARACTERS_MAX;
    if (haste === 'at once' || isFull) return this.flush();
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onLost), WAIT_MS);
    return Promise.resolve();
  }

  /** Resolves when all lines that were added are written. @throws CatalogError */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return this.#written;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingCharacters = 0;
    // The catalog takes writes in their order: when these are there, those before them are.
    const written = this.#catalog.appendLog(lines);
    this.#written = written.catch(() => {}); // told once, to who waits for these
    return written;
  }
}
