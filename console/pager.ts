import type { ReadStream, WriteStream } from 'node:tty';
import { displayWidth } from '../text/display-width.ts';
import { takeKeys, type Key, type SuspendableLines } from './terminal-keys.ts';

const QUESTION = '-- more: Space page, Enter line, a all, q no more --';
const QUESTION_SHOWN = `\x1b[7m${QUESTION}\x1b[0m`;
const QUESTION_GONE = '\r\x1b[2K';

export interface PagerOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly lines: SuspendableLines;
  /** Ctrl-C, instead of the next page. */
  readonly onInterrupt: () => void;
}

/** Prints on a terminal, and stops at each full screen until a key says how to go on. */
export class Pager implements Disposable {
  readonly #options: PagerOptions;
  #mode: 'pages' | 'all' | 'nothing' = 'pages';
  /** Lines of the screen that were printed since the admin last read it. */
  #printed = 0;
  #waiting: PromiseWithResolvers<Key> | undefined;

  constructor(options: PagerOptions) {
    this.#options = options;
  }

  /** Somebody has typed a line, or is to: what was printed before has been read. */
  startPage(): void {
    this.#mode = 'pages';
    this.#printed = 0;
  }

  /** Resolves when all is printed, or dropped. */
  async print(text: string): Promise<void> {
    let page = '';
    for (const line of text.split(/(?<=\n)/)) {
      const rows = Math.max(1, Math.ceil(displayWidth(line.trimEnd()) / this.#options.output.columns));
      if (this.#mode === 'pages' && this.#printed + rows >= this.#options.output.rows) {
        await this.#write(page);
        page = '';
        await this.#ask();
      }
      if (this.#mode === 'nothing') return;
      this.#printed += rows;
      page += line;
    }
    await this.#write(page);
  }

  /** Ends the question, if it is asked. */
  [Symbol.dispose](): void {
    this.#waiting?.resolve({ name: 'q' });
  }

  async #ask(): Promise<void> {
    const { input, lines, onInterrupt } = this.#options;
    this.#waiting = Promise.withResolvers<Key>();
    await this.#write(QUESTION_SHOWN);
    const keys = takeKeys(input, lines, (key) => this.#waiting?.resolve(key));
    const { name, ctrl } = await this.#waiting.promise;
    this.#waiting = undefined;
    keys[Symbol.dispose]();
    await this.#write(QUESTION_GONE);
    if (ctrl && name === 'c') onInterrupt();
    if (name === 'q' || (ctrl && name === 'c')) this.#mode = 'nothing';
    else if (name === 'a') this.#mode = 'all';
    else if (name === 'return' || name === 'enter' || name === 'down') this.#printed -= 1;
    else this.#printed = 0;
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (text === '' || this.#options.output.destroyed) resolve();
      else this.#options.output.write(text, () => resolve());
    });
  }
}
