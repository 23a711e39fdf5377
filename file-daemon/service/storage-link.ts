import { Client } from '@grpc/grpc-js';
import type { StorageTicket } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { openFetch, openStore } from '../../transport/bulk.ts';
import { connect, type Connection } from '../../transport/channel.ts';
import type { BackupStore } from '../backup/backup-job.ts';

/**
 * The way to the storage daemon of one job: its ticket is name and key at once. Each job has a connection of its own.
 * Disposing of it cuts it off.
 */
export class StorageLink implements Disposable {
  readonly #connection: Connection<Client>;
  readonly #connectTimeoutMs: number;

  constructor(ticket: StorageTicket, connectTimeoutMs: number) {
    this.#connection = connect(Client, {
      host: ticket.address,
      port: ticket.port,
      self: { role: 'ticket', name: ticket.ticketId },
      peerKind: 'Storage daemon',
      peerName: ticket.storageName,
      secret: { key: ticket.secret },
    });
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  async openStore(signal: AbortSignal): Promise<BackupStore> {
    await this.#connection.ready(this.#connectTimeoutMs, signal);
    return openStore(this.#connection, signal);
  }

  async *openFetch(signal: AbortSignal): AsyncGenerator<Buffer> {
    await this.#connection.ready(this.#connectTimeoutMs, signal);
    yield* openFetch(this.#connection, signal);
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}
