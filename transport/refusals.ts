/**
 * Keeps a port scan, or a peer that tries again every second, from filling the log: within a minute each sentence is
 * told once and at most `SENTENCES_MAX` different ones; what was left out is counted and the count told afterwards.
 */
const WINDOW_MS = 60_000;
const SENTENCES_MAX = 100;

export class Refusals implements Disposable {
  readonly #report: (sentence: string) => void;
  readonly #told = new Set<string>();
  #leftOut = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(report: (sentence: string) => void) {
    this.#report = report;
  }

  tell(sentence: string): void {
    if (this.#told.has(sentence) || this.#told.size >= SENTENCES_MAX) {
      this.#leftOut += 1;
      return;
    }
    this.#timer ??= setTimeout(() => this.#closeWindow(), WINDOW_MS).unref();
    this.#told.add(sentence);
    this.#report(sentence);
  }

  #closeWindow(): void {
    this[Symbol.dispose]();
    this.#told.clear();
    if (this.#leftOut > 0) this.#report(`${this.#leftOut} more connections were refused in the last minute`);
    this.#leftOut = 0;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
