import { Client } from '@grpc/grpc-js';
import { connect, type Connection } from './channel.ts';
import { reach, retryText } from './reach.ts';

/** What lets a daemon fetch from or store into one session of a storage daemon: name and key at once. */
export interface TicketToStorage {
  readonly address: string;
  readonly port: number;
  readonly ticketId: string;
  readonly secret: Uint8Array;
  readonly storageName: string;
}

export function connectToStorage(ticket: TicketToStorage): Connection<Client> {
  return connect(Client, {
    host: ticket.address,
    port: ticket.port,
    self: { role: 'ticket', name: ticket.ticketId },
    peerKind: 'Storage daemon',
    peerName: ticket.storageName,
    secret: { key: Buffer.from(ticket.secret) },
  });
}

/** Who waits while a storage daemon is tried. */
export interface StorageCaller {
  readonly signal: AbortSignal;
  /** Takes the sentence that the storage daemon cannot be reached and is tried again. */
  readonly onRetry: (text: string) => Promise<void>;
}

/** Connects to the storage daemon of a ticket, and tries again for `timeoutMs` while it cannot be reached. @throws as `reach` */
export function reachStorage(
  ticket: TicketToStorage,
  timeoutMs: number,
  { signal, onRetry }: StorageCaller,
): Promise<Connection<Client>> {
  return reach(() => connectToStorage(ticket), {
    timeoutSeconds: timeoutMs / 1000,
    signal,
    onRetry: (error) => onRetry(retryText(error, `Storage daemon on ${ticket.address}:${ticket.port}`)),
  });
}
