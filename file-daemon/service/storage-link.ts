import type { Client } from '@grpc/grpc-js';
import type { StorageTicket } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { openFetch, openStore } from '../../transport/bulk.ts';
import type { Connection } from '../../transport/channel.ts';
import { reachStorage, type StorageCaller } from '../../transport/to-storage.ts';
import type { BackupStore } from '../backup/backup-job.ts';
import type { Throttle } from '../bandwidth/throttle.ts';
import { throttledMembers, throttledStore } from '../bandwidth/throttled.ts';

export interface StorageLinkOptions {
  readonly connectTimeoutMs: number;
  readonly throttle: Throttle;
  readonly onRetry: StorageCaller['onRetry'];
}

/**
 * The way to the storage daemon of one job: its ticket is name and key at once. Each job has a connection of its own, and
 * members pass no faster than its throttle lets them. Disposing of it cuts it off.
 */
export class StorageLink implements Disposable {
  readonly #ticket: StorageTicket;
  readonly #options: StorageLinkOptions;
  #connection: Connection<Client> | undefined;

  constructor(ticket: StorageTicket, options: StorageLinkOptions) {
    this.#ticket = ticket;
    this.#options = options;
  }

  async openStore(signal: AbortSignal): Promise<BackupStore> {
    const connection = await this.#reach(signal);
    return throttledStore(openStore(connection, signal), this.#options.throttle, signal);
  }

  async *openFetch(signal: AbortSignal): AsyncGenerator<Buffer> {
    const connection = await this.#reach(signal);
    yield* throttledMembers(openFetch(connection, signal), this.#options.throttle, signal);
  }

  async #reach(signal: AbortSignal): Promise<Connection<Client>> {
    const { connectTimeoutMs, onRetry } = this.#options;
    this.#connection ??= await reachStorage(this.#ticket, connectTimeoutMs, { signal, onRetry });
    return this.#connection;
  }

  [Symbol.dispose](): void {
    this.#connection?.[Symbol.dispose]();
  }
}
