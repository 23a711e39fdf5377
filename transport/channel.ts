import type { TLSSocket } from 'node:tls';
import {
  InterceptingCall,
  connectivityState,
  type ChannelCredentials,
  type Client,
  type ClientOptions,
  type Interceptor,
} from '@grpc/grpc-js';
import type { OperatorError } from '../errors/operator-error.ts';
import type { Target } from './call-in.ts';
import { END_OF_MESSAGES } from './end-of-messages.ts';
import { endWhenSilent } from './heartbeat.ts';
import { MESSAGE_BYTES_MAX, WINDOW_BYTES } from './limits.ts';
import { replaceDecoder } from './message-decoder.ts';
import { PeerLost, PeerTimeout, PeerUnreachable, type PeerAddress } from './peer-errors.ts';
import { HeldSocket, PskCredentials, useHeldSocket, type SocketSource } from './socket-source.ts';
import { noteCalledPeer, type CalledPeer } from './status.ts';

replaceDecoder();

/** For asking the channel why it is not connected: it knows, and answers at once. */
const REASON_TIMEOUT_MS = 5000;

/** Whoever holds a Connection ends it; grpc-js would after half an hour without a call. The longest timer there is. */
const IDLE_MS_MAX = 2 ** 31 - 1;

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
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return new GrpcConnection(ClientClass, target, {
    authority: `dns:///${host}:${target.port}`,
    source: new PskCredentials(target),
  });
}

/**
 * Makes a Connection of a socket that the peer has opened and proven its secret on (`ListenOptions.takeOver`); the peer
 * serves it (`Listener.serve`). It belongs to the Connection from now on. When it is lost, the Connection is.
 */
export function connectOver<C extends Client>(
  ClientClass: ClientClass<C>,
  socket: TLSSocket,
  target: PeerAddress,
): Connection<C> {
  endWhenSilent(socket);
  const source = new HeldSocket(socket);
  const connection = new GrpcConnection(ClientClass, target, { authority: 'ipv4:127.0.0.1:1', source });
  useHeldSocket(connection.client, source);
  return connection;
}

class GrpcConnection<C extends Client> implements Connection<C>, CalledPeer {
  readonly client: C;
  readonly target: PeerAddress;
  readonly #source: SocketSource;

  constructor(
    ClientClass: ClientClass<C>,
    target: PeerAddress,
    { authority, source }: { authority: string; source: SocketSource & ChannelCredentials },
  ) {
    this.target = target;
    this.#source = source;
    this.client = new ClientClass(authority, source, {
      'grpc.enable_http_proxy': 0, // daemons of one site; a proxy for the web is not meant for them
      'grpc.enable_retries': 0, // a call may have taken effect: repeating it is the caller's decision
      // grpc-js would say of messages that fit in here that they were sent, and keep them
      'grpc.per_rpc_retry_buffer_size': 0,
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.client_idle_timeout_ms': IDLE_MS_MAX,
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
    const { refusal } = this.#source;
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
      resolve(this.#source.refusal ?? new PeerUnreachable(this.target, error?.details ?? 'for a moment')),
    );
    return promise;
  }

  [Symbol.dispose](): void {
    this.client.close();
    this.#source.closeSockets();
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
