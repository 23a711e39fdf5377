import { Client } from '@grpc/grpc-js';
import { connect, type Connection } from './channel.ts';

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
