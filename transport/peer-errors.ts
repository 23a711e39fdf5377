import { OperatorError } from '../errors/operator-error.ts';
import { DEFAULT_CONSOLE, describePeer, type Peer, type PeerKind } from './peer.ts';

/** The peer of a connection as this side's conf describes it. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
  /** It connected to us; host and port are where it came from. */
  readonly connectedByItself?: true;
  readonly self: Peer;
  readonly peerKind: PeerKind;
  /** Name of the resource that describes the peer. */
  readonly peerName: string;
}

/** `Storage daemon "nas-sd" at 10.0.0.2:9103`. */
export function describeTarget(target: PeerAddress): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const where = target.connectedByItself ? `(connected from ${host})` : `at ${host}:${target.port}`;
  return `${target.peerKind} "${target.peerName}" ${where}`;
}

/** No connection: nothing listens there, the host is unknown, or the network does not lead there. */
export class PeerUnreachable extends OperatorError {
  readonly code = 'NET_PEER_UNREACHABLE';
  override readonly hint: string;
  /** "connection refused" */
  readonly reason: string;
  constructor(target: PeerAddress, details: string) {
    const reason = plainReason(details);
    super(`${describeTarget(target)} cannot be reached: ${reason}`);
    this.reason = reason;
    this.hint = /ENOTFOUND|EAI_AGAIN|Name resolution/.test(details)
      ? `Correct Address in ${ownResource(target)}, or see why the name does not resolve.`
      : `See whether the ${target.peerKind} is running; compare Address and ${portDirective(target)} in ` +
        `${ownResource(target)} with what it listens on; look for a firewall.`;
  }
}

/** No connection: the peer is one that connects by itself, and has not. */
export class PeerNotConnected extends OperatorError {
  readonly code = 'NET_PEER_NOT_CONNECTED';
  override readonly hint: string;
  constructor(clientName: string, directorName: string) {
    super(`Client "${clientName}" has not connected to the Director, which waits for it to do so`);
    this.hint =
      'See whether the machine is up and its File daemon is running; its log says why it cannot connect. Director ' +
      `"${directorName}" of its configuration needs "Connect To Director = yes" and Address.`;
  }
}

/** The peer, or the network, gave no answer in time. */
export class PeerTimeout extends OperatorError {
  readonly code = 'NET_PEER_TIMEOUT';
  override readonly hint: string;
  /** "no answer within 15 s" */
  readonly reason: string;
  constructor(target: PeerAddress, timeoutMs: number) {
    super(`${describeTarget(target)} did not answer within ${timeoutMs / 1000} s`);
    this.reason = `no answer within ${timeoutMs / 1000} s`;
    this.hint =
      `See whether the machine is up and the ${target.peerKind} is running; look for a firewall that drops packets; ` +
      `compare Address in ${ownResource(target)}.`;
  }
}

/** The peer does not know who we say we are. */
export class PeerRefusedName extends OperatorError {
  readonly code = 'NET_NAME_REFUSED';
  override readonly hint: string;
  constructor(target: PeerAddress) {
    super(
      target.self.role === 'ticket'
        ? `${describeTarget(target)} does not know the ticket of this job`
        : `${describeTarget(target)} does not know ${describePeer(target.self)}`,
    );
    this.hint =
      target.self.role === 'ticket'
        ? 'The job has ended there, or the Storage daemon was restarted: run the job again.'
        : `Add ${peerResource(target)} to the configuration of the ${target.peerKind}, or make the names equal.`;
  }
}

/** The peer knows our name, but its secret for it is another one. */
export class PeerRefusedPassword extends OperatorError {
  readonly code = 'NET_PASSWORD_REFUSED';
  override readonly hint: string;
  constructor(target: PeerAddress) {
    super(`${describeTarget(target)} refused the password of ${describePeer(target.self)}`);
    this.hint =
      target.self.role === 'ticket'
        ? 'The ticket was issued by another Storage daemon: compare Address in the Storage resource of the Director.'
        : `Give Password the same value in ${ownResource(target)} and in ${peerResource(target)} of the ` +
          `${target.peerKind}'s configuration.`;
  }
}

