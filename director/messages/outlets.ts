import { appendFile, writeFile } from 'node:fs/promises';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Destination, MessageType } from '../../configuration/values/destination.ts';
import type { Log } from '../../daemon/log.ts';
import { messageOf, OperatorError } from '../../errors/operator-error.ts';
import { runCommand } from '../../commands/run-command.ts';
import { CatalogLog } from './catalog-log.ts';
import type { ConsoleStore } from './console-store.ts';
import { sendLetter, type Letter } from './mailer.ts';
import { messageBody, messageLine, type Message } from './message-line.ts';

/** A `logger` that takes longer is ended. */
const LOGGER_TIMEOUT_MS = 10_000;
/** How many complaints are remembered. */
const COMPLAINTS_MAX = 1_000;

/** A job may have as many of these as it has files. That a file was not saved is to be known even if the Director dies. */
const OF_EACH_FILE: ReadonlySet<MessageType> = new Set<MessageType>(['Restored', 'Saved', 'Skipped']);

/** Of the system log, by which `journalctl -p` and syslog rules choose; all other types are `info`. */
const SEVERITIES: Partial<Record<MessageType, string>> = {
  Abort: 'crit',
  Fatal: 'err',
  Error: 'err',
  ErrorTerm: 'err',
  Alert: 'alert',
  Security: 'warning',
  Warning: 'warning',
  NotSaved: 'warning',
  Mount: 'notice',
  Debug: 'debug',
};

/** What a mail that goes out at once has to know of the job. */
export type MessageContext = Pick<Letter, 'resource' | 'codes'>;

/**
 * Where messages leave the Director. One for the whole daemon. An outlet that fails is reported in the daemon's log
 * and never stops the job that had something to say.
 */
export class MessageOutlets {
  readonly consoleStore: ConsoleStore;
  readonly #catalogLog: CatalogLog;
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
    this.#catalogLog = new CatalogLog(options.catalog, (error) => void this.#lost('catalog', error));
    this.#log = options.log;
    this.#directorName = options.directorName;
    this.#signal = options.signal;
  }

  /** Carries a message to a destination that takes it at once; mails of a job are collected by its JobMessages. */
  async deliver(message: Message, destination: Destination, context: MessageContext): Promise<void> {
    try {
      await this.#deliver(message, destination, context);
    } catch (error) {
      await this.#lost(describe(destination), error);
    }
  }

  /** Resolves when what was delivered is where it belongs. Never rejects. */
  async settle(): Promise<void> {
    await this.#catalogLog.flush().catch((error: unknown) => this.#lost('catalog', error));
  }

  /** Sends what was collected for a destination. @throws what `sendLetter` throws */
  mail(letter: Letter): Promise<void> {
    return sendLetter(letter, this.#signal);
  }

  /** Once per text: a line in the daemon's log, and one for the console. Never rejects. */
  async complain(text: string): Promise<void> {
    if (this.#complaints.has(text)) return;
    if (this.#complaints.size >= COMPLAINTS_MAX) this.#complaints.clear();
    this.#complaints.add(text);
    this.#log.error(text);
    const message: Message = { type: 'Error', text, jobId: 0, from: this.#directorName, at: new Date() };
    // What cannot be kept for the console either is in the log at least.
    await this.consoleStore.add(messageLine(message)).catch(() => {});
  }

  #lost(destination: string, error: unknown): Promise<void> {
    return this.complain(`Messages for ${destination} are lost: ${sentenceOf(error)}`);
  }

  async #deliver(message: Message, destination: Destination, context: MessageContext): Promise<void> {
    const [place = ''] = destination.where;
    switch (destination.kind) {
      case 'console':
        return this.consoleStore.add(messageLine(message));
      case 'catalog':
        return this.#catalogLog.add(
          { jobId: message.jobId, time: message.at, text: messageBody(message) },
          OF_EACH_FILE.has(message.type) ? 'with others' : 'at once',
        );
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
        return this.#syslog(message, destination.where[0]);
      case 'operator':
        return this.mail({ destination, ...context, body: messageLine(message) });
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

  async #syslog(message: Message, facility = 'daemon'): Promise<void> {
    const priority = `${facility}.${SEVERITIES[message.type] ?? 'info'}`;
    const words = ['logger', '-t', this.#directorName, '-p', priority];
    const status = await runCommand({
      words,
      input: messageBody(message),
      signal: this.#signal,
      timeoutMs: LOGGER_TIMEOUT_MS,
    });
    if (status !== 0) throw new Error(`"logger" ended with status ${status}`);
  }
}

/** "mail = root@localhost": the destination as the conf names it. */
export function describe(destination: Destination): string {
  return [destination.kind, ...(destination.where.length > 0 ? [destination.where.join(', ')] : [])].join(
    ' = ',
  );
}

/** What went wrong, and what to do about it. */
export function sentenceOf(error: unknown): string {
  const hint = error instanceof OperatorError ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}. ${hint}`;
}
