import { createInterface, type Interface } from 'node:readline';
import type { LineSource } from './line-source.ts';

export interface EditedLinesOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** The newest first. */
  readonly history: readonly string[];
  readonly historyLinesMax: number;
  /** Words that may stand at the end of the line, each whole. */
  readonly complete: (line: string) => Promise<readonly string[]>;
  /** Ctrl-C, wherever the line at the main prompt was not all that was meant. */
  readonly onInterrupt: () => void;
}

/** Lines typed on a terminal, with editing, history and completion. */
export class EditedLines implements LineSource {
  readonly echoes = false;
  readonly #options: EditedLinesOptions;
  readonly #typed: string[] = [];
  #interface: Interface;
  #history: readonly string[];
  #waiting: PromiseWithResolvers<string | undefined> | undefined;
  #command = true;
  #closed = false;
  #suspended = false;

  constructor(options: EditedLinesOptions) {
    this.#options = options;
    this.#history = options.history;
    this.#interface = this.#open();
  }

  /** Leaves the terminal to somebody else for a while. */
  suspend(): void {
    this.#suspended = true;
    this.#interface.close();
  }

  resume(): void {
    this.#suspended = false;
    this.#interface = this.#open();
  }

  /** Commands typed, the newest first. */
  get history(): readonly string[] {
    return this.#history;
  }

  next({ text, command }: { readonly text: string; readonly command: boolean }): Promise<string | undefined> {
    this.#command = command;
    this.#waiting ??= Promise.withResolvers<string | undefined>();
    const { promise } = this.#waiting;
    const ahead = this.#typed.shift();
    this.#interface.setPrompt(text);
    if (ahead !== undefined) this.#receive(ahead);
    else if (this.#closed) this.#end();
    else this.#interface.prompt();
    return promise;
  }

  [Symbol.dispose](): void {
    this.#interface.close();
  }

  #open(): Interface {
    const { input, output, historyLinesMax, complete, onInterrupt } = this.#options;
    const opened = createInterface({
      input,
      output,
      terminal: true,
      history: [...this.#history],
      historySize: historyLinesMax,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
        void complete(line)
          .catch(() => [])
          .then((words) => done(null, [[...words], lastWord(line)]));
      },
    });
    return opened
      .on('line', (line) => this.#receive(line))
      .on('close', () => !this.#suspended && this.#end())
      .on('history', (history) => this.#noteHistory(history))
      .on('SIGINT', () => {
        output.write('^C\n');
        const atCommand = this.#waiting !== undefined && this.#command;
        // Drops what was typed; only where the prompt stays it is drawn again.
        if (!atCommand) opened.setPrompt('');
        opened.write(null, { ctrl: true, name: 'e' });
        opened.write(null, { ctrl: true, name: 'u' });
        if (!atCommand) onInterrupt();
      });
  }

  #receive(line: string): void {
    if (!this.#waiting) {
      this.#typed.push(line);
      return;
    }
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(line);
  }

  #end(): void {
    this.#closed = true;
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  /** Keeps commands; answers to questions mean nothing later. */
  #noteHistory(history: string[]): void {
    if (!this.#command) history.shift();
    this.#history = [...history];
  }
}

/** What completion replaces: the part behind the last blank outside quotes. */
export function lastWord(line: string): string {
  let start = 0;
  let quoted = false;
  for (const [index, character] of [...line].entries()) {
    if (character === '"') quoted = !quoted;
    if (character === ' ' && !quoted) start = index + 1;
  }
  return [...line].slice(start).join('');
}
