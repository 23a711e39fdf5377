import type { Client, Server } from '@grpc/grpc-js';
import { FetchRequest, StoreResponse } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { Connection } from './channel.ts';
import { PeerEndedEarly } from './peer-errors.ts';
import { releaseMemory } from './release-memory.ts';
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
  fetch(request: FetchRequest, writer: MemberWriter, context: CallContext): Promise<void>;
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
    serveServerStream<FetchRequest, OutgoingMember>((request, writer, context) =>
      service.fetch(request, memberWriter(writer), context),
    ),
    framed,
    (bytes: Buffer) => FetchRequest.decode(bytes),
    'serverStream',
  );
}

/** A member as it is sent: a Buffer with its bytes, or what makes them where they are wanted. */
export interface MemberSource {
  readonly length: number;
  /** Called once. */
  copy(target: Buffer, at: number): void;
}

/** The sending side of members. */
export interface MemberWriter {
  /**
   * Resolves when the member has left for the network: its memory may be used again then. One write at a time fills a fast
   * line. @throws as StreamWriter does
   */
  write(member: MemberSource): Promise<void>;
}

/** A backup on its way to the storage daemon. */
export interface StoreCall extends MemberWriter {
  /** Says that all was sent. Resolves with the peer's word on what is durable; also when it ended early. */
  finish(): Promise<StoreResponse>;
  /** Rejects when the call fails or the peer ends it early: the producer can stop at once. Never resolves. */
  readonly failed: Promise<never>;
}

/** Opens the transfer; an abort of `signal` cancels it. */
export function openStore(connection: Connection<Client>, signal: AbortSignal): StoreCall {
  const { call, reply } = openSending<OutgoingMember, StoreResponse>(
    (onReply) =>
      connection.client.makeClientStreamRequest(
        STORE,
        framed,
        (bytes) => StoreResponse.decode(bytes),
        onReply,
      ),
    signal,
  );
  const writer = new StreamWriter<OutgoingMember>(call);
  let finishing = false;
  const failed = reply.then((response) => {
    if (!finishing) throw new PeerEndedEarly(connection.target, response.reason);
    return new Promise<never>(() => {});
  });
  failed.catch(() => {}); // for whoever wants to know
  return {
    ...memberWriter(writer),
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

function member(bytes: Buffer): Buffer {
  return bytes;
}

/**
 * Gives the memory of a member that has come by `store` or `fetch` back at once; nobody may look at it any more. A member
 * that is not alone in its memory is left to the collector.
 */
export function releaseMember({ buffer, byteOffset, byteLength }: Buffer): void {
  const isAlone = byteOffset <= FRAME_BYTES && byteOffset + byteLength === buffer.byteLength;
  if (isAlone) releaseMemory(buffer);
}

/** Of gRPC's own, in front of each message. */
const FRAME_BYTES = 5;

/**
 * A member as grpc-js takes it: it asks a message for its size and lets it copy itself into a frame. That is the one way to
 * the frame, whose memory is given back as soon as it has been sent.
 */
class OutgoingMember {
  readonly #source: MemberSource;
  #frame: Buffer | undefined;

  constructor(source: MemberSource) {
    this.#source = source;
  }

  /** The client of grpc-js asks for this, the server for the other. */
  get length(): number {
    return this.#source.length;
  }

  get byteLength(): number {
    return this.#source.length;
  }

  copy(frame: Buffer, at: number): void {
    this.#frame = frame;
    this.#source.copy(frame, at);
  }

  /** After it has been sent. */
  release(): void {
    if (this.#frame !== undefined) releaseMemory(this.#frame.buffer);
  }
}

function framed(outgoing: OutgoingMember): Buffer {
  return outgoing as unknown as Buffer;
}

function memberWriter(writer: StreamWriter<OutgoingMember>): MemberWriter {
  return {
    async write(member) {
      const outgoing = new OutgoingMember(member);
      await writer.write(outgoing);
      outgoing.release();
    },
  };
}

function encodeWith<M>(type: { encode(message: M): { finish(): Uint8Array } }): (message: M) => Buffer {
  return (message) => Buffer.from(type.encode(message).finish());
}
