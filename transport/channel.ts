import type { Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import {
  CallCredentials,
  ChannelCredentials,
  InterceptingCall,
  connectivityState,
  type Client,
  type ClientOptions,
  type Interceptor,
} from '@grpc/grpc-js';
import type { OperatorError } from '../errors/operator-error.ts';
import { CIPHERS } from './handshake.ts';
import { endWhenSilent } from './heartbeat.ts';
import { END_OF_MESSAGES } from './end-of-messages.ts';
import { HANDSHAKE_TIMEOUT_MS, MESSAGE_BYTES_MAX, WINDOW_BYTES } from './limits.ts';
import {
  PeerLost,
  PeerRefusedName,
  PeerRefusedPassword,
  PeerSpeaksOtherProtocol,
  PeerTimeout,
  PeerUnreachable,
  type PeerAddress,
} from './peer-errors.ts';
import { encodeIdentity, type Secret } from './peer.ts';
import { preSharedKey } from './pre-shared-key.ts';
import { noteCalledPeer, type CalledPeer } from './status.ts';

/** For asking the channel why it is not connected: it knows, and answers at once. */
const REASON_TIMEOUT_MS = 5000;

export interface Target extends PeerAddress {
  readonly secret: Secret;
}

/** A client class as generated from a .proto file. */
export type ClientClass<C extends Client> = new (
  address: string,
  credentials: ChannelCredentials,
  options?: Partial<ClientOptions>,
) => C;

/**
 * A way to one peer: one gRPC channel, one TCP connection, opened by the first call or by `ready`. Calls made over one
 * Connection share it; a job that moves data opens its own, so that its windows are its own.
 */
export interface Connection<C extends Client> extends Disposable {
  readonly client: C;
  readonly target: PeerAddress;
  /**
   * Resolves when the peer has let us in. After a failure make a new Connection to try again.
   * @throws PeerUnreachable, PeerTimeout, PeerRefusedName, PeerRefusedPassword, PeerSpeaksOtherProtocol
   */
  ready(timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Makes a Connection; nothing is sent yet. Disposing of it cuts off the calls that still run.
 * @throws NameTooLong
 */
export function connect<C extends Client>(ClientClass: ClientClass<C>, target: Target): Connection<C> {
  return new PskConnection(ClientClass, target);
}

class PskConnection<C extends Client> implements Connection<C>, CalledPeer {
  readonly client: C;
  readonly target: Target;
  readonly #credentials: PskCredentials;

  constructor(ClientClass: ClientClass<C>, target: Target) {
    this.target = target;
    this.#credentials = new PskCredentials(target);
    const host = target.host.includes(':') ? `[${target.host}]` : target.host;
    this.client = new ClientClass(`dns:///${host}:${target.port}`, this.#credentials, {
      'grpc.enable_http_proxy': 0, // daemons of one site; a proxy for the web is not meant for them
      'grpc.enable_retries': 0, // a call may have taken effect: repeating it is the caller's decision
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      interceptors: [watchCalls(this)],
    });
  }

  async ready(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const deadlineMs = Date.now() + timeoutMs;
    const channel = this.client.getChannel();
    for (;;) {
      signal?.throwIfAborted();
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE) throw await this.#whyNotConnected();
      const changed = await stateChange(channel, state, deadlineMs, signal);
      if (!changed) throw new PeerTimeout(this.target, timeoutMs);
    }
  }

  explainUnavailable(details: string): OperatorError {
    const { refusal } = this.#credentials;
    if (refusal) return refusal;
    return /^No connection established|^Name resolution failed/.test(details)
      ? new PeerUnreachable(this.target, details)
      : new PeerLost(this.target, details);
  }

  /** The channel keeps its reason to itself: a call that does not wait for a connection is told. */
  #whyNotConnected(): Promise<OperatorError> {
    const { promise, resolve } = Promise.withResolvers<OperatorError>();
    const noBytes = (): Buffer => Buffer.alloc(0);
    const deadline = Date.now() + REASON_TIMEOUT_MS;
    this.client.makeUnaryRequest('/', noBytes, noBytes, null, { deadline }, (error) =>
      resolve(
        this.#credentials.refusal ?? new PeerUnreachable(this.target, error?.details ?? 'for a moment'),
      ),
    );
    return promise;
  }

  [Symbol.dispose](): void {
    this.client.close();
    this.#credentials.closeSockets();
  }
}

