import { onTestFinished } from 'vitest';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { DeviceResource } from '../../../configuration/storage-conf.ts';
import type { Destination } from '../../../configuration/values/destination.ts';
import {
  StorageDaemonServiceClient,
  type AppendOpened,
  type AppendRequest,
  type AppendResponse,
  type CopyTarget,
  type ReadRequest,
  type ReadResponse,
} from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { DeviceTable } from '../../../storage-daemon/device-table.ts';
import { SessionTable } from '../../../storage-daemon/session-table.ts';
import { nodeFiles } from '../../../storage-daemon/storage-file.ts';
import { StorageService } from '../../../storage-daemon/storage-service.ts';
import { connect, type Connection } from '../../../transport/channel.ts';
import type { Peer, Secret } from '../../../transport/peer.ts';
import { listen } from '../../../transport/server.ts';
import { StreamWriter, receiveAll } from '../../../transport/streams.ts';
import { sampleJob } from '../volume/sample-volume.ts';
import { scratchDirectory } from './append-harness.ts';

const PASSWORD = { password: 'sd-pw' };
const STARTED_AT = new Date('2026-11-21T03:39:34Z');

/** A storage daemon in this process, on a free port, with one device. */
export async function startStorage(
  options: {
    sessionsMax?: number;
    device?: Partial<DeviceResource>;
    destinations?: readonly Destination[];
    clientConnectTimeoutMs?: number;
  } = {},
) {
  const directory = scratchDirectory();
  const devices = new DeviceTable(nodeFiles, 'zebulon-sd');
  const resource = {
    name: 'FileStorage',
    mediaType: 'File',
    archiveDevice: directory,
    labelMedia: true,
    minimumFreeSpace: 0,
    maximumVolumeSize: 0,
    maximumConcurrentJobs: 0,
    readOnly: false,
    enabled: true,
    volumePollInterval: 60,
    requiresMount: false,
    ...options.device,
  };
  devices.configure({ devices: [resource as DeviceResource], autochangers: [] });
  const sessions = new SessionTable(STARTED_AT, options.sessionsMax ?? 20, 1);
  const service = new StorageService({
    identity: { name: 'zebulon-sd', version: '0.1.0', platform: 'test', startedAt: STARTED_AT },
    writtenBy: 'zebulon-sd 0.1.0',
    devices,
    sessions,
    log: {
      info() {},
      warn() {},
      debug() {},
      debugging: { level: 0, trace: false },
      error: (text) => void faults.push(new Error(text)),
    },
    clientConnectTimeoutMs: () => options.clientConnectTimeoutMs ?? 60_000,
    destinations: () => options.destinations ?? [],
    isMonitor: (name) => name === 'monitor-dir',
  });
  const faults: unknown[] = [];
  const listener = await listen({
    serverName: 'zebulon-sd',
    addresses: [{ host: '127.0.0.1', port: 0 }],
    findSecret: (peer) => service.tickets.secretOf(peer) ?? (peer.role === 'ticket' ? undefined : PASSWORD),
    register: (server) => service.register(server),
    onRefused: () => {},
    onFault: (error) => faults.push(error),
  });
  const port = listener.addresses[0]!.port;
  onTestFinished(async () => {
    await listener.close(0);
    if (faults.length > 0) throw faults[0];
  });
  const connectAs = (self: Peer, secret: Secret = PASSWORD): Connection<StorageDaemonServiceClient> => {
    const connection = connect(StorageDaemonServiceClient, {
      host: '127.0.0.1',
      port,
      self,
      peerKind: 'Storage daemon',
      peerName: 'zebulon-sd',
      secret,
    });
    onTestFinished(() => connection[Symbol.dispose]());
    return connection;
  };
  return { device: devices.devices[0]!, port, sessions, service, connectAs };
}

export type Storage = Awaited<ReturnType<typeof startStorage>>;

/** A call of the Director's, as he sees it. */
export class Exchange<Q, M extends { event: { $case: string; value: unknown } | undefined }> {
  readonly #writer: StreamWriter<Q>;
  readonly #events: AsyncIterator<M>;
  readonly #leaving = new AbortController();
  /** Kinds of the events that came. */
  readonly seen = new Set<string>();

  constructor(call: ClientDuplexStream<Q, M>) {
    this.#events = receiveAll<M>(call, this.#leaving.signal)[Symbol.asyncIterator]();
    this.#writer = new StreamWriter<Q>(call);
  }

  send(message: Q): Promise<void> {
    return this.#writer.write(message);
  }

  end(): void {
    this.#writer.end();
  }

  /** The Director dies. */
  leave(): void {
    this.#leaving.abort(new Error('left'));
  }

  /** Skips to the next event of a kind. @throws when the call ends before */
  async next<K extends NonNullable<M['event']>['$case']>(
    kind: K,
  ): Promise<Extract<NonNullable<M['event']>, { $case: K }>['value']> {
    for (;;) {
      const next = await this.#events.next();
      if (next.done === true) throw new Error(`The call ended before ${kind}`);
      if (next.value.event) this.seen.add(next.value.event.$case);
      if (next.value.event?.$case === kind) return next.value.event.value;
    }
  }
}

export function openAppend(storage: Storage, jobId: number, as: Peer = director) {
  const exchange = new Exchange<AppendRequest, AppendResponse>(storage.connectAs(as).client.append());
  const open = { job: sampleJob(jobId), deviceNames: ['FileStorage'], mediaType: 'File' };
  exchange.send({ command: { $case: 'open', value: open } }).catch(() => {}); // `next` says why
  return exchange;
}

export function openRead(storage: Storage, jobId: number, copyTo?: CopyTarget) {
  const exchange = new Exchange<ReadRequest, ReadResponse>(storage.connectAs(director).client.read());
  const request = { jobId, job: `Restore_${jobId}`, deviceNames: ['FileStorage'], mediaType: 'File' };
  const open = { ...request, copyTo, forCopy: false };
  exchange.send({ command: { $case: 'open', value: open } }).catch(() => {});
  return exchange;
}

export const director: Peer = { role: 'director', name: 'zebulon-dir' };

/** The file daemon's connection: it holds the ticket of one session. */
export function holderOf(
  storage: Storage,
  { ticketId, ticketSecret }: Pick<AppendOpened, 'ticketId' | 'ticketSecret'>,
) {
  return storage.connectAs({ role: 'ticket', name: ticketId }, { key: ticketSecret });
}
