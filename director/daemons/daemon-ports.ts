import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import type { DebugChanges, Debugging } from '../../daemon/log.ts';
import type {
  Bandwidth,
  BackupCommand,
  BackupResponse,
  EstimateCommand,
  EstimateResponse,
  HelloResponse as ClientHello,
  MeasureNetworkRequest,
  MeasureNetworkResponse,
  RestoreRequest,
  RestoreResponse,
  RunScriptRequest,
  RunScriptResponse,
  StatusResponse as ClientStatus,
  VerifyCommand,
  VerifyResponse,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type {
  AppendRequest,
  AppendResponse,
  ControlDeviceRequest,
  ControlDeviceResponse,
  HelloResponse as StorageHello,
  LabelRequest,
  LabelResponse,
  OpenNetworkTestResponse,
  ReadRecordsRequest,
  ReadRecordsResponse,
  ReadRequest,
  ReadResponse,
  RelabelRequest,
  RelabelResponse,
  StatusResponse as StorageStatus,
  TruncateRequest,
  TruncateResponse,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';

/**
 * The other daemons as the Director's jobs see them. Every method throws an OperatorError when the daemon fails, and
 * the reason of its signal when that aborts.
 */

/** A call with messages both ways. */
export interface Exchange<Q, M> {
  /** Resolves when the message has left; a receiver that does not read holds the sender up. */
  send(message: Q): Promise<void>;
  /** Nothing more will be sent. */
  end(): void;
  readonly events: AsyncIterable<M>;
}

export interface DaemonLink extends Disposable {
  /** Resolves when the daemon has let us in. After a failure a new link is needed. */
  ready(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export interface StorageLink extends DaemonLink {
  hello(signal: AbortSignal): Promise<StorageHello>;
  status(signal: AbortSignal): Promise<StorageStatus>;
  label(request: LabelRequest, signal: AbortSignal): Promise<LabelResponse>;
  truncate(request: TruncateRequest, signal: AbortSignal): Promise<TruncateResponse>;
  relabel(request: RelabelRequest, signal: AbortSignal): Promise<RelabelResponse>;
  controlDevice(request: ControlDeviceRequest, signal: AbortSignal): Promise<ControlDeviceResponse>;
  setDebug(changes: DebugChanges, signal: AbortSignal): Promise<Debugging>;
  /** The ticket holds until the iteration ends. */
  openNetworkTest(signal: AbortSignal): AsyncIterable<OpenNetworkTestResponse>;
  append(signal: AbortSignal): Exchange<AppendRequest, AppendResponse>;
  read(signal: AbortSignal): Exchange<ReadRequest, ReadResponse>;
  readRecords(request: ReadRecordsRequest, signal: AbortSignal): AsyncIterable<ReadRecordsResponse>;
}

export interface ClientLink extends DaemonLink {
  hello(signal: AbortSignal): Promise<ClientHello>;
  status(signal: AbortSignal): Promise<ClientStatus>;
  backup(signal: AbortSignal): Exchange<BackupCommand, BackupResponse>;
  /** Sets the limit of a running job by its unique name; resolves with the one that holds. */
  setBandwidth(job: string, bandwidth: Bandwidth, signal: AbortSignal): Promise<Bandwidth | undefined>;
  setDebug(changes: DebugChanges, signal: AbortSignal): Promise<Debugging>;
  measureNetwork(request: MeasureNetworkRequest, signal: AbortSignal): Promise<MeasureNetworkResponse>;
  restore(signal: AbortSignal): Exchange<RestoreRequest, RestoreResponse>;
  estimate(signal: AbortSignal): Exchange<EstimateCommand, EstimateResponse>;
  verify(signal: AbortSignal): Exchange<VerifyCommand, VerifyResponse>;
  runScript(request: RunScriptRequest, signal: AbortSignal): AsyncIterable<RunScriptResponse>;
}

/** Makes links; nothing is sent before `ready` or the first call. */
export interface Daemons {
  storage(resource: StorageResource): StorageLink;
  client(resource: ClientResource): ClientLink;
}
