import type { ClientResource } from '../../configuration/director-conf.ts';
import { FileDaemonServiceClient } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { connect } from '../../transport/channel.ts';
import { RunRefused } from '../director-errors.ts';
import type { DaemonLink } from './daemon-ports.ts';
import type { ClientConnection, DialIns } from './dial-ins.ts';

/** How a client is reached: at its address, or by the connection that it has opened itself. */
export interface ClientWay extends DaemonLink {
  /** For calls, after `ready`. */
  readonly client: FileDaemonServiceClient;
}

/**
 * A client that may connect by itself is called on its own connection when there is one, and when it has no Address.
 * @throws RunRefused when there is no way at all
 */
export function wayTo(resource: ClientResource, directorName: string, dialIns: DialIns): ClientWay {
  const { address, allowFdConnections } = resource;
  if (allowFdConnections && (address === undefined || dialIns.has(resource))) {
    return new OwnConnection(resource, dialIns);
  }
  if (address === undefined) {
    throw new RunRefused(`Client "${resource.name}" has no Address`, {
      hint: 'Add one, or "Allow FD Connections = yes" for a client that connects by itself.',
    });
  }
  return connect(FileDaemonServiceClient, {
    host: address,
    port: resource.fdPort,
    self: { role: 'director', name: directorName },
    peerKind: 'File daemon',
    peerName: resource.name,
    secret: { password: resource.password },
  });
}

class OwnConnection implements ClientWay {
  readonly #resource: ClientResource;
  readonly #dialIns: DialIns;
  #connection: ClientConnection | undefined;

  constructor(resource: ClientResource, dialIns: DialIns) {
    this.#resource = resource;
    this.#dialIns = dialIns;
  }

  get client(): FileDaemonServiceClient {
    if (!this.#connection) throw new Error('a call to a client that is not connected yet');
    return this.#connection.client;
  }

  async ready(timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.#connection ??= await this.#dialIns.take(this.#resource, timeoutMs, signal);
  }

  [Symbol.dispose](): void {
    this.#connection?.[Symbol.dispose]();
  }
}
