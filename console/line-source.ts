import { createReadStream } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Where the lines come from that answer the Director's prompts. */
export interface LineSource extends Disposable {
  /** True where the reader does not see the lines otherwise: they are printed behind their prompt. */
  readonly echoes: boolean;
  /**
   * The next line without its end; undefined when there are no more. Asking again before it has come (the Director
   * broke a question off) waits for the same line.
   * @param prompt its text, and whether the line will be a command rather than an answer.
   */
  next(prompt: { readonly text: string; readonly command: boolean }): Promise<string | undefined>;
}

/** Lines of a pipe or a file; or of a terminal without line editing, which shows what is typed but no prompts. */
export class StreamLines implements LineSource {
  readonly echoes: boolean;
  readonly #showPrompt: ((text: string) => void) | undefined;
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;
  #coming: Promise<string | undefined> | undefined;

  constructor(stream: Readable, showPrompt?: (text: string) => void) {
    this.echoes = showPrompt === undefined;
    this.#showPrompt = showPrompt;
    this.#interface = createInterface({ input: stream, crlfDelay: Infinity });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  /** Opens a file of commands. @throws Error of the system when it cannot be read. */
  static async ofFile(file: string): Promise<StreamLines> {
    const stream = createReadStream(file);
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    return new StreamLines(stream);
  }

  next({ text }: { readonly text: string }): Promise<string | undefined> {
    this.#showPrompt?.(text);
    this.#coming ??= this.#lines.next().then(({ value, done }) => {
      this.#coming = undefined;
      return done ? undefined : value;
    });
    return this.#coming;
  }

  [Symbol.dispose](): void {
    this.#interface.close();
  }
}

/** Commands that are known beforehand. */
export class GivenLines implements LineSource {
  readonly echoes = true;
  readonly #lines: string[];

  constructor(lines: readonly string[]) {
    this.#lines = [...lines];
  }

  async next(): Promise<string | undefined> {
    return this.#lines.shift();
  }

  [Symbol.dispose](): void {}
}
