import type { Client } from '@grpc/grpc-js';
import type { StorageTicket } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { openFetch, openStore } from '../../transport/bulk.ts';
import type { Connection } from '../../transport/channel.ts';
import { connectToStorage } from '../../transport/to-storage.ts';
import type { BackupStore } from '../backup/backup-job.ts';
import type { Throttle } from '../bandwidth/throttle.ts';
import { throttledMembers, throttledStore } from '../bandwidth/throttled.ts';

/**
 * The way to the storage daemon of one job: its ticket is name and key at once. Each job has a connection of its own, and
 * members pass no faster than its throttle lets them. Disposing of it cuts it off.
 */
export class StorageLink implements Disposable {
  readonly #connection: Connection<Client>;
  readonly #connectTimeoutMs: number;
  readonly #throttle: Throttle;

  constructor(ticket: StorageTicket, connectTimeoutMs: number, throttle: Throttle) {
    this.#connection = connectToStorage(ticket);
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#throttle = throttle;
  }

  async openStore(signal: AbortSignal): Promise<BackupStore> {
    await this.#connection.ready(this.#connectTimeoutMs, signal);
    return throttledStore(openStore(this.#connection, signal), this.#throttle, signal);
  }

  async *openFetch(signal: AbortSignal): AsyncGenerator<Buffer> {
    await this.#connection.ready(this.#connectTimeoutMs, signal);
    yield* throttledMembers(openFetch(this.#connection, signal), this.#throttle, signal);
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}
