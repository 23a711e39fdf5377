import { appendFile, writeFile } from 'node:fs/promises';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Destination } from '../../configuration/values/destination.ts';
import type { Log } from '../../daemon/log.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { printablePath } from '../../text/printable.ts';
import { commandWords } from '../../commands/command-words.ts';
import { runCommand } from '../../commands/run-command.ts';
import { substituteWords, type CodeValues } from '../../commands/substitution.ts';
import type { ConsoleStore } from './console-store.ts';
import { messageBody, messageLine, type Message } from './message-line.ts';

/** A mail program or `logger` that takes longer is ended. */
const MAILER_TIMEOUT_MS = 60_000;
/** How many complaints are remembered. */
const COMPLAINTS_MAX = 1_000;

/**
 * Where messages leave the Director. One for the whole daemon. An outlet that fails is reported in the daemon's log
 * and never stops the job that had something to say.
 */
export class MessageOutlets {
  readonly consoleStore: ConsoleStore;
  readonly #catalog: Catalog;
  readonly #log: Log;
  readonly #directorName: string;
  readonly #signal: AbortSignal;
  /** Files of `file =` destinations that this Director has begun anew. */
  readonly #begunFiles = new Set<string>();
  /** What has been complained about: once each, or a broken mailer would fill the log. */
  readonly #complaints = new Set<string>();

  constructor(options: {
    consoleStore: ConsoleStore;
    catalog: Catalog;
    log: Log;
    directorName: string;
    /** Aborts when the daemon ends: mails that are being sent are given up. */
    signal: AbortSignal;
  }) {
    this.consoleStore = options.consoleStore;
    this.#catalog = options.catalog;
    this.#log = options.log;
    this.#directorName = options.directorName;
    this.#signal = options.signal;
  }

  /** Carries a message to a destination that takes it at once; mails of a job are collected by its JobMessages. */
  async deliver(message: Message, destination: Destination, codes: CodeValues): Promise<void> {
    try {
      await this.#deliver(message, destination, codes);
    } catch (error) {
      this.complain(`Messages for ${describe(destination)} are lost: ${messageOf(error)}`);
    }
  }

  /** Sends a mail whose text is in an open file. */
  async mail(destination: Destination, body: { readonly fd: number }, codes: CodeValues): Promise<void> {
    await this.#runMailer(destination, destination.mailCommand, body, codes);
  }

  /** Once per text: a line in the daemon's log. */
  complain(text: string): void {
    if (this.#complaints.has(text)) return;
    if (this.#complaints.size >= COMPLAINTS_MAX) this.#complaints.clear();
    this.#complaints.add(text);
    this.#log.error(text);
  }

  async #deliver(message: Message, destination: Destination, codes: CodeValues): Promise<void> {
    const [place = ''] = destination.where;
    switch (destination.kind) {
      case 'console':
        return this.consoleStore.add(messageLine(message));
      case 'catalog':
        return this.#catalog.appendLog({
          jobId: message.jobId,
          time: message.at,
          text: messageBody(message),
        });
      case 'append':
        return appendFile(place, messageLine(message), { mode: 0o640 });
      case 'file':
        return this.#writeFile(place, messageLine(message));
      case 'stdout':
        process.stdout.write(messageLine(message));
        return;
      case 'stderr':
        process.stderr.write(messageLine(message));
        return;
      case 'syslog':
        return this.#syslog(messageBody(message));
      case 'operator':
        return this.#runMailer(destination, destination.operatorCommand, messageLine(message), codes);
      case 'mail':
      case 'mailonerror':
      case 'mailonsuccess':
      case 'director': // the Director is here
        return;
    }
  }

  async #writeFile(place: string, line: string): Promise<void> {
    if (this.#begunFiles.has(place)) return appendFile(place, line);
    await writeFile(place, line, { mode: 0o640 });
    this.#begunFiles.add(place);
  }

  async #syslog(body: string): Promise<void> {
    const words = ['logger', '-t', this.#directorName];
    const status = await runCommand({
      words,
      input: body,
      signal: this.#signal,
      timeoutMs: MAILER_TIMEOUT_MS,
    });
    if (status !== 0) throw new Error(`"logger" ended with status ${status}`);
  }

  async #runMailer(
    destination: Destination,
    commandLine: string | undefined,
    input: string | { readonly fd: number },
    codes: CodeValues,
  ): Promise<void> {
    if (!commandLine) {
      const directive = destination.kind === 'operator' ? 'OperatorCommand' : 'MailCommand';
      throw new Error(
        `mail is sent by a ${directive} only, and the Messages resource has none above this line`,
      );
    }
    const words = substituteWords(commandWords(commandLine), { ...codes, r: [...destination.where] });
    let lastLine = '';
    const status = await runCommand({
      words,
      input,
      signal: this.#signal,
      timeoutMs: MAILER_TIMEOUT_MS,
      onLine: (line) => {
        lastLine = printablePath(line);
      },
    });
    if (status !== 0)
      throw new Error(`"${words[0]}" ended with status ${status}${lastLine && `: ${lastLine}`}`);
  }
}

/** "mail = root@localhost": the destination as the conf names it. */
export function describe(destination: Destination): string {
  return [destination.kind, ...(destination.where.length > 0 ? [destination.where.join(', ')] : [])].join(
    ' = ',
  );
}
