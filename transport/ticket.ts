import { randomBytes } from 'node:crypto';
import type { Peer, Secret } from './peer.ts';

/** Lets its holder do one job's transfer with the storage daemon and nothing else. */
export interface Ticket {
  readonly ticketId: string;
  /** 32 random bytes: the TLS pre-shared key. */
  readonly secret: Buffer;
}

export function issueTicket(): Ticket {
  return { ticketId: randomBytes(12).toString('hex'), secret: randomBytes(32) };
}

/** The tickets in force, each with the session it is for. */
export class TicketOffice<S> {
  readonly #issued = new Map<string, { ticket: Ticket; session: S }>();

  issue(session: S): Ticket {
    const ticket = issueTicket();
    this.#issued.set(ticket.ticketId, { ticket, session });
    return ticket;
  }

  /** The session a ticket is for; `undefined` when it was never issued, or revoked. */
  find(ticketId: string): S | undefined {
    return this.#issued.get(ticketId)?.session;
  }

  /** For `findSecret` of a listener. `undefined` when the peer holds no ticket that is in force. */
  secretOf(peer: Peer): Secret | undefined {
    const entry = peer.role === 'ticket' ? this.#issued.get(peer.name) : undefined;
    return entry && { key: entry.ticket.secret };
  }

  /** New connections with it are refused from now on. One that stands is ended by whoever serves it. */
  revoke(ticketId: string): void {
    this.#issued.delete(ticketId);
  }
}
