import type { MessageType } from '../../configuration/values/destination.ts';
import type {
  CopyEnd,
  CopyPart,
  CopySource,
  ReadFinished,
  ReadOpen,
  ReadOpened,
  ReadRange,
  ReadRequest,
  ReadResponse,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { Exchange, StorageLink } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import { storageFailure } from './peer-failure.ts';
import { sessionMessage } from './peer-messages.ts';

/** Ranges in one message: well below the transport's limit. */
const MESSAGE_RANGES = 10_000;

/** The Director's side of one session that reads, on a storage daemon: says what is to be sent to the client, or copied. */
export class ReadSession implements Disposable {
  readonly opened: ReadOpened;
  readonly #exchange: Exchange<ReadRequest, ReadResponse>;
  readonly #events: AsyncIterator<ReadResponse>;
  readonly #line: AbortController;

  private constructor(
    opened: ReadOpened,
    call: {
      exchange: Exchange<ReadRequest, ReadResponse>;
      events: AsyncIterator<ReadResponse>;
      line: AbortController;
    },
  ) {
    this.opened = opened;
    this.#exchange = call.exchange;
    this.#events = call.events;
    this.#line = call.line;
  }

  static async open(storage: StorageLink, request: ReadOpen, signal: AbortSignal): Promise<ReadSession> {
    const line = new AbortController();
    try {
      const exchange = storage.read(AbortSignal.any([signal, line.signal]));
      const events = exchange.events[Symbol.asyncIterator]();
      await exchange.send({ command: { $case: 'open', value: request } });
      const first = await events.next();
      const event = first.done ? undefined : first.value.event;
      if (event?.$case === 'opened') return new ReadSession(event.value, { exchange, events, line });
      throw new JobFailed('The storage daemon opened no session, and gave no reason');
    } catch (error) {
      line.abort(error);
      throw error;
    }
  }

  /** Resolves when the storage daemon has taken them; it reads in this order. */
  async send(ranges: readonly ReadRange[]): Promise<void> {
    for (let at = 0; at < ranges.length; at += MESSAGE_RANGES) {
      const part = ranges.slice(at, at + MESSAGE_RANGES);
      await this.#exchange.send({ command: { $case: 'ranges', value: { ranges: part } } });
    }
  }

  /** Of a copy, in place of `send`. */
  async copy(part: CopyPart): Promise<void> {
    await this.#exchange.send({ command: { $case: 'part', value: part } });
  }

  /** Of a copy: where the blocks of the parts that follow come from. */
  async copyFrom(source: CopySource): Promise<void> {
    await this.#exchange.send({ command: { $case: 'source', value: source } });
  }

  /** Of a copy: all of it was named. */
  async copied(totals: CopyEnd): Promise<void> {
    await this.#exchange.send({ command: { $case: 'end', value: totals } });
  }

  /** There is no more to read. */
  end(): void {
    this.#exchange.end();
  }

  /**
   * Hears the storage daemon to the end of the session.
   * @throws the reason of `signal` when that aborts; JobFailed when the storage daemon was lost.
   */
  async run(
    hear: {
      readonly say: (type: MessageType, text: string, at: Date) => Promise<void>;
      /** The storage daemon waits for this; empty: it goes on. */
      readonly onWaiting: (what: string) => void;
    },
    signal: AbortSignal,
  ): Promise<ReadFinished> {
    const cut = () => this.#line.abort(signal.reason);
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    try {
      for (;;) {
        const next = await this.#events.next();
        if (next.done) throw new JobFailed('The session ended without a result');
        const { event } = next.value;
        if (event?.$case === 'finished') return event.value;
        if (event?.$case === 'waiting') hear.onWaiting(event.value.waitingFor);
        if (event?.$case !== 'message') continue;
        const { type, text, at } = sessionMessage(event.value);
        await hear.say(type, text, at);
      }
    } catch (cause) {
      throw signal.aborted ? signal.reason : storageFailure(cause);
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }

  [Symbol.dispose](): void {
    this.#line.abort(new JobFailed('The session is over'));
  }
}
