import { constants } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import { DEFAULT_CONSOLE, describePeer, parseIdentity, type Peer, type Secret } from './peer.ts';
import { preSharedKey } from './pre-shared-key.ts';

/**
 * The one cipher suite. A second one with another hash would let OpenSSL skip the identity it has just asked us about
 * and go on with the next one offered: the peer we noted would not be the one that was proven.
 */
export const CIPHERS = 'TLS_AES_128_GCM_SHA256';

export interface HandshakeEvents {
  findSecret(peer: Peer): Secret | undefined;
  /** The peer has proven its secret; the socket speaks HTTP/2 next. */
  onProven(socket: TLSSocket, peer: Peer): void;
  onRefused(sentence: string): void;
}

/** A TLS server that lets through only peers that prove a pre-shared key. */
export function createPskServer(serverName: string, events: HandshakeEvents): Server {
  /** Who a socket says it is; true as soon as its handshake succeeds, because the key was that peer's. */
  const claimed = new WeakMap<TLSSocket, Peer>();
  const unknown = new WeakMap<TLSSocket, string>();

  const server = createServer({
    minVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    ALPNProtocols: ['h2'],
    secureOptions: constants.SSL_OP_NO_TICKET, // a resumed session would not say whose it is
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    noDelay: true,
    pskCallback(socket, identity) {
      const peer = parseIdentity(identity);
      const secret = peer && events.findSecret(peer);
      if (!secret) {
        unknown.set(socket, identity);
        return null;
      }
      claimed.set(socket, peer);
      return preSharedKey(secret);
    },
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {}); // what is lost with a connection shows in its calls
    const peer = claimed.get(socket);
    if (peer && socket.alpnProtocol === 'h2') events.onProven(socket, peer);
    else socket.destroy();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'an unknown address';
    const peer = claimed.get(socket);
    const identity = unknown.get(socket);
    socket.destroy();
    events.onRefused(refusal({ code: error.code ?? error.message, address, peer, identity, serverName }));
  });
  return server;
}

/** One sentence for the log: who was refused, why, and what to compare. */
function refusal(attempt: {
  code: string;
  address: string;
  peer: Peer | undefined;
  identity: string | undefined;
  serverName: string;
}): string {
  const { code, address, peer, identity, serverName } = attempt;
  if (peer && code === 'ERR_SSL_BINDER_DOES_NOT_VERIFY') {
    return `${describePeer(peer)} at ${address} gave a wrong password. ${comparePasswords(peer, serverName)}`;
  }
  if (identity !== undefined) return unknownName(identity, address, serverName);
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return `A connection from ${address} was dropped: it did not finish its TLS handshake in time`;
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return `A connection from ${address} was closed before it said who it is (a port scan, a health check, or a broken line)`;
  }
  return `A connection from ${address} was refused: it does not speak Noctule's protocol (${code})`;
}

function comparePasswords(peer: Peer, serverName: string): string {
  switch (peer.role) {
    case 'director':
      return (
        `Compare Password in Director "${peer.name}" of this daemon's configuration with Password in the Client or ` +
        `Storage resource for "${serverName}" in the Director's configuration.`
      );
    case 'console': {
      const resource = peer.name === DEFAULT_CONSOLE ? 'the Director resource' : `Console "${peer.name}"`;
      return `Compare Password in ${resource} of "${serverName}" with Password in the console's own configuration.`;
    }
    case 'client':
      return (
        `Compare Password in Client "${peer.name}" of "${serverName}" with Password in Director "${serverName}" of ` +
        "the client's own configuration."
      );
    case 'ticket':
      return 'The ticket was issued by this daemon with another key.';
  }
}

function unknownName(identity: string, address: string, serverName: string): string {
  const peer = parseIdentity(identity);
  switch (peer?.role) {
    case 'director':
      return (
        `${describePeer(peer)} at ${address} is not known here. Add a Director resource with this name to the ` +
        `configuration of "${serverName}", or correct the name in the Director's configuration.`
      );
    case 'console':
      return (
        `${describePeer(peer)} at ${address} is not known here. Add a Console resource with this name to the ` +
        `configuration of "${serverName}", or correct the name in the console's configuration.`
      );
    case 'client':
      return (
        `${describePeer(peer)} at ${address} may not connect here. Add a Client resource with the name of its ` +
        `FileDaemon resource and "Allow FD Connections = yes" to the configuration of "${serverName}".`
      );
    case 'ticket':
      return `A connection from ${address} came with a ticket that is not in force: its job has ended, or was never here.`;
    case undefined:
      return `A connection from ${address} was refused: it comes with an identity of another protocol version or program`;
  }
}
