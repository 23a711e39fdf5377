import type { ClientDuplexStream, ClientUnaryCall } from '@grpc/grpc-js';
import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import type { DebugChanges } from '../../daemon/log.ts';
import type {
  HelloResponse as ClientHello,
  MeasureNetworkResponse,
  SetBandwidthResponse,
  SetDebugResponse as ClientDebug,
  StatusResponse as ClientStatus,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import {
  StorageDaemonServiceClient,
  type ControlDeviceResponse,
  type HelloResponse as StorageHello,
  type LabelResponse,
  type RelabelResponse,
  type SetDebugResponse as StorageDebug,
  type StatusResponse as StorageStatus,
  type TruncateResponse,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { connect } from '../../transport/channel.ts';
import { receiveAll, StreamWriter, unary, type Reply } from '../../transport/streams.ts';
import { wayTo } from './client-way.ts';
import type { ClientLink, DaemonLink, Daemons, Exchange, StorageLink } from './daemon-ports.ts';
import type { DialIns } from './dial-ins.ts';

const QUESTION_TIMEOUT_MS = 20_000;
/** Labelling writes and syncs a file; on a spun-down disk that takes its time. */
const LABEL_TIMEOUT_MS = 120_000;
/** A gigabyte over a slow line. */
const NETWORK_TEST_TIMEOUT_MS = 3_600_000;

/** The daemons over the network. */
export class GrpcDaemons implements Daemons {
  readonly #directorName: string;
  readonly #dialIns: DialIns;

  constructor(directorName: string, dialIns: DialIns) {
    this.#directorName = directorName;
    this.#dialIns = dialIns;
  }

  storage(resource: StorageResource): StorageLink {
    const connection = connect(StorageDaemonServiceClient, {
      host: resource.address,
      port: resource.sdPort,
      self: { role: 'director', name: this.#directorName },
      peerKind: 'Storage daemon',
      peerName: resource.name,
      secret: { password: resource.password },
    });
    const { client } = connection;
    return {
      ...lifetime(connection),
      hello: (signal) => ask<StorageHello>((reply) => client.hello({}, reply), signal),
      status: (signal) => ask<StorageStatus>((reply) => client.status({}, reply), signal),
      label: (request, signal) =>
        unary<LabelResponse>((reply) => client.label(request, reply), {
          signal,
          timeoutMs: LABEL_TIMEOUT_MS,
        }),
      truncate: (request, signal) =>
        unary<TruncateResponse>((reply) => client.truncate(request, reply), {
          signal,
          timeoutMs: LABEL_TIMEOUT_MS,
        }),
      relabel: (request, signal) =>
        unary<RelabelResponse>((reply) => client.relabel(request, reply), {
          signal,
          timeoutMs: LABEL_TIMEOUT_MS,
        }),
      controlDevice: (request, signal) =>
        ask<ControlDeviceResponse>((reply) => client.controlDevice(request, reply), signal),
      setDebug: (changes, signal) =>
        ask<StorageDebug>((reply) => client.setDebug(whole(changes), reply), signal),
      openNetworkTest: (signal) => receiveAll(client.openNetworkTest({}), signal),
      append: (signal) => exchange(client.append(), signal),
      read: (signal) => exchange(client.read(), signal),
      readRecords: (request, signal) => receiveAll(client.readRecords(request), signal),
    };
  }

  client(resource: ClientResource): ClientLink {
    const way = wayTo(resource, this.#directorName, this.#dialIns);
    return {
      ...lifetime(way),
      hello: (signal) => ask<ClientHello>((reply) => way.client.hello({}, reply), signal),
      status: (signal) => ask<ClientStatus>((reply) => way.client.status({}, reply), signal),
      backup: (signal) => exchange(way.client.backup(), signal),
      setBandwidth: async (job, limit, signal) => {
        const request = { job, bandwidth: limit };
        const { bandwidth } = await ask<SetBandwidthResponse>(
          (reply) => way.client.setBandwidth(request, reply),
          signal,
        );
        return bandwidth;
      },
      setDebug: (changes, signal) =>
        ask<ClientDebug>((reply) => way.client.setDebug(whole(changes), reply), signal),
      measureNetwork: (request, signal) =>
        unary<MeasureNetworkResponse>((reply) => way.client.measureNetwork(request, reply), {
          signal,
          timeoutMs: NETWORK_TEST_TIMEOUT_MS,
        }),
      restore: (signal) => exchange(way.client.restore(), signal),
      estimate: (signal) => exchange(way.client.estimate(), signal),
      verify: (signal) => exchange(way.client.verify(), signal),
      runScript: (request, signal) => receiveAll(way.client.runScript(request), signal),
    };
  }
}

/** As the generated code wants it: with all its members. */
function whole({ level, trace }: DebugChanges): { level: number | undefined; trace: boolean | undefined } {
  return { level, trace };
}

function lifetime(link: DaemonLink): DaemonLink {
  return {
    ready: (timeoutMs, signal) => link.ready(timeoutMs, signal),
    [Symbol.dispose]: () => link[Symbol.dispose](),
  };
}

function ask<R>(start: (reply: Reply<R>) => ClientUnaryCall, signal: AbortSignal): Promise<R> {
  return unary<R>(start, { signal, timeoutMs: QUESTION_TIMEOUT_MS });
}

function exchange<Q, M>(call: ClientDuplexStream<Q, M>, signal: AbortSignal): Exchange<Q, M> {
  const writer = new StreamWriter<Q>(call);
  return {
    events: receiveAll<M>(call, signal),
    send: (message) => writer.write(message),
    end: () => writer.end(),
  };
}
