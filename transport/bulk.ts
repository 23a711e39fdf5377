import type { Client, Server } from '@grpc/grpc-js';
import { FetchRequest, StoreResponse } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { Connection } from './channel.ts';
import { PeerEndedEarly } from './peer-errors.ts';
import {
  StreamWriter,
  openSending,
  receiveAll,
  serveClientStream,
  serveServerStream,
  type CallContext,
} from './streams.ts';

/**
 * Bulk data: members of the volume format as raw bytes, each a gRPC message. A generated codec would copy every byte
 * once or twice more.
 */
const STORE = '/noctule.storage.v1.StorageDaemonService/Store';
const FETCH = '/noctule.storage.v1.StorageDaemonService/Fetch';

/** The storage daemon's side, for the holders of tickets. */
export interface BulkService {
  /** The members arrive as sent. Returning before they end tells the sender to stop. */
  store(members: AsyncIterable<Buffer>, context: CallContext): Promise<StoreResponse>;
  fetch(request: FetchRequest, writer: StreamWriter<Buffer>, context: CallContext): Promise<void>;
}

export function registerBulk(server: Server, service: BulkService): void {
  server.register(
    STORE,
    serveClientStream<Buffer, StoreResponse>((members, context) => service.store(members, context)),
    encodeWith(StoreResponse),
    member,
    'clientStream',
  );
  server.register(
    FETCH,
    serveServerStream<FetchRequest, Buffer>((request, writer, context) =>
      service.fetch(request, writer, context),
    ),
    member,
    (bytes: Buffer) => FetchRequest.decode(bytes),
    'serverStream',
  );
}

/** A backup on its way to the storage daemon. */
export interface StoreCall {
  /**
   * Resolves when more may be sent; the buffer may be used again then. One write at a time fills a fast line.
   * @throws as `failed` rejects.
   */
  write(member: Buffer): Promise<void>;
  /** Says that all was sent. Resolves with the peer's word on what is durable; also when it ended early. */
  finish(): Promise<StoreResponse>;
  /** Rejects when the call fails or the peer ends it early: the producer can stop at once. Never resolves. */
  readonly failed: Promise<never>;
}

/** Opens the transfer; an abort of `signal` cancels it. */
export function openStore(connection: Connection<Client>, signal: AbortSignal): StoreCall {
  const { call, reply } = openSending<Buffer, StoreResponse>(
    (onReply) =>
      connection.client.makeClientStreamRequest(
        STORE,
        member,
        (bytes) => StoreResponse.decode(bytes),
        onReply,
      ),
    signal,
  );
  const writer = new StreamWriter<Buffer>(call);
  let finishing = false;
  const failed = reply.then((response) => {
    if (!finishing) throw new PeerEndedEarly(connection.target, response.reason);
    return new Promise<never>(() => {});
  });
  failed.catch(() => {}); // for whoever wants to know
  return {
    write: (bytes) => writer.write(bytes),
    finish() {
      finishing = true;
      writer.end();
      return reply;
    },
    failed,
  };
}

/** The members the peer was told to send. Stopping early cancels. */
export function openFetch(connection: Connection<Client>, signal: AbortSignal): AsyncIterable<Buffer> {
  const call = connection.client.makeServerStreamRequest(FETCH, encodeWith(FetchRequest), member, {});
  return receiveAll<Buffer>(call, signal);
}

/** The codec of both directions: the bytes as they are. */
function member(bytes: Buffer): Buffer {
  return bytes;
}

function encodeWith<M>(type: { encode(message: M): { finish(): Uint8Array } }): (message: M) => Buffer {
  return (message) => Buffer.from(type.encode(message).finish());
}
