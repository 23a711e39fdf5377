import type { MessagesResource } from '../../configuration/director-conf.ts';
import type { Destination, MessageType } from '../../configuration/values/destination.ts';
import { messageOf } from '../../errors/operator-error.ts';
import type { CodeValues } from '../../commands/substitution.ts';
import { MailSpool } from './mail-spool.ts';
import { messageLine, type Message } from './message-line.ts';
import { describe, sentenceOf, type MessageOutlets } from './outlets.ts';

/** Where the messages of one job go. */
export interface JobMessagesOptions {
  readonly jobId: number;
  /** Unique name: it names the file in which a mail is collected. */
  readonly job: string;
  /** Name of this Director: the sender, when a message names no other. */
  readonly directorName: string;
  readonly resource: MessagesResource;
  readonly outlets: MessageOutlets;
  readonly workingDirectory: string;
  /** Values of the `%` codes now, for commands. */
  readonly codes: () => CodeValues;
}

/**
 * The messages of one job: each goes, in order, to every destination of the Messages resource that takes its type.
 * Mails are collected in a file and sent by `finish`, one for each destination.
 */
export class JobMessages {
  readonly #options: JobMessagesOptions;
  readonly #mails = new Map<Destination, MailSpool>();
  readonly #counts = new Map<MessageType, number>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: JobMessagesOptions) {
    this.#options = options;
  }

  /** Resolves when every destination has it. Never rejects: an outlet that fails is reported in the log. */
  add(type: MessageType, text: string, origin: { from?: string; at?: Date } = {}): Promise<void> {
    const { jobId, directorName } = this.#options;
    const message = { type, text, jobId, from: origin.from ?? directorName, at: origin.at ?? new Date() };
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    this.#last = this.#last.then(() => this.#route(message));
    return this.#last;
  }

  info(text: string): Promise<void> {
    return this.add('Info', text);
  }

  /** Goes on with the mails that a Director left behind when it died. */
  async resume(): Promise<void> {
    for (const destination of this.#options.resource.destinations.filter(isMail)) {
      const spool = this.#spoolOf(destination);
      if (await spool.exists()) this.#mails.set(destination, spool);
    }
  }

  /** How many messages of these types there were. */
  count(...types: MessageType[]): number {
    return types.reduce((sum, type) => sum + (this.#counts.get(type) ?? 0), 0);
  }

  /** Sends the mails; those for success or error only when the job ended so. Never rejects. */
  async finish(outcome: { readonly endedWell: boolean }): Promise<void> {
    await this.#last;
    await this.#options.outlets.settle();
    for (const [destination, spool] of this.#mails) {
      const wanted =
        destination.kind === 'mail' || (destination.kind === 'mailonsuccess') === outcome.endedWell;
      await this.#closeMail(destination, spool, wanted);
    }
    this.#mails.clear();
  }

  async #route(message: Message): Promise<void> {
    const { resource, outlets, codes } = this.#options;
    for (const destination of destinationsOf(resource, message.type)) {
      if (isMail(destination)) await this.#collect(destination, messageLine(message));
      else await outlets.deliver(message, destination, { resource, codes: codes() });
    }
  }

  async #collect(destination: Destination, line: string): Promise<void> {
    try {
      const spool = this.#mails.get(destination) ?? this.#spoolOf(destination);
      await spool.append(line);
      this.#mails.set(destination, spool);
    } catch (error) {
      await this.#options.outlets.complain(
        `Messages for ${describe(destination)} are lost: ${messageOf(error)}`,
      );
    }
  }

  /** Of the same name as long as the Messages resource is. */
  #spoolOf(destination: Destination): MailSpool {
    const { job, resource, workingDirectory } = this.#options;
    const number = resource.destinations.filter(isMail).indexOf(destination) + 1;
    return new MailSpool(workingDirectory, `${job}.${number}`);
  }

  async #closeMail(destination: Destination, spool: MailSpool, wanted: boolean): Promise<void> {
    const { outlets, codes, resource, jobId } = this.#options;
    try {
      await using closing = spool;
      if (!wanted) return;
      await using body = await closing.reopen();
      await outlets.mail({ destination, resource, codes: codes(), body });
    } catch (error) {
      const whose = jobId > 0 ? ` about JobId ${jobId}` : '';
      await outlets.complain(`No mail to ${destination.where.join(', ')}${whose}: ${sentenceOf(error)}`);
    }
  }
}

/** The destinations of a Messages resource that take a message of this type. */
export function destinationsOf(resource: MessagesResource, type: MessageType): Destination[] {
  return resource.destinations.filter((destination) => destination.types.has(type));
}

/** Whether its messages are collected and mailed at the end of the job. */
export function isMail(destination: Destination): boolean {
  return (
    destination.kind === 'mail' || destination.kind === 'mailonerror' || destination.kind === 'mailonsuccess'
  );
}
