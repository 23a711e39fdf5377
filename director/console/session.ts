import { nearest } from '../../configuration/suggestion.ts';
import { versionBanner, VERSION } from '../../daemon/version.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type {
  ConsoleHello,
  ConsoleRequest,
  ConsoleResponse,
} from '../../proto/noctule/director/v1/director.ts';
import type { CallContext, StreamWriter } from '../../transport/streams.ts';
import { restrictedServices } from '../rights/restricted-services.ts';
import type { Rights } from '../rights/rights.ts';
import type { DirectorServices } from '../services.ts';
import { CommandCancelled, CommandError, jsonLineFor, sentencesOf } from './command-error.ts';
import { CommandLine } from './command-line.ts';
import { allowedCommands, findCommand } from './command-table.ts';
import type { CommandContext, SessionState } from './command.ts';
import { completeCommand } from './completion.ts';
import { wantsJson } from './listing.ts';
import { questionInJson } from './prompts.ts';
import { runCommandLine } from './run-command-line.ts';
import { Terminal } from './terminal.ts';

export interface SessionOptions {
  /** Of a named console; absent: it may do everything. */
  readonly rights?: Rights | undefined;
  readonly now?: () => Date;
}

/**
 * One console session, from login to quit. What goes wrong in commands ends in a line on the console.
 * @throws CallCancelled when the console is gone.
 */
export async function serveConsole(
  services: DirectorServices,
  messages: AsyncIterable<ConsoleRequest>,
  writer: Pick<StreamWriter<ConsoleResponse>, 'write'>,
  ctx: CallContext,
  options: SessionOptions = {},
): Promise<void> {
  const session = new ConsoleSession(services, writer, ctx, options);
  // The console ends its side when it has read the goodbye.
  await Promise.all([session.run(), session.readInput(messages)]);
}

class ConsoleSession {
  /** What the console may see of the Director. */
  readonly #services: DirectorServices;
  readonly #rights: Rights | undefined;
  readonly #writer: Pick<StreamWriter<ConsoleResponse>, 'write'>;
  readonly #terminal: Terminal;
  readonly #state: SessionState;
  readonly #gone: AbortSignal;
  readonly #now: () => Date;
  /** Of the command that runs, or of the wait for one. */
  #interrupted = new AbortController();
  /** Pending messages are announced once until they are shown. */
  #announced = false;

