import type {
  BrowseAnswer,
  BrowseRequest,
  BrowseStart,
  ConsoleResponse,
} from '../../proto/noctule/director/v1/director.ts';
import type { StreamWriter } from '../../transport/streams.ts';
import { CommandCancelled } from './command-error.ts';

/** Words that may stand at the end of `line`, each as it would be typed. */
export type Completer = (line: string) => Promise<string[]> | string[];

export interface Prompt {
  readonly prompt: string;
  /** What Tab offers while this prompt waits. */
  readonly complete?: Completer;
}

/** Questions about a tree that are answered at once; a console that keeps its word has fewer. */
const BROWSE_QUESTIONS_MAX = 20;

/** Of one message, in UTF-16 units; a long list takes several. */
const TEXT_LENGTH_MAX = 65_536;

/**
 * The console at the other end, seen from the Director: text out, lines in. Lines that arrive while a command runs wait
 * for the next prompt, so a script may send its answers ahead.
 */
export class Terminal {
  readonly #writer: Pick<StreamWriter<ConsoleResponse>, 'write'>;
  readonly #lines: string[] = [];
  #ended = false;
  #waiting: PromiseWithResolvers<void> | undefined;
  #complete: Completer | undefined;
  #browsing: { receive(request: BrowseRequest): void; end(error: unknown): void } | undefined;

  constructor(writer: Pick<StreamWriter<ConsoleResponse>, 'write'>) {
    this.#writer = writer;
  }

  // ---- what the console sends

  receiveLine(line: string): void {
    this.#lines.push(line);
    this.#waiting?.resolve();
  }

  /** No more lines will come; prompts answer undefined once the lines that came are used up. */
  receiveEnd(): void {
    this.#ended = true;
    this.#waiting?.resolve();
    this.#browsing?.end(new CommandCancelled());
  }

  /** One that comes when no tree is shown has lost its way: the command was broken off. */
  receiveBrowse(request: BrowseRequest): void {
    this.#browsing?.receive(request);
  }

  /** Forgets answers typed ahead: they were meant for the command that was broken off. */
  dropLines(): void {
    this.#lines.length = 0;
  }

  /** A completion that fails offers nothing: it must not end the session. */
  async receiveCompletion(line: string): Promise<void> {
    const candidates = await Promise.resolve(this.#complete?.(line)).catch(() => undefined);
    await this.#writer.write({ output: { $case: 'completions', value: { candidates: candidates ?? [] } } });
  }

  // ---- what the Director sends

  /** Prints text as it is. Resolves when more may be printed. */
  async print(text: string): Promise<void> {
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = start + TEXT_LENGTH_MAX;
      // Not between the two halves of a character.
      if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
      await this.#writer.write({ output: { $case: 'text', value: text.slice(start, end) } });
    }
  }

  /** Prints a line. */
  say(line: string): Promise<void> {
    return this.print(line + '\n');
  }

  /**
   * The main prompt: the next line is a command. Undefined at the end of the input.
   * @param lastSucceeded whether the command before ended without an error.
   */
  async readCommand(options: {
    lastSucceeded: boolean;
    complete: Completer;
    signal: AbortSignal;
  }): Promise<string | undefined> {
    await this.#writer.write({
      output: { $case: 'prompt', value: { prompt: '*', command: true, succeeded: options.lastSucceeded } },
    });
    return this.#nextLine(options.complete, options.signal);
  }

  /**
   * Asks a question of a command; resolves with the answer, blanks around it taken off.
   * @throws CommandCancelled when the answer is a period, or the input has ended.
   */
  async ask({ prompt, complete }: Prompt, signal: AbortSignal): Promise<string> {
    await this.#writer.write({
      output: { $case: 'prompt', value: { prompt, command: false, succeeded: true } },
    });
    const line = await this.#nextLine(complete, signal);
    if (line === undefined || line.trim() === '.') throw new CommandCancelled();
    return line.trim();
  }

  /**
   * Has the console show a tree, and answers what it asks of it. Resolves with whether what is marked is to be restored.
   * @throws CommandCancelled at the end of the input. What `answer` throws.
   */
  async browse(
    start: BrowseStart,
    answer: (request: BrowseRequest) => Promise<NonNullable<BrowseAnswer['answer']>>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const left = Promise.withResolvers<boolean>();
    const end = left.reject;
    const interrupted = () => end(signal.reason);
    let open = 0;
    const reply = async (request: BrowseRequest) => {
      open += 1;
      const value = await answer(request).finally(() => (open -= 1));
      await this.#writer.write({
        output: { $case: 'browseAnswer', value: { id: request.id, answer: value } },
      });
    };
    const receive = (request: BrowseRequest) => {
      if (request.question?.$case === 'leave') left.resolve(request.question.value.restore);
      else if (open < BROWSE_QUESTIONS_MAX) reply(request).catch(end);
    };
    this.#browsing = { receive, end };
    signal.addEventListener('abort', interrupted);
    try {
      await this.#writer.write({ output: { $case: 'browse', value: start } });
      if (this.#ended) throw new CommandCancelled();
      return await left.promise;
    } finally {
      signal.removeEventListener('abort', interrupted);
      this.#browsing = undefined;
    }
  }

  async #nextLine(complete: Completer | undefined, signal: AbortSignal): Promise<string | undefined> {
    this.#complete = complete;
    const interrupted = () => this.#waiting?.resolve();
    signal.addEventListener('abort', interrupted);
    try {
      while (this.#lines.length === 0 && !this.#ended && !signal.aborted) {
        this.#waiting = Promise.withResolvers<void>();
        await this.#waiting.promise;
      }
      signal.throwIfAborted();
      return this.#lines.shift();
    } finally {
      signal.removeEventListener('abort', interrupted);
      this.#waiting = undefined;
      this.#complete = undefined;
    }
  }
}
