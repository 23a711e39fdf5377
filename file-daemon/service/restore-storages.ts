import type {
  NextStorage,
  StorageTicket,
  StreamPosition,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { sessionKey } from '../restore/block-source.ts';
import type { RestoreFetch } from '../restore/restore-job.ts';
import { Inbox } from '../worker/inbox.ts';
import type { StorageLink } from './storage-link.ts';

/** The storages of one restore, as the Director names them; each is connected to when it is its turn. */
export class RestoreStorages {
  readonly #named = new Inbox<NextStorage>();
  readonly #connect: (ticket: StorageTicket | undefined) => StorageLink;

  /** @param start names the first one. */
  constructor(start: NextStorage, connect: (ticket: StorageTicket | undefined) => StorageLink) {
    this.#connect = connect;
    this.goOn(start);
  }

  goOn(next: NextStorage): void {
    this.#named.put(next);
    if (next.storageUntil === undefined) this.end();
  }

  /** The Director names no more. */
  end(): void {
    this.#named.close();
  }

  async *fetches(signal: AbortSignal): AsyncGenerator<RestoreFetch> {
    signal.addEventListener('abort', () => this.end(), { once: true });
    for await (const { storage, storageUntil } of this.#named) {
      using link = this.#connect(storage);
      yield { members: (ended) => link.openFetch(ended), until: storageUntil && boundaryOf(storageUntil) };
    }
    signal.throwIfAborted();
  }
}

function boundaryOf(position: StreamPosition): RestoreFetch['until'] {
  return { session: sessionKey(position), streamOffset: position.streamOffset };
}
