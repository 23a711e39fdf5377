import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { CallCredentials, ChannelCredentials, type Client } from '@grpc/grpc-js';
import type { OperatorError } from '../errors/operator-error.ts';
import { proveSecret, refusalOf, type Target } from './call-in.ts';
import { encodeIdentity } from './peer.ts';

/**
 * Where a channel gets its TLS socket from, in the place of gRPC's credentials, which know no pre-shared keys. The methods
 * with an underscore are not promised to stay: the release is pinned and a test covers them.
 */
export interface SocketSource {
  /** Why the peer did not let us in, when it was reached. */
  readonly refusal: OperatorError | undefined;
  closeSockets(): void;
}

abstract class SocketCredentials extends ChannelCredentials {
  /** Makes a TLS socket of the TCP socket that gRPC has opened. */
  protected abstract secure(tcpSocket: Socket): Promise<TLSSocket>;

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): ReturnType<ChannelCredentials['_createSecureConnector']> {
    const callCredentials = CallCredentials.createEmpty();
    return {
      connect: async (socket) => ({ socket: await this.secure(socket), secure: true }),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials,
      destroy() {},
    };
  }
}

/** Proves the secret on the connection that gRPC opens. @throws NameTooLong */
export class PskCredentials extends SocketCredentials implements SocketSource {
  refusal: OperatorError | undefined;
  readonly #target: Target;
  readonly #sockets = new Set<Socket>();

  constructor(target: Target) {
    super();
    encodeIdentity(target.self); // a name that is too long is an error now, not at the first call
    this.#target = target;
  }

  closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  protected override async secure(tcpSocket: Socket): Promise<TLSSocket> {
    this.#sockets.add(tcpSocket);
    try {
      const socket = await proveSecret(tcpSocket, this.#target);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.refusal = undefined;
      return socket;
    } catch (error) {
      this.refusal = refusalOf(error as NodeJS.ErrnoException, this.#target);
      throw error;
    } finally {
      this.#sockets.delete(tcpSocket);
    }
  }
}

/** Gives the channel a socket that is there, once. */
export class HeldSocket extends SocketCredentials implements SocketSource {
  readonly refusal = undefined;
  readonly #socket: TLSSocket;
  #isTaken = false;

  constructor(socket: TLSSocket) {
    super();
    this.#socket = socket;
  }

  closeSockets(): void {
    this.#socket.destroy();
  }

  take(): TLSSocket {
    if (this.#isTaken || this.#socket.destroyed) throw new Error('the connection was closed');
    this.#isTaken = true;
    return this.#socket;
  }

  protected override async secure(socket: Socket): Promise<TLSSocket> {
    return socket as TLSSocket; // what `take` gave
  }
}

interface Subchannel {
  readonly connector: { tcpConnect: () => Promise<Socket> };
}

interface ChannelParts {
  readonly internalChannel: {
    readonly subchannelPool: { getOrCreateSubchannel: (...of: unknown[]) => Subchannel };
  };
}

/**
 * Makes a channel use a socket where it would open one. grpc-js has no way to be given one, so this depends on the pinned
 * release; a test makes calls over such a socket.
 */
export function useHeldSocket(client: Client, source: HeldSocket): void {
  const { subchannelPool } = (client.getChannel() as unknown as ChannelParts).internalChannel;
  const create = subchannelPool.getOrCreateSubchannel.bind(subchannelPool);
  subchannelPool.getOrCreateSubchannel = (...of) => {
    const subchannel = create(...of);
    subchannel.connector.tcpConnect = async () => source.take();
    return subchannel;
  };
}