  constructor(
    services: DirectorServices,
    writer: Pick<StreamWriter<ConsoleResponse>, 'write'>,
    { peer, address, signal }: CallContext,
    { rights, now = () => new Date() }: SessionOptions,
  ) {
    this.#services = rights ? restrictedServices(services, rights) : services;
    this.#rights = rights;
    this.#writer = writer;
    this.#terminal = new Terminal(writer);
    this.#gone = signal;
    this.#now = now;
    this.#state = {
      // The name that the default console goes by is no resource's, and says nothing to a reader.
      who: peer.name.startsWith('*') ? 'the default console' : `Console "${peer.name}"`,
      consoleName: rights?.consoleName,
      address: address?.replace(/^::ffff:(?=\d+\.)/, ''),
      startedAt: now(),
      catalogAnnounced: new Set(),
      startedJobs: new Set(),
      canBrowse: false,
      autodisplay: false,
      json: false,
      over: false,
    };
  }

  /** Hands on what the console sends, until it sends no more. */
  async readInput(messages: AsyncIterable<ConsoleRequest>): Promise<void> {
    try {
      for await (const { input } of messages) {
        if (input?.$case === 'line') this.#terminal.receiveLine(input.value);
        else if (input?.$case === 'complete') await this.#terminal.receiveCompletion(input.value);
        else if (input?.$case === 'interrupt') this.#interrupt();
        else if (input?.$case === 'browse') this.#terminal.receiveBrowse(input.value);
        else if (input?.$case === 'hello') this.#greet(input.value);
      }
    } finally {
      this.#terminal.receiveEnd();
    }
  }

  #greet({ canBrowse, interactive, rows, columns }: ConsoleHello): void {
    this.#state.canBrowse = canBrowse;
    if (interactive && rows > 0 && columns > 0) this.#state.screen = { rows, columns };
  }

  async run(): Promise<void> {
    await this.#writer.write({
      output: {
        $case: 'welcome',
        value: { directorName: this.#services.name, version: VERSION.number, banner: versionBanner() },
      },
    });
    let lastSucceeded = true;
    while (!this.#state.over && !this.#gone.aborted) {
      const line = await this.#readCommand(lastSucceeded);
      if (line === undefined) break;
      if (line.trim() === '' || line.trim() === '.') continue;
      lastSucceeded = await this.#execute(line);
      if (!this.#isForProgram(line)) await this.#tellMessages();
    }
    await this.#writer.write({ output: { $case: 'goodbye', value: { reason: '' } } });
  }

  async #readCommand(lastSucceeded: boolean): Promise<string | undefined> {
    this.#interrupted = new AbortController();
    const signal = AbortSignal.any([this.#gone, this.#interrupted.signal]);
    const complete = (line: string) => completeCommand(line, this.#services.conf(), this.#rights);
    try {
      return await this.#terminal.readCommand({ lastSucceeded, complete, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      return this.#gone.aborted ? undefined : '';
    }
  }

  /** Runs a command; all that goes wrong in it ends here, as one line. Resolves with whether it succeeded. */
  async #execute(text: string): Promise<boolean> {
    let name = text.trim().split(/\s/, 1)[0]!;
    this.#services.log.debug(20, `${this.#state.who} says ${text}`);
    try {
      const line = new CommandLine(text);
      const command = findCommand(line.verb, this.#rights);
      if (!command) {
        await this.#refuseCommand(name, line.verb);
        return false;
      }
      name = command.name;
      await runCommandLine(command, this.#contextOf(line));
      return true;
    } catch (error) {
      await this.#terminal.print(this.#isJson(text) ? jsonLineFor(name, error) : this.#lineFor(name, error));
      return false;
    }
  }

  /** @throws RightMissing */
  async #refuseCommand(name: string, verb: string): Promise<void> {
    const forbidden = findCommand(verb, undefined);
    if (forbidden) this.#rights?.require('Command', forbidden.name);
    const near = nearest(
      verb,
      allowedCommands(this.#rights).map((one) => one.name),
    );
    const hint = near === undefined ? undefined : `Did you mean "${near}"?`;
    if (this.#state.json) throw new CommandError('is an invalid command', hint);
    await this.#terminal.say(`${name}: is an invalid command.${hint === undefined ? '' : ` ${hint}`}`);
  }

  /** A program reads the answer, and would take a word about messages for a part of it. */
  #isForProgram(line: string): boolean {
    return this.#isJson(line) || line.trimStart().startsWith('.');
  }

  /** Whether the answer to the line is JSON, errors included. */
  #isJson(line: string): boolean {
    return this.#state.json || /\sjson\b/i.test(line);
  }

  #lineFor(name: string, error: unknown): string {
    if (this.#gone.aborted) return '';
    if (this.#interrupted.signal.aborted) return `${name}: interrupted.\n`;
    if (error instanceof CommandCancelled) return error.notice === undefined ? '' : `${error.notice}\n`;
    if (error instanceof OperatorError) return `${name}: ${sentencesOf(error)}\n`;
    // A bug. The session goes on: its next command may be the one that stops a job.
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${name}: internal error, please report it: ${trace}\n`;
  }

  #contextOf(line: CommandLine): CommandContext {
    this.#interrupted = new AbortController();
    const signal = AbortSignal.any([this.#gone, this.#interrupted.signal]);
    return {
      services: this.#services,
      session: this.#state,
      line,
      commands: allowedCommands(this.#rights),
      signal,
      conf: () => this.#services.conf(),
      now: this.#now,
      // A command that was broken off and has not noticed ends at its next word.
      say: (text) => (signal.throwIfAborted(), this.#terminal.say(text)),
      print: (text) => (signal.throwIfAborted(), this.#terminal.print(text)),
      browse: (start, answer) => this.#terminal.browse(start, answer, signal),
      ask: (prompt, complete) => {
        if (wantsJson({ line, session: this.#state })) throw questionInJson(prompt);
        return this.#terminal.ask({ prompt, ...(complete && { complete }) }, signal);
      },
    };
  }

  /** Breaks off the running command, or the question it asks; lines sent ahead were meant for it. */
  #interrupt(): void {
    this.#terminal.dropLines();
    this.#interrupted.abort(new CommandCancelled());
  }

  async #tellMessages(): Promise<void> {
    const { consoleMessages } = this.#services;
    if (!consoleMessages.pending) {
      this.#announced = false;
    } else if (this.#state.autodisplay) {
      await this.#terminal.print(await consoleMessages.take());
    } else if (!this.#announced) {
      this.#announced = true;
      await this.#terminal.say('You have messages.');
    }
  }
}
