import type { Client } from '@grpc/grpc-js';
import type { CopySource, ReadRange } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { openFetch } from '../transport/bulk.ts';
import type { Connection } from '../transport/channel.ts';
import { reachStorage, type StorageCaller } from '../transport/to-storage.ts';
import { SessionCutShort } from './storage-errors.ts';

interface OpenSource {
  readonly source: CopySource;
  /** Both are there once the first block was asked for. */
  connection?: Connection<Client>;
  members?: AsyncIterator<Buffer>;
}

/** The sessions on other storage daemons from which a copy fetches blocks, one after the other. */
export class CopySources implements Disposable {
  readonly #connectTimeoutMs: number;
  #open: OpenSource | undefined;

  constructor(connectTimeoutMs: number) {
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** Whether the blocks come from elsewhere now, and not from volumes of this storage daemon. */
  get areElsewhere(): boolean {
    return this.#open !== undefined;
  }

  /** The blocks that follow come from this one. */
  goTo(source: CopySource): void {
    this[Symbol.dispose]();
    if (source.ticketId === '') return;
    this.#open = { source };
  }

  /** The blocks of a range, which the session there was told as well. @throws SessionCutShort when there are fewer. */
  async *blocks(range: ReadRange, caller: StorageCaller): AsyncGenerator<Buffer> {
    const open = this.#open;
    if (open === undefined) throw new TypeError('No other storage daemon was named');
    const members = (open.members ??= await this.#fetch(open, caller));
    for (let count = 0; count < range.blockCount; count += 1) {
      const next = await members.next();
      if (next.done !== true) yield next.value;
      else {
        throw new SessionCutShort(
          `Storage "${open.source.storageName}" sent ${count} of ${range.blockCount} blocks of Volume "${range.volumeName}"`,
        );
      }
    }
  }

  async #fetch(open: OpenSource, caller: StorageCaller): Promise<AsyncIterator<Buffer>> {
    const ticket = { ...open.source, secret: open.source.ticketSecret };
    open.connection = await reachStorage(ticket, this.#connectTimeoutMs, caller);
    if (this.#open !== open) open.connection[Symbol.dispose](); // the copy ended meanwhile
    return openFetch(open.connection, caller.signal)[Symbol.asyncIterator]();
  }

  [Symbol.dispose](): void {
    this.#open?.connection?.[Symbol.dispose]();
    this.#open = undefined;
  }
}
