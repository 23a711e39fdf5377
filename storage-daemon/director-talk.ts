import {
  SessionMessageType,
  type AppendResponse,
  type UseVolume,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import { abortable } from './abortable.ts';
import type { Waiter } from './patience.ts';

export type AppendEvent = NonNullable<AppendResponse['event']>;

/** The Director's side of an append session. */
export interface DirectorLink {
  /** Resolves when more may be sent. Rejects when the Director is gone. */
  send(event: AppendEvent): Promise<void>;
  /** The next answer to VolumeWanted. */
  nextVolume(): Promise<UseVolume>;
}

/** How long the Director may take to hear the end of a session. */
const LAST_WORD_MS = 30_000;

/** What a session says to its Director and waits for: none of it outlasts the abort of the session. */
export class DirectorTalk implements Waiter {
  readonly #link: DirectorLink;
  readonly #signal: AbortSignal;
  #waitingFor = '';

  constructor(link: DirectorLink, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /** What the session waits for; empty while data flows. */
  get waitingFor(): string {
    return this.#waitingFor;
  }

  tell(event: AppendEvent): Promise<void> {
    return abortable(this.#link.send(event), this.#signal);
  }

  say(text: string, type: SessionMessageType = SessionMessageType.INFO): Promise<void> {
    return this.tell(messageEvent(text, type));
  }

  tellWaiting(waitingFor: string): Promise<void> {
    return this.tell({ $case: 'waiting', value: { waitingFor } });
  }

  nextVolume(): Promise<UseVolume> {
    return this.waitFor('an appendable Volume', this.#link.nextVolume());
  }

  async waitFor<T>(what: string, promise: Promise<T>): Promise<T> {
    this.#waitingFor = what;
    try {
      return await abortable(promise, this.#signal);
    } finally {
      this.#waitingFor = '';
    }
  }

  /** For the end of a session, also after its abort: the Director may be gone, or deaf, and nobody is left to tell. */
  async tellLast(event: AppendEvent): Promise<void> {
    await abortable(this.#link.send(event), AbortSignal.timeout(LAST_WORD_MS)).catch(() => {});
  }

  sayLast(text: string, type: SessionMessageType): Promise<void> {
    return this.tellLast(messageEvent(text, type));
  }
}

function messageEvent(text: string, type: SessionMessageType): AppendEvent {
  return { $case: 'message', value: { type, text, atMs: Date.now() } };
}
