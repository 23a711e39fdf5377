import type { MessagesResource } from '../../configuration/director-conf.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import type { Log } from '../../daemon/log.ts';
import { JobMessages } from './job-messages.ts';
import type { MessageOutlets } from './outlets.ts';

/** What happens within this time goes into one mail: a scan of the port must not send a mail for each probe. */
const MAIL_INTERVAL_MS = 60_000;

const NO_TROUBLE: ReadonlySet<MessageType> = new Set<MessageType>(['Info', 'Terminate', 'VolMgmt']);

export interface DaemonMessagesOptions {
  readonly directorName: string;
  /** The Director's Messages resource in the conf in force. */
  readonly resource: () => MessagesResource;
  readonly outlets: MessageOutlets;
  readonly log: Log;
  readonly workingDirectory: string;
}

/** Messages of the Director itself, of no job: they go to its Messages resource and to the daemon's log. */
export class DaemonMessages implements AsyncDisposable {
  readonly #options: DaemonMessagesOptions;
  #batch: JobMessages | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #batches = 0;

  constructor(options: DaemonMessagesOptions) {
    this.#options = options;
  }

  /** Resolves when every destination has it; never rejects, so a caller in a hurry may go on. */
  add(type: MessageType, text: string): Promise<void> {
    const { log } = this.#options;
    if (NO_TROUBLE.has(type)) log.info(text);
    else if (type === 'Warning' || type === 'Security') log.warn(text);
    else log.error(text);
    this.#batch ??= this.#newBatch();
    return this.#batch.add(type, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#send();
    await this.#sending;
  }

  #newBatch(): JobMessages {
    const { directorName, resource, outlets, workingDirectory } = this.#options;
    this.#timer = setTimeout(() => this.#send(), MAIL_INTERVAL_MS).unref();
    this.#batches += 1;
    const codes = { d: directorName, D: directorName, j: directorName, n: directorName, i: '0', t: 'Daemon' };
    return new JobMessages({
      jobId: 0,
      job: `${directorName.replaceAll(' ', '_')}.daemon-${this.#batches}`,
      directorName,
      resource: resource(),
      outlets,
      workingDirectory,
      codes: () => ({ ...codes, e: 'message', l: '', c: directorName }),
    });
  }

  #send(): void {
    clearTimeout(this.#timer);
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch) this.#sending = this.#sending.then(() => batch.finish({ endedWell: false }));
  }
}
