import { VERSION } from '../daemon/version.ts';
import type {
  BrowseRequest,
  BrowseStart,
  ConsolePrompt,
  ConsoleRequest,
  ConsoleResponse,
} from '../proto/noctule/director/v1/director.ts';
import type { StreamWriter } from '../transport/streams.ts';
import type { ShownTree } from './browse/full-screen.ts';
import { StreamLines, type LineSource } from './line-source.ts';
import { isLocal, runLocal, type LocalConsole } from './local-commands.ts';
import type { Output } from './output.ts';
import { DirectorSilent, TooManyInputs } from './console-errors.ts';
import { splitCommands } from './separator.ts';

/** A file that reads itself with @input would else never end. */
const INPUTS_MAX = 20;

/** Tab must not hang when the Director is busy. */
const COMPLETION_TIMEOUT_MS = 5000;

export interface ConsoleSessionOptions {
  readonly writer: StreamWriter<ConsoleRequest>;
  readonly responses: AsyncIterable<ConsoleResponse>;
  readonly output: Output;
  /** A person at a terminal, rather than a script. */
  readonly interactive: boolean;
  /** Of the terminal. */
  readonly columns: number;
  /** 0 when there is no terminal. */
  readonly rows: number;
  /** Without greeting, main prompts and the echo of commands: for `-e`. */
  readonly quiet: boolean;
  /** How long the Director may be silent after a line. */
  readonly timeoutSeconds: number | undefined;
}

/** Shows the tree of a restore on the whole screen. */
export type ShowTree = (
  start: BrowseStart,
  ends: { readonly send: (request: BrowseRequest) => void; readonly onFault: (error: unknown) => void },
) => ShownTree;

/**
 * The console's side of a session. The Director asks for each line with a prompt; so a line is read from the source
 * only when it is due, and the echo of a script's lines falls into the right place.
 */
export class ConsoleSession implements LocalConsole {
  readonly output: Output;
  readonly #options: ConsoleSessionOptions;
  /** The last one is read; at its end the one before goes on. */
  readonly #sources: LineSource[] = [];
  /** Commands of a line that was taken apart, not yet sent. */
  readonly #split: string[] = [];
  #separator: string | undefined;
  #leaving = false;
  /** Nothing more is sent. */
  #ended = false;
  /** Counts prompts, to know when one was broken off. */
  #prompts = 0;
  #lastSucceeded = true;
  /** Asked and not answered yet, the oldest first. */
  readonly #completions: PromiseWithResolvers<readonly string[]>[] = [];
  #silence: NodeJS.Timeout | undefined;
  #showTree: ShowTree | undefined;
  #tree: ShownTree | undefined;
  readonly #failure = Promise.withResolvers<never>();

  constructor(options: ConsoleSessionOptions) {
    this.output = options.output;
    this.#options = options;
    // Awaited by `run`; a failure that comes after that is none.
    this.#failure.promise.catch(() => {});
  }

