import { Client } from '@grpc/grpc-js';
import type { CopySource, CopyTarget } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { connect, type Connection } from '../transport/channel.ts';

/** With the rights of a file daemon, to fetch from or store into one session. */
export function connectWithTicket(ticket: CopySource | CopyTarget): Connection<Client> {
  return connect(Client, {
    host: ticket.address,
    port: ticket.port,
    self: { role: 'ticket', name: ticket.ticketId },
    peerKind: 'Storage daemon',
    peerName: ticket.storageName,
    secret: { key: Buffer.from(ticket.ticketSecret) },
  });
}
