import { once } from 'node:events';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { OperatorError, isErrno, messageOf } from '../errors/operator-error.ts';
import { admitCaller, callerOn } from './caller.ts';
import { createPskServer } from './handshake.ts';
import { endWhenSilent, sendHeartbeats } from './heartbeat.ts';
import { MESSAGE_BYTES_MAX } from './limits.ts';
import { replaceDecoder } from './message-decoder.ts';
import { openWindow } from './open-window.ts';
import type { Peer, Secret } from './peer.ts';
import { Refusals } from './refusals.ts';
import { endWhenStuck } from './stuck-write.ts';

replaceDecoder();

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ListenOptions {
  /** Name of this daemon's own resource; for messages. */
  readonly serverName: string;
  /** Port 0 takes any free one. */
  readonly addresses: readonly Address[];
  /** The directive that sets the port, for the message when it is taken. */
  readonly portDirective?: 'DirPort' | 'SDPort' | 'FDPort';
  /** The secret this peer has to prove; `undefined` when no such peer is known. Asked again for every connection. */
  findSecret(peer: Peer): Secret | undefined;
  /**
   * Takes a connection over that its peer opened for being called on it: true keeps it, and nothing is served on it
   * (`connectOver`). Absent, or false: it is served.
   */
  takeOver?(socket: TLSSocket, peer: Peer): boolean;
  /** Adds the services. */
  register(server: Server): void;
  /** A line for the log about a connection that was turned away. Repetitions are left out. */
  onRefused(sentence: string): void;
  /** A handler failed with something other than an OperatorError: a bug. Absent = told to `onRefused`. */
  onFault?(error: unknown, method: string): void;
  /** A sentence at the beginning and the end of each call. */
  onDebug?(sentence: string): void;
}

export interface Listener extends AsyncDisposable {
  /** With the ports really taken. */
  readonly addresses: readonly Address[];
  /**
   * Serves a peer on a connection that this side opened (`callIn`); the peer has proven its secret. `onCall` is told at
   * the beginning of each call.
   */
  serve(socket: TLSSocket, peer: Peer, onCall?: () => void): void;
  /** Takes no new connection and no new call, lets running calls finish for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/**
 * Serves gRPC over TLS 1.3 with pre-shared keys: only peers that `findSecret` knows, and that prove its secret,
 * reach a handler.
 * @throws CannotListen
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const refusals = new Refusals((sentence) => options.onRefused(sentence));
  const grpcServer = createGrpcServer(options);
  const injector = grpcServer.createConnectionInjector(ServerCredentials.createInsecure());
  prepareSessions(grpcServer);
  const sockets = new Set<TLSSocket>();
  let closing = false;

  const onFault =
    options.onFault?.bind(options) ??
    ((error: unknown, method: string) => options.onRefused(`Fault in ${method}: ${messageOf(error)}`));
  const onDebug = options.onDebug?.bind(options);
  const tlsServers = options.addresses.map(() =>
    createPskServer(options.serverName, {
      findSecret: (peer) => options.findSecret(peer),
      onRefused: (sentence) => refusals.tell(sentence),
      onProven(socket, peer) {
        if (!closing && options.takeOver?.(socket, peer)) return;
        endWhenSilent(socket);
        if (peer.role === 'ticket') endWhenStuck(socket);
        serve(socket, peer);
      },
    }),
  );

  function serve(socket: TLSSocket, peer: Peer, onCall?: () => void): void {
    if (closing) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    admitCaller(socket, { peer, address: socket.remoteAddress, onFault, onCall, onDebug });
    injector.injectConnection(socket);
  }

  async function close(graceMs: number): Promise<void> {
    closing = true;
    for (const server of tlsServers) server.close();
    const closed = Promise.all(
      [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    injector.drain(graceMs);
    const cutOff = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(cutOff);
    injector.destroy();
    grpcServer.forceShutdown();
    refusals[Symbol.dispose]();
  }

  try {
    const addresses: Address[] = [];
    for (const [index, server] of tlsServers.entries()) {
      const address = options.addresses[index] as Address;
      try {
        addresses.push(await bind(server, address, options.addresses));
      } catch (cause) {
        throw new CannotListen(address, options.portDirective, cause);
      }
      server.on('error', (error: Error) => {
        refusals.tell(`Cannot accept connections on port ${address.port}: ${error.message}`);
      });
    }
    return { addresses, serve, close, [Symbol.asyncDispose]: () => close(0) };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function createGrpcServer(options: ListenOptions): Server {
  const server = new Server({
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  });
  options.register(server);
  return server;
}

/**
 * Opens the window for the uploads of a job; other callers must keep theirs (limits.ts). The HTTP/2 server of grpc-js is
 * private, so this depends on the pinned release; a test measures the window.
 */
function prepareSessions(grpcServer: Server): void {
  const { http2Servers } = grpcServer as unknown as { http2Servers: Map<Http2Server, unknown> };
  for (const http2Server of http2Servers.keys()) {
    http2Server.on('session', (session: ServerHttp2Session) => {
      sendHeartbeats(session);
      if (callerOn(session.socket as TLSSocket)?.peer.role !== 'ticket') return;
      openWindow(session);
    });
  }
}

/** Resolves with the address taken. '::' means every address of the machine, also where it has no IPv6. */
async function bind(server: TlsServer, address: Address, all: readonly Address[]): Promise<Address> {
  const { host, port } = address;
  const ipv4TakenApart = all.some((other) => other.host === '0.0.0.0' && other.port === port);
  try {
    server.listen({ host, port, ipv6Only: host === '::' && ipv4TakenApart });
    await once(server, 'listening');
  } catch (error) {
    if (host !== '::' || ipv4TakenApart || !isErrno(error, 'EAFNOSUPPORT')) throw error;
    return await bind(server, { host: '0.0.0.0', port }, all);
  }
  return { host, port: (server.address() as AddressInfo).port };
}

/** The port is taken, or the address is not one of this machine. */
export class CannotListen extends OperatorError {
  readonly code = 'NET_CANNOT_LISTEN';
  override readonly hint: string;
  constructor(address: Address, portDirective = 'the port directive', cause: unknown) {
    const where = `${address.host}:${address.port}`;
    const taken = isErrno(cause, 'EADDRINUSE');
    super(
      taken
        ? `Cannot listen on ${where}: another program already uses port ${address.port}`
        : `Cannot listen on ${where}: ${messageOf(cause)}`,
      { cause },
    );
    this.hint = taken
      ? `Stop that program ("ss -ltnp" names it), or set another port with ${portDirective}.`
      : `Correct the address or the port (${portDirective}) in the configuration.`;
  }
}
