import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  status,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type ServerUnaryCall,
  type ServiceError,
  type StatusObject,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import { OperatorError, messageOf } from '../errors/operator-error.ts';
import { callerOf } from './caller.ts';
import { isEndOfMessages } from './end-of-messages.ts';
import { CallCancelled, CallTimeout, PeerEndedEarly } from './peer-errors.ts';
import { describePeer, type Peer } from './peer.ts';
import { failureOf, statusOf, targetOf } from './status.ts';

/** What a generated client method calls with the answer. */
export type Reply<R> = (error: ServiceError | null, response?: R) => void;

const UNARY_TIMEOUT_MS = 60_000;

/**
 * One question, one answer: `unary<HelloResponse>((reply) => client.hello({}, reply), { signal })`.
 * @throws an OperatorError for every way in which the peer can fail; the reason of the signal when that aborts.
 */
export async function unary<R>(
  start: (reply: Reply<R>) => ClientUnaryCall,
  options: { signal?: AbortSignal | undefined; timeoutMs?: number } = {},
): Promise<R> {
  const { signal, timeoutMs = UNARY_TIMEOUT_MS } = options;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<R>();
  let timedOut = false;
  const call = start((error, response) => {
    if (!error) resolve(response as R);
    else if (signal?.aborted) reject(signal.reason as Error);
    else reject(timedOut ? new CallTimeout(targetOf(error), timeoutMs) : failureOf(error));
  });
  const cancel = (): void => cancelSoon(call);
  const timer = setTimeout(() => {
    timedOut = true;
    cancel();
  }, timeoutMs);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * Streams `messages` into a client-streaming call and resolves with the peer's reply.
 * The peer may end the call early ("Volume full"). grpc-js then emits no 'drain', so the reply
 * itself must abort the pipeline, or a full disk on the SD would hang the FD for ever.
 * @throws as `unary` does.
 */
export async function sendAll<M, R>(
  open: (reply: Reply<R>) => ClientWritableStream<M>,
  messages: AsyncIterable<M>,
  signal: AbortSignal,
): Promise<R> {
  const { call, reply, ended } = openSending(open, signal);
  try {
    await pipeline(messages, call as Writable, { signal: ended });
  } catch (error) {
    if (!ended.aborted) {
      cancelSoon(call);
      throw error;
    }
  }
  return await reply;
}

/**
 * Opens a client-streaming call to be written to piece by piece. Nobody need await `reply`; it is rejected as `unary`
 * throws. `ended` aborts with it.
 */
export function openSending<M, R>(
  open: (reply: Reply<R>) => ClientWritableStream<M>,
  signal: AbortSignal,
): { call: ClientWritableStream<M>; reply: Promise<R>; ended: AbortSignal } {
  signal.throwIfAborted();
  const { promise: reply, resolve, reject } = Promise.withResolvers<R>();
  reply.catch(() => {});
  const call = open((error, response) => {
    if (error) reject(signal.aborted ? (signal.reason as Error) : failureOf(error));
    else resolve(response as R);
  });
  return { call, reply, ended: cancelOnAbort(call, signal).ended };
}

/**
 * The messages of a call that the peer streams. Stopping early cancels the call. Call it in the tick that opened the
 * call: an end that nobody watched would be taken for a good one.
 * @throws while iterating, as `unary` does.
 */
export function receiveAll<M>(
  call: ClientReadableStream<M> | ClientDuplexStream<never, M>,
  signal: AbortSignal,
): AsyncIterable<M> {
  return receivedByClient(call, cancelOnAbort(call, signal), signal);
}

async function* receivedByClient<M>(
  call: ClientReadableStream<M> | ClientDuplexStream<never, M>,
  end: CallEnd,
  signal: AbortSignal,
): AsyncGenerator<M> {
  try {
    signal.throwIfAborted();
    yield* messagesOf<M>(call);
  } catch (error) {
    if (!end.status) throw error; // else the status says it better
  } finally {
    if (!end.status) cancelSoon(call);
  }
  if (end.status?.code !== status.OK) throw end.ended.reason;
}

/**
 * The sending half of a stream, on either side of a call. On the client side make it in the tick that opened the call.
 */
export class StreamWriter<M> {
  readonly #call: Writable;
  readonly #ended: AbortSignal;
  readonly #pending = new Set<(reason: unknown) => void>();

  /** `ended` is for the server side: it aborts when the call is over. */
  constructor(call: Writable, ended?: AbortSignal) {
    this.#call = call;
    this.#ended = ended ?? endOf(call as ClientDuplexStream<M, unknown>).ended;
    this.#ended.addEventListener('abort', () => {
      for (const reject of this.#pending) reject(this.#ended.reason);
      this.#pending.clear();
    });
  }

  /**
   * Resolves when the message has left for the network: a receiver that does not read holds the writer once the
   * window is full. A Buffer that is sent as it is must not be changed before.
   * @throws the failure of the call when that has ended. PeerEndedEarly when it ended without one.
   */
  async write(message: M): Promise<void> {
    this.#ended.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.add(reject);
    this.#call.write(message, (error) => {
      this.#pending.delete(reject);
      if (error) reject(this.#ended.aborted ? this.#ended.reason : error);
      else resolve();
    });
    await promise;
  }

  /** Half-closes: no more messages from this side. */
  end(): void {
    this.#call.end();
  }
}