  /**
   * Runs until the Director or the last source ends it. Resolves with whether the last command succeeded.
   * @param source what is read when the lines of `first` are given.
   * @param showTree undefined where there is no screen for it.
   * @throws OperatorError when the connection breaks or the Director keeps silent.
   */
  async run(source: LineSource, first: readonly LineSource[] = [], showTree?: ShowTree): Promise<boolean> {
    this.#sources.push(source, ...first);
    this.#showTree = showTree;
    const { writer, interactive, columns, rows } = this.#options;
    const canBrowse = showTree !== undefined;
    await writer.write({
      input: { $case: 'hello', value: { interactive, columns, rows, version: VERSION.number, canBrowse } },
    });
    try {
      await Promise.race([this.#receive(), this.#failure.promise]);
    } finally {
      clearTimeout(this.#silence);
      this.#tree?.[Symbol.dispose]();
      for (const one of this.#sources) one[Symbol.dispose]();
    }
    return this.#lastSucceeded;
  }

  /** Words that may stand at the end of the line; none when the Director does not say in time. */
  async complete(line: string): Promise<readonly string[]> {
    const completion = Promise.withResolvers<readonly string[]>();
    this.#completions.push(completion);
    const timer = setTimeout(() => completion.resolve([]), COMPLETION_TIMEOUT_MS);
    await this.#options.writer.write({ input: { $case: 'complete', value: line } });
    return completion.promise.finally(() => clearTimeout(timer));
  }

  /** Breaks off the running command, or the question it asks. */
  interrupt(): void {
    this.#split.length = 0;
    this.#options.writer.write({ input: { $case: 'interrupt', value: {} } }).catch(this.#failure.reject);
  }

  // ---- LocalConsole

  async readFrom(file: string): Promise<void> {
    if (this.#sources.length >= INPUTS_MAX) throw new TooManyInputs(file);
    this.#sources.push(await StreamLines.ofFile(file));
  }

  setSeparator(character: string | undefined): void {
    this.#separator = character;
  }

  leave(): void {
    this.#leaving = true;
  }

  // ----

  async #receive(): Promise<void> {
    for await (const { output: response } of this.#options.responses) {
      clearTimeout(this.#silence);
      // Whatever else comes, the Director is done with the tree.
      if (response?.$case !== 'browseAnswer') this.#tree?.[Symbol.dispose]();
      switch (response?.$case) {
        case 'welcome':
          await this.#greet(response.value.directorName, response.value.banner);
          break;
        case 'text':
          await this.output.print(response.value);
          break;
        case 'prompt':
          // Not awaited: while the line is typed, completions come.
          this.#answer(response.value).catch(this.#failure.reject);
          break;
        case 'completions':
          // In the order of the questions, also those whose time is over.
          this.#completions.shift()?.resolve(response.value.candidates);
          break;
        case 'browse':
          this.#browse(response.value);
          break;
        case 'browseAnswer':
          this.#tree?.receive(response.value);
          break;
        case 'goodbye':
          this.#endInput();
          break;
        case undefined:
          break;
      }
    }
  }

  #browse(start: BrowseStart): void {
    this.#tree = this.#showTree?.(start, {
      send: (request) => {
        const input = { $case: 'browse' as const, value: request };
        this.#options.writer.write({ input }).catch(this.#failure.reject);
      },
      onFault: this.#failure.reject,
    });
  }

  async #greet(directorName: string, banner: string): Promise<void> {
    if (this.#options.quiet) return;
    await this.output.print(
      `1000 OK: 103 ${directorName} Version: ${banner}\nEnter a period to cancel a command.\n`,
    );
  }

  async #answer({ prompt: text, command, succeeded }: ConsolePrompt): Promise<void> {
    const number = ++this.#prompts;
    this.output.startPage();
    if (command && number > 1) this.#lastSucceeded = succeeded;
    const line = await this.#lineFor({ text, command }, number);
    if (number !== this.#prompts) return;
    if (line === undefined) {
      // A question that nobody answers gives the command up.
      if (!command) this.#lastSucceeded = false;
      this.#endInput();
      return;
    }
    this.#watchSilence();
    await this.#options.writer.write({ input: { $case: 'line', value: line } });
  }

  /** The next line for the Director; lines for the console itself are carried out on the way. */
  async #lineFor(prompt: { text: string; command: boolean }, number: number): Promise<string | undefined> {
    for (;;) {
      const line = (prompt.command && this.#split.shift()) || (await this.#read(prompt));
      if (line === undefined || number !== this.#prompts || this.#leaving) return undefined;
      if (isLocal(line)) {
        await runLocal(this, line);
        if (this.#leaving) return undefined;
      } else if (!prompt.command || this.#separator === undefined) {
        return line;
      } else {
        const [first = '', ...rest] = splitCommands(line, this.#separator);
        this.#split.push(...rest);
        return first;
      }
    }
  }

  async #read(prompt: { text: string; command: boolean }): Promise<string | undefined> {
    const number = this.#prompts;
    for (;;) {
      const source = this.#sources.at(-1);
      if (!source) return undefined;
      const quiet = this.#options.quiet && prompt.command;
      const line = await source.next(prompt);
      if (number !== this.#prompts) return undefined;
      if (line !== undefined) {
        if (source.echoes && !quiet) await this.output.print(`${prompt.text}${line}\n`);
        else this.output.note(`${prompt.text}${line}\n`);
        return line;
      }
      source[Symbol.dispose]();
      this.#sources.pop();
    }
  }

  #endInput(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.writer.end();
  }

  #watchSilence(): void {
    const { timeoutSeconds } = this.#options;
    if (timeoutSeconds === undefined) return;
    this.#silence = setTimeout(
      () => this.#failure.reject(new DirectorSilent(timeoutSeconds)),
      timeoutSeconds * 1000,
    );
  }
}
