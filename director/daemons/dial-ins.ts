import type { TLSSocket } from 'node:tls';
import type { ClientResource } from '../../configuration/director-conf.ts';
import { FileDaemonServiceClient } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { connectOver, type Connection } from '../../transport/channel.ts';
import { HANDSHAKE_TIMEOUT_MS } from '../../transport/limits.ts';
import { PeerNotConnected } from '../../transport/peer-errors.ts';

export type ClientConnection = Connection<FileDaemonServiceClient>;

export interface DialInsOptions {
  readonly directorName: string;
  /** The client of this name in the conf in force, when it may connect by itself. */
  readonly findClient: (name: string) => ClientResource | undefined;
}

/** A connection that nobody uses yet. */
interface Spare {
  readonly connection: ClientConnection;
  /** What the client has proven: with another one in the conf it is a stranger. */
  readonly password: string;
}

interface Waiting {
  readonly client: ClientResource;
  resolve(connection: ClientConnection): void;
}

/**
 * The connections of clients that connect by themselves. Each client keeps one spare here, and opens the next when the
 * first call comes over it; a newer spare takes the place of an older one, which its client may have given up long ago.
 * Whoever takes one has it for himself: a job does not share its windows.
 */
export class DialIns implements Disposable {
  readonly #options: DialInsOptions;
  readonly #spares = new Map<string, Spare>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #isClosed = false;

  constructor(options: DialInsOptions) {
    this.#options = options;
  }

  /** Whether a connection of this client is there. */
  has({ name, password }: ClientResource): boolean {
    return this.#spares.get(name)?.password === password;
  }

  /** A client has proven its password on this socket. */
  accept(socket: TLSSocket, name: string): void {
    const client = this.#options.findClient(name);
    if (client === undefined || this.#isClosed) {
      socket.destroy();
      return;
    }
    const connection = connectOver(FileDaemonServiceClient, socket, {
      host: socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'an unknown address',
      port: socket.remotePort ?? 0,
      connectedByItself: true,
      self: { role: 'director', name: this.#options.directorName },
      peerKind: 'File daemon',
      peerName: name,
    });
    const spare = { connection, password: client.password };
    socket.once('close', () => this.#drop(name, spare));
    connection.ready(HANDSHAKE_TIMEOUT_MS).then(
      () => this.#offer(name, spare),
      () => connection[Symbol.dispose](), // its client tries again
    );
  }

  /**
   * The connection of a client, now or when it comes; it belongs to the caller.
   * @throws PeerNotConnected when there is none in time; the reason of the signal when that aborts
   */
  async take(client: ClientResource, timeoutMs: number, signal?: AbortSignal): Promise<ClientConnection> {
    signal?.throwIfAborted();
    const spare = this.#spares.get(client.name);
    if (spare?.password === client.password) {
      this.#spares.delete(client.name);
      return spare.connection;
    }
    const { promise, resolve, reject } = Promise.withResolvers<ClientConnection>();
    const waiting = { client, resolve };
    const onAbort = (): void => reject(signal?.reason as Error);
    const timer = setTimeout(
      () => reject(new PeerNotConnected(client.name, this.#options.directorName)),
      timeoutMs,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(waiting);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(waiting);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const [name, spare] of this.#spares) this.#drop(name, spare);
  }

  #offer(name: string, spare: Spare): void {
    if (this.#isClosed) {
      spare.connection[Symbol.dispose]();
      return;
    }
    for (const waiting of this.#waiting) {
      if (waiting.client.name !== name || waiting.client.password !== spare.password) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(spare.connection);
      return;
    }
    this.#spares.get(name)?.connection[Symbol.dispose]();
    this.#spares.set(name, spare);
  }

  /** Not when somebody has taken it: then it is his. */
  #drop(name: string, spare: Spare): void {
    if (this.#spares.get(name) !== spare) return;
    this.#spares.delete(name);
    spare.connection[Symbol.dispose]();
  }
}