/** Something listens there, but no daemon of ours, or it could not prove that it knows the secret. */
export class PeerSpeaksOtherProtocol extends OperatorError {
  readonly code = 'NET_PROTOCOL';
  override readonly hint: string;
  constructor(target: PeerAddress, details: string) {
    super(`${describeTarget(target)} does not speak Noctule's protocol: ${details}`);
    this.hint = target.connectedByItself
      ? 'Run the same release of Noctule on all machines.'
      : `Compare Address and ${portDirective(target)} in ${ownResource(target)} with the machine and port of the ` +
        `${target.peerKind}; another program, or another version, listens there.`;
  }
}

/** The peer took a call, and did not answer it in time. */
export class CallTimeout extends OperatorError {
  readonly code = 'NET_CALL_TIMEOUT';
  constructor(target: PeerAddress | undefined, timeoutMs: number) {
    super(
      `${target ? describeTarget(target) : 'The peer'} did not answer a question within ${timeoutMs / 1000} s`,
    );
  }
}

/** The peer ended a stream, without an error, before all was sent. */
export class PeerEndedEarly extends OperatorError {
  readonly code = 'NET_ENDED_EARLY';
  constructor(target: PeerAddress | undefined, reason = '') {
    super(
      `${target ? describeTarget(target) : 'The peer'} ended the transfer before everything was sent` +
        (reason === '' ? '' : `: ${reason}`),
    );
  }
}

/** The connection broke while a call was running. */
export class PeerLost extends OperatorError {
  readonly code = 'NET_PEER_LOST';
  override readonly hint: string | undefined;
  constructor(target: PeerAddress | undefined, details: string) {
    const reason = details.replace(/^Received RST_STREAM .* internal client error: /, '');
    super(`The connection to ${target ? describeTarget(target) : 'the peer'} was lost: ${reason}`);
    this.hint = target && `See the log of the ${target.peerKind} and whether it is still running.`;
  }
}

/** The peer answered with an error. Message, code and hint are the peer's own. */
export class PeerFailed extends OperatorError {
  /** The peer's code when it failed with an OperatorError; else NET_PEER_FAULT. */
  readonly code: string;
  override readonly hint: string | undefined;
  /** Which peer, for messages; `undefined` when not known. */
  readonly peer: string | undefined;
  constructor(failure: {
    message: string;
    code: string;
    hint: string | undefined;
    target: PeerAddress | undefined;
  }) {
    super(failure.message);
    this.code = failure.code;
    this.hint = failure.hint;
    this.peer = failure.target && describeTarget(failure.target);
  }
}

/** The reason of a served call's signal: the peer cancelled the call, or its connection broke. */
export class CallCancelled extends OperatorError {
  readonly code = 'NET_CALL_CANCELLED';
  constructor(peer: Peer | undefined) {
    super(`${peer ? describePeer(peer) : 'The peer'} cancelled the call, or its connection was lost`);
  }
}

/** The resource of this side's conf that describes the peer. */
function ownResource(target: PeerAddress): string {
  if (target.self.role === 'ticket') return 'the Storage resource of the Director';
  if (target.self.role === 'client') return `Director "${target.peerName}" of the client's configuration`;
  const inWhose =
    target.self.role === 'console' ? "the console's configuration" : "the Director's configuration";
  const type = { Director: 'Director', 'Storage daemon': 'Storage', 'File daemon': 'Client' }[
    target.peerKind
  ];
  return `${type} "${target.peerName}" of ${inWhose}`;
}

/** The resource of the peer's conf that describes this side. */
function peerResource(target: PeerAddress): string {
  if (target.self.role === 'director') return `Director "${target.self.name}"`;
  if (target.self.role === 'client') return `Client "${target.self.name}" (with Allow FD Connections = yes)`;
  return target.self.name === DEFAULT_CONSOLE ? 'the Director resource' : `Console "${target.self.name}"`;
}

function portDirective(target: PeerAddress): string {
  return { Director: 'DirPort', 'Storage daemon': 'SDPort', 'File daemon': 'FDPort' }[target.peerKind];
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/EHOSTUNREACH/, 'no route to the host'],
  [/ENETUNREACH/, 'the network is unreachable'],
  [/ETIMEDOUT/, 'connection timed out'],
  [/ENOTFOUND|Name resolution/, 'the host name does not resolve'],
  [/EAI_AGAIN/, 'the name server does not answer'],
];

/** grpc-js gives its reasons with time stamps and internals around the one word that matters. */
function plainReason(details: string): string {
  return REASONS.find(([pattern]) => pattern.test(details))?.[1] ?? details;
}
