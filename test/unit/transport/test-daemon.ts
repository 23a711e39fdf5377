import type { TLSSocket } from 'node:tls';
import {
  StorageDaemonServiceClient,
  StorageDaemonServiceService,
  type AppendRequest,
  type AppendResponse,
  type HelloResponse,
} from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { registerBulk, type BulkService } from '../../../transport/bulk.ts';
import type { Target } from '../../../transport/call-in.ts';
import { connect, type Connection } from '../../../transport/channel.ts';
import type { Peer, Secret } from '../../../transport/peer.ts';
import { listen, type Listener } from '../../../transport/server.ts';
import {
  serveBidi,
  serveUnary,
  unary,
  type CallContext,
  type StreamWriter,
} from '../../../transport/streams.ts';

export const DIRECTOR: Peer = { role: 'director', name: 'main-dir' };
export const PASSWORD: Secret = { password: 'correct horse' };

export interface Behaviour {
  readonly findSecret?: (peer: Peer) => Secret | undefined;
  readonly hello?: (context: CallContext) => Promise<HelloResponse>;
  readonly append?: (
    messages: AsyncIterable<AppendRequest>,
    writer: StreamWriter<AppendResponse>,
    context: CallContext,
  ) => Promise<void>;
  readonly bulk?: Partial<BulkService>;
  readonly onFault?: (error: unknown, method: string) => void;
  readonly takeOver?: (socket: TLSSocket, peer: Peer) => boolean;
}

export interface TestDaemon extends AsyncDisposable {
  readonly listener: Listener;
  readonly port: number;
  /** What was told to the log. */
  readonly refusals: string[];
}

/** A daemon with the services of a storage daemon, on a free port, that knows `DIRECTOR` by `PASSWORD`. */
export async function startDaemon(behaviour: Behaviour = {}): Promise<TestDaemon> {
  const refusals: string[] = [];
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  const listener = await listen({
    serverName: 'nas-sd',
    addresses: [{ host: '127.0.0.1', port: 0 }],
    findSecret: behaviour.findSecret ?? ((peer) => (peer.name === DIRECTOR.name ? PASSWORD : undefined)),
    onRefused: (sentence) => void refusals.push(sentence),
    ...(behaviour.onFault && { onFault: behaviour.onFault }),
    ...(behaviour.takeOver && { takeOver: behaviour.takeOver }),
    register(server) {
      server.addService(StorageDaemonServiceService, {
        hello: serveUnary<unknown, HelloResponse>((_request, context) =>
          (behaviour.hello ?? sayHello)(context),
        ),
        append: serveBidi<AppendRequest, AppendResponse>(behaviour.append ?? unused),
        status: unused,
        label: unused,
        read: unused,
      });
      registerBulk(server, { store: unused, fetch: unused, ...behaviour.bulk });
    },
  });
  const port = listener.addresses[0]?.port ?? 0;
  return { listener, port, refusals, [Symbol.asyncDispose]: () => listener.close(0) };
}

/** Answers who the caller is, as the server sees it. */
async function sayHello(context: CallContext): Promise<HelloResponse> {
  return { name: JSON.stringify(context.peer), version: '', platform: '' };
}

export function connectTo(
  port: number,
  overrides: Partial<Target> = {},
): Connection<StorageDaemonServiceClient> {
  return connect(StorageDaemonServiceClient, {
    host: '127.0.0.1',
    port,
    self: DIRECTOR,
    peerKind: 'Storage daemon',
    peerName: 'File',
    secret: PASSWORD,
    ...overrides,
  });
}

export function hello(connection: Connection<StorageDaemonServiceClient>): Promise<HelloResponse> {
  return unary<HelloResponse>((reply) => connection.client.hello({}, reply));
}

/** What `promise` was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}
