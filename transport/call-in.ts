import { connect as tcpConnect, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import type { OperatorError } from '../errors/operator-error.ts';
import { CIPHERS } from './handshake.ts';
import { endWhenSilent } from './heartbeat.ts';
import { HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import {
  PeerRefusedName,
  PeerRefusedPassword,
  PeerSpeaksOtherProtocol,
  PeerTimeout,
  PeerUnreachable,
  type PeerAddress,
} from './peer-errors.ts';
import { encodeIdentity, type Secret } from './peer.ts';
import { preSharedKey } from './pre-shared-key.ts';
import { endWhenStuck } from './stuck-write.ts';

const ENDED_IN_HANDSHAKE = 'ENDED_IN_HANDSHAKE';

export interface Target extends PeerAddress {
  readonly secret: Secret;
}

/**
 * Opens a connection and proves the secret on it, as does the peer. Who serves on it, and who calls, is the next question.
 * @throws PeerUnreachable, PeerTimeout, PeerRefusedName, PeerRefusedPassword, PeerSpeaksOtherProtocol; the reason of
 *   the signal when that aborts
 */
export async function callIn(target: Target, signal: AbortSignal): Promise<TLSSocket> {
  signal.throwIfAborted();
  const tcpSocket = await openTcp(target, signal);
  using cutOff = new DisposableStack();
  const onAbort = (): void => void tcpSocket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  cutOff.defer(() => signal.removeEventListener('abort', onAbort));
  try {
    return await proveSecret(tcpSocket, target);
  } catch (error) {
    signal.throwIfAborted();
    throw refusalOf(error as NodeJS.ErrnoException, target);
  }
}

async function openTcp(target: Target, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = tcpConnect({ host: target.host, port: target.port, noDelay: true, signal });
  const timer = setTimeout(
    () => socket.destroy(new PeerTimeout(target, HANDSHAKE_TIMEOUT_MS)),
    HANDSHAKE_TIMEOUT_MS,
  );
  socket.once('connect', () => resolve(socket));
  socket.on('error', reject);
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PeerTimeout) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new PeerUnreachable(target, `${code} ${message}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The client's half of the TLS handshake. Rejects with what went wrong on the wire: `refusalOf` says what it means.
 */
export async function proveSecret(tcpSocket: Socket, target: Target): Promise<TLSSocket> {
  const identity = encodeIdentity(target.self);
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = tlsConnect({
    socket: tcpSocket,
    minVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    ALPNProtocols: ['h2'],
    pskCallback: () => ({ identity, psk: preSharedKey(target.secret) }),
    // Asked only when the peer shows a certificate in place of the key. However good, it is not what we trust.
    ca: [],
    checkServerIdentity: () => new Error('the peer did not prove the password'),
  });
  socket.once('close', () => reject(Object.assign(new Error('closed'), { code: ENDED_IN_HANDSHAKE })));
  socket.once('secureConnect', () => resolve(socket));
  socket.on('error', reject);
  socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () =>
    socket.destroy(new PeerTimeout(target, HANDSHAKE_TIMEOUT_MS)),
  );
  try {
    await promise;
    socket.setTimeout(0);
    endWhenSilent(socket);
    if (target.self.role === 'ticket') endWhenStuck(socket);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * OpenSSL servers answer an unknown identity with alert 40 and a wrong key with alert 51. A connection that ends without an answer
 * says nothing of the peer: a daemon that just starts or ends, a broken line and a relay before it do so, and the next try may go well.
 */
export function refusalOf(error: NodeJS.ErrnoException, target: PeerAddress): OperatorError {
  if (error instanceof PeerTimeout) return error;
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
    case ENDED_IN_HANDSHAKE:
      return new PeerUnreachable(target, 'the connection was closed during the TLS handshake');
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new PeerUnreachable(target, error.message);
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
      return new PeerRefusedName(target);
    case 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR':
      return new PeerRefusedPassword(target);
    default:
      return new PeerSpeaksOtherProtocol(target, error.message);
  }
}