/** What a handler knows of the call it serves. */
export interface CallContext {
  readonly peer: Peer;
  /** The peer's IP address; undefined when it is not known. */
  readonly address?: string | undefined;
  /** Aborts when the peer cancels the call or is gone (reason: CallCancelled), at the latest when the call is over. */
  readonly signal: AbortSignal;
}

/** These four turn a handler into what gRPC wants. What it throws is told to the peer, and a bug to the log. */
export function serveUnary<Q, R>(
  handler: (request: Q, context: CallContext) => Promise<R>,
): handleUnaryCall<Q, R> {
  return (call, callback) =>
    void serve(call, async (context) => callback(null, await handler(call.request, context)), callback);
}

export function serveClientStream<M, R>(
  handler: (messages: AsyncIterable<M>, context: CallContext) => Promise<R>,
): handleClientStreamingCall<M, R> {
  return (call, callback) =>
    void serve(
      call,
      async (context) => callback(null, await handler(receivedByServer(call, context), context)),
      callback,
    );
}

export function serveServerStream<Q, M>(
  handler: (request: Q, writer: StreamWriter<M>, context: CallContext) => Promise<void>,
): handleServerStreamingCall<Q, M> {
  return (call) =>
    void serve(
      call,
      async (context) => {
        await handler(call.request, new StreamWriter(call, context.signal), context);
        call.end();
      },
      (failure) => call.emit('error', failure),
    );
}

export function serveBidi<Q, M>(
  handler: (messages: AsyncIterable<Q>, writer: StreamWriter<M>, context: CallContext) => Promise<void>,
): handleBidiStreamingCall<Q, M> {
  return (call) =>
    void serve(
      call,
      async (context) => {
        await handler(receivedByServer(call, context), new StreamWriter(call, context.signal), context);
        call.end();
      },
      (failure) => call.emit('error', failure),
    );
}

interface ServedCall extends Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'getPath'> {
  on(event: 'cancelled', listener: () => void): unknown;
}

async function serve(
  call: ServedCall,
  work: (context: CallContext) => Promise<void>,
  fail: (failure: ReturnType<typeof statusOf>) => void,
): Promise<void> {
  const caller = callerOf(call);
  const over = new AbortController();
  call.on('cancelled', () => over.abort(new CallCancelled(caller?.peer)));
  try {
    if (!caller) throw new CallCancelled(undefined);
    caller.onCall?.();
    caller.onDebug?.(`${describePeer(caller.peer)} calls ${call.getPath()}`);
    await work({ peer: caller.peer, address: caller.address, signal: over.signal });
    caller.onDebug?.(`${describePeer(caller.peer)} has its answer from ${call.getPath()}`);
  } catch (error) {
    if (caller)
      caller.onDebug?.(`${describePeer(caller.peer)} is refused ${call.getPath()}: ${messageOf(error)}`);
    const expected = error instanceof OperatorError || (over.signal.aborted && isAbortError(error));
    if (!expected) caller?.onFault(error, call.getPath());
    fail(statusOf(error));
  }
}

async function* receivedByServer<M>(call: Readable, { signal }: CallContext): AsyncGenerator<M> {
  try {
    for await (const message of messagesOf<M>(call)) {
      if (isEndOfMessages(message)) return;
      yield message;
    }
  } catch (error) {
    if (!call.destroyed) throw error;
  }
  // Cut off. The event that says so may still be on its way.
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

/** The stream's own iterator would destroy the whole call, its other half too, when a reader stops early. */
function messagesOf<M>(call: Readable): AsyncIterable<M> {
  return call.iterator({ destroyOnReturn: false }) as AsyncIterable<M>;
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

type StreamedClientCall =
  ClientReadableStream<unknown> | ClientWritableStream<never> | ClientDuplexStream<never, unknown>;

/** How a client call ended; shared by its reader and its writer. */
interface CallEnd {
  status: StatusObject | undefined;
  cancelledBy: AbortSignal | undefined;
  /** Aborts at the end, also when the status is OK. */
  readonly ended: AbortSignal;
}

const ends = new WeakMap<object, CallEnd>();

function endOf(call: StreamedClientCall): CallEnd {
  const known = ends.get(call);
  if (known) return known;
  const controller = new AbortController();
  const end: CallEnd = { status: undefined, cancelledBy: undefined, ended: controller.signal };
  ends.set(call, end);
  call.on('error', () => {}); // the status that follows says the same
  call.once('status', (ended: StatusObject) => {
    end.status = ended;
    if (end.cancelledBy?.aborted) controller.abort(end.cancelledBy.reason);
    else controller.abort(ended.code === status.OK ? new PeerEndedEarly(targetOf(ended)) : failureOf(ended));
  });
  return end;
}

function cancelOnAbort(call: StreamedClientCall, signal: AbortSignal): CallEnd {
  const end = endOf(call);
  end.cancelledBy = signal;
  const cancel = (): void => cancelSoon(call);
  signal.addEventListener('abort', cancel, { once: true });
  call.once('status', () => signal.removeEventListener('abort', cancel));
  return end;
}

/**
 * grpc-js sends out a call that was cancelled in the microtasks after it was opened, and then nothing ever ends it.
 * By the next turn of the event loop a call is either out, or known not to be.
 */
function cancelSoon(call: { cancel(): void }): void {
  setImmediate(() => call.cancel());
}