/** Resolves with whether the state changed before the deadline. Rejects when the signal aborts. */
function stateChange(
  channel: ReturnType<Client['getChannel']>,
  state: connectivityState,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const onAbort = (): void => reject(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort, { once: true });
  channel.watchConnectivityState(state, deadlineMs, (error) => resolve(error === undefined));
  return promise.finally(() => signal?.removeEventListener('abort', onAbort));
}

/**
 * Goes with every call: marks the end of what it streams (`END_OF_MESSAGES` says why), and notes whose failure it is
 * when it fails, so that the error can name the peer.
 */
function watchCalls(peer: CalledPeer): Interceptor {
  return (options, nextCall) => {
    const call = nextCall(options);
    return new InterceptingCall(call, {
      start(metadata, _listener, next) {
        next(metadata, {
          onReceiveStatus(ended, nextStatus) {
            noteCalledPeer(ended, peer);
            nextStatus(ended);
          },
        });
      },
      halfClose(next) {
        if (options.method_definition.requestStream) call.sendMessage(END_OF_MESSAGES);
        next();
      },
    });
  };
}

/**
 * Makes gRPC speak TLS 1.3 with a pre-shared key, which it has no credentials for. The methods with an underscore are
 * not promised to stay: the release is pinned and a test covers them.
 */
class PskCredentials extends ChannelCredentials {
  /** Why the peer did not let us in, when it was reached. */
  refusal: OperatorError | undefined;
  readonly #target: Target;
  readonly #identity: string;
  readonly #sockets = new Set<TLSSocket>();

  constructor(target: Target) {
    super();
    this.#target = target;
    this.#identity = encodeIdentity(target.self);
  }

  closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): ReturnType<ChannelCredentials['_createSecureConnector']> {
    const callCredentials = CallCredentials.createEmpty();
    return {
      connect: async (socket) => ({ socket: await this.#handshake(socket), secure: true }),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials,
      destroy() {},
    };
  }

  async #handshake(tcpSocket: Socket): Promise<TLSSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const socket = tlsConnect({
      socket: tcpSocket,
      minVersion: 'TLSv1.3',
      ciphers: CIPHERS,
      ALPNProtocols: ['h2'],
      pskCallback: () => ({ identity: this.#identity, psk: preSharedKey(this.#target.secret) }),
      // Asked only when the peer shows a certificate in place of the key. However good, it is not what we trust.
      ca: [],
      checkServerIdentity: () => new Error('the peer did not prove the password'),
    });
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      reject(new Error('the connection was closed during the TLS handshake'));
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.on('error', reject);
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () =>
      socket.destroy(new PeerTimeout(this.#target, HANDSHAKE_TIMEOUT_MS)),
    );
    try {
      await promise;
      socket.setTimeout(0);
      endWhenSilent(socket);
      this.refusal = undefined;
      return socket;
    } catch (error) {
      socket.destroy();
      this.refusal = this.#refusalOf(error as NodeJS.ErrnoException);
      throw error;
    }
  }

  /** OpenSSL servers answer an unknown identity with alert 40 and a wrong key with alert 51. */
  #refusalOf(error: NodeJS.ErrnoException): OperatorError {
    if (error instanceof PeerTimeout) return error;
    switch (error.code) {
      case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
        return new PeerRefusedName(this.#target);
      case 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR':
        return new PeerRefusedPassword(this.#target);
      default:
        return new PeerSpeaksOtherProtocol(this.#target, error.message);
    }
  }
}
