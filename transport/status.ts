import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { OperatorError } from '../errors/operator-error.ts';
import {
  CallCancelled,
  PeerFailed,
  PeerLost,
  PeerSpeaksOtherProtocol,
  type PeerAddress,
} from './peer-errors.ts';
import { RoleRefused } from './peer.ts';

/** Trailers that carry an OperatorError. A hint may hold any character, so it goes as bytes ("-bin"). */
const CODE_KEY = 'noctule-code';
const HINT_KEY = 'noctule-hint-bin';

/** The code a peer sees when the fault is a bug here. */
const FAULT_CODE = 'NET_PEER_FAULT';

/** Trailers have a limit of some 16 KiB on the way. */
const MESSAGE_LENGTH_MAX = 2000;

/** What the client side of a call knows of the connection it went by. */
export interface CalledPeer {
  readonly target: PeerAddress;
  /** What an UNAVAILABLE means on this connection. */
  explainUnavailable(details: string): OperatorError;
}

/** By the metadata of the status that ended a call: the one object that gRPC hands through unchanged. */
const calledPeers = new WeakMap<Metadata, CalledPeer>();

export function noteCalledPeer(ended: StatusObject, peer: CalledPeer): void {
  calledPeers.set(ended.metadata, peer);
}

/** The peer whose call ended so; `undefined` when the call was not made over a Connection. */
export function targetOf(ended: { metadata: Metadata }): PeerAddress | undefined {
  return calledPeers.get(ended.metadata)?.target;
}

/** The status to end a served call with when its handler threw. */
export function statusOf(error: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const metadata = new Metadata();
  if (!(error instanceof OperatorError)) {
    metadata.set(CODE_KEY, FAULT_CODE);
    return { code: status.INTERNAL, details: 'A fault in the daemon: its log has the details', metadata };
  }
  metadata.set(CODE_KEY, error.code);
  if (error.hint !== undefined) metadata.set(HINT_KEY, Buffer.from(error.hint.slice(0, MESSAGE_LENGTH_MAX)));
  const code =
    error instanceof RoleRefused
      ? status.PERMISSION_DENIED
      : error instanceof CallCancelled
        ? status.CANCELLED
        : status.FAILED_PRECONDITION;
  // gRPC percent-encodes the text with encodeURI, which throws on half a surrogate pair.
  return { code, details: error.message.slice(0, MESSAGE_LENGTH_MAX).toWellFormed(), metadata };
}

/** The error to throw when a call ended with `error`. */
export function failureOf(error: ServiceError | StatusObject): OperatorError {
  const called = calledPeers.get(error.metadata);
  const [code] = error.metadata.get(CODE_KEY);
  if (typeof code === 'string') {
    const [hint] = error.metadata.get(HINT_KEY);
    return new PeerFailed({ message: error.details, code, hint: hint?.toString(), target: called?.target });
  }
  if (called && error.code === status.UNAVAILABLE) return called.explainUnavailable(error.details);
  if (called && error.code === status.UNIMPLEMENTED) {
    return new PeerSpeaksOtherProtocol(called.target, `it does not know this call (${error.details})`);
  }
  if (called && error.code === status.RESOURCE_EXHAUSTED) {
    return new PeerSpeaksOtherProtocol(called.target, `a message is too large (${error.details})`);
  }
  return new PeerLost(called?.target, error.details);
}
