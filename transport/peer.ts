import { OperatorError } from '../errors/operator-error.ts';

/**
 * Who is at the other end of a connection. A Director, a console and a client that connects to its Director prove a
 * Password, a ticket holder the random key of a one-job ticket.
 */
export interface Peer {
  readonly role: Role;
  /** Of a Director, console or client: the name of its resource. Of a ticket: its id. */
  readonly name: string;
}

export type Role = 'director' | 'console' | 'client' | 'ticket';

/** What both sides of a connection must know: the Password of the conf files, or the 32 random bytes of a ticket. */
export type Secret = { readonly password: string } | { readonly key: Buffer };

/** The name a console gives that has no Console resource: it knows the Password of the Director resource itself. */
export const DEFAULT_CONSOLE = '*UserAgent*';

export type PeerKind = 'Director' | 'Storage daemon' | 'File daemon';

/** Changes when daemons of two releases can no longer talk to each other at all. */
const PROTOCOL = 'noctule1';

/** OpenSSL takes no longer identity. */
const IDENTITY_BYTES_MAX = 256;

const IDENTITY = new RegExp(`^${PROTOCOL}/(director|console|client|ticket)/([^/]*)$`);

/**
 * The PSK identity of a peer, `noctule1/<role>/<name>`. Only what would break that form is percent-encoded, so that
 * a name in any script keeps its length in UTF-8.
 * @throws NameTooLong
 */
export function encodeIdentity(peer: Peer): string {
  const name = peer.name.toWellFormed().replace(/[\0-\x20%/\x7f]/g, encodeURIComponent);
  const identity = `${PROTOCOL}/${peer.role}/${name}`;
  if (Buffer.byteLength(identity) > IDENTITY_BYTES_MAX) throw new NameTooLong(peer);
  return identity;
}

/** The peer that an identity names; `undefined` when it is not one of ours. Proves nothing by itself. */
export function parseIdentity(identity: string): Peer | undefined {
  const [, role, name] = IDENTITY.exec(identity) ?? [];
  if (role === undefined || name === undefined) return undefined;
  try {
    return { role: role as Role, name: decodeURIComponent(name) };
  } catch {
    return undefined; // a stray percent sign
  }
}

/** `Director "main-dir"`: how messages call a peer. */
export function describePeer(peer: Peer): string {
  switch (peer.role) {
    case 'director':
      return `Director "${peer.name}"`;
    case 'console':
      return `Console "${peer.name}"`;
    case 'client':
      return `Client "${peer.name}"`;
    case 'ticket':
      return `The holder of ticket "${peer.name}"`;
  }
}

/**
 * For service handlers: only these roles may go on.
 * @throws RoleRefused
 */
export function requireRole(peer: Peer, ...roles: Role[]): void {
  if (!roles.includes(peer.role)) throw new RoleRefused(peer);
}

/** A peer asked for something that its role does not allow, e.g. a ticket holder for the status. */
export class RoleRefused extends OperatorError {
  readonly code = 'NET_ROLE_REFUSED';
  constructor(peer: Peer) {
    super(`${describePeer(peer)} is not allowed to ask for this`);
  }
}

export class NameTooLong extends OperatorError {
  readonly code = 'NET_NAME_TOO_LONG';
  override readonly hint = 'Shorten the Name.';
  constructor(peer: Peer) {
    super(`The name of ${describePeer(peer)} is too long to be sent to a peer`);
  }
}
