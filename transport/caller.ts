import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { Peer } from './peer.ts';

/** What the server side of a call knows of the connection it came by. */
export interface Caller {
  readonly peer: Peer;
  readonly onFault: (error: unknown, method: string) => void;
  /** Its IP address; undefined when the connection is gone already. */
  readonly address: string | undefined;
  /** At the beginning of each call. */
  readonly onCall?: (() => void) | undefined;
  /** Takes a sentence when a call begins and when it ends. */
  readonly onDebug?: ((sentence: string) => void) | undefined;
}

type AnyServerCall = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>;

const callers = new WeakMap<PeerCertificate, Caller>();

/**
 * Notes whose connection this is. grpc-js shows a handler nothing of the connection but `getAuthContext()`, which it
 * makes from these two members of the TLS socket when the call begins or is asked: so the proof stands where the
 * certificate would. Call it before the socket is given to gRPC, and only after the peer has proven its secret.
 */
export function admitCaller(socket: TLSSocket, caller: Caller): void {
  const proof = { raw: Buffer.alloc(0) } as PeerCertificate;
  callers.set(proof, caller);
  socket.authorized = true;
  socket.getPeerCertificate = () => proof as never;
}

/** The caller of a running call; `undefined` when its connection is gone already. */
export function callerOf(call: AnyServerCall): Caller | undefined {
  const proof = call.getAuthContext().sslPeerCertificate;
  return proof && callers.get(proof);
}

/** Whose connection this is. */
export function callerOn(socket: Pick<TLSSocket, 'getPeerCertificate'>): Caller | undefined {
  return callers.get(socket.getPeerCertificate());
}
