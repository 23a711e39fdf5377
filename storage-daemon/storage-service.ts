import { once } from 'node:events';
import type { Server } from '@grpc/grpc-js';
import {
  StorageDaemonServiceService,
  type AppendOpen,
  type AppendRequest,
  type AppendResponse,
  type ControlDeviceRequest,
  type ControlDeviceResponse,
  type CopyTarget,
  type FetchRequest,
  type HelloRequest,
  type HelloResponse,
  type LabelRequest,
  type LabelResponse,
  type OpenNetworkTestRequest,
  type OpenNetworkTestResponse,
  type ReadOpen,
  type ReadRange,
  type ReadRecordsRequest,
  type ReadRecordsResponse,
  type ReadRequest,
  type ReadResponse,
  type RelabelRequest,
  type RelabelResponse,
  type SetDebugRequest,
  type SetDebugResponse,
  type StatusRequest,
  type StatusResponse,
  type StoreResponse,
  type TruncateRequest,
  type TruncateResponse,
  type UseVolume,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { Destination } from '../configuration/values/destination.ts';
import { changeDebugging, describeError, type Log } from '../daemon/log.ts';
import { registerBulk, type BulkService, type MemberWriter } from '../transport/bulk.ts';
import { requireRole } from '../transport/peer.ts';
import {
  serveBidi,
  serveServerStream,
  serveUnary,
  type CallContext,
  type StreamWriter,
} from '../transport/streams.ts';
import { TicketOffice } from '../transport/ticket.ts';
import { volumeNameProblem } from '../volume/volume-name.ts';
import { AppendSession } from './append-session.ts';
import { CopySources } from './copy-sources.ts';
import { targetElsewhere, targetHere } from './copy-target.ts';
import { onDeviceThatHas, type Device } from './device.ts';
import { controlDevice } from './device-control.ts';
import type { DeviceTable } from './device-table.ts';
import { Latest } from './latest.ts';
import { NetworkTest } from './network-test.ts';
import { newLabel } from './own-members.ts';
import { ReadSession, type Copying } from './read-session.ts';
import { readRecords } from './records-reader.ts';
import type { RunningSession, SessionTable } from './session-table.ts';
import { RequestRefused, VolumeProblem } from './storage-errors.ts';
import { daemonStatus, deviceStatus, openVolumes, usersOf, type DaemonIdentity } from './storage-status.ts';
import { StreamRewriter } from './stream-rewriter.ts';
import { createVolume, emptyVolume, renameVolume } from './volume-file.ts';
import { sendWanted } from './wanted-events.ts';

export interface StorageServiceOptions {
  readonly identity: DaemonIdentity;
  /** Name and version of this daemon, for labels. */
  readonly writtenBy: string;
  readonly devices: DeviceTable;
  readonly sessions: SessionTable;
  readonly log: Log;
  /** How long a session waits for its file daemon. */
  clientConnectTimeoutMs(): number;
  /** Where messages go by the conf: `destinations` of its Messages resource. */
  readonly destinations: () => readonly Destination[];
  /** Whether the Director of this name may only ask for the status (Monitor = yes). */
  isMonitor(directorName: string): boolean;
}

/** The Director has just reached the other one: what cannot be reached from here has most often a wrong Address. */
const OTHER_STORAGE_MS_MAX = 60_000;

/** What Directors and ticket holders may ask of this daemon: from the wire to the sessions. */
export class StorageService implements BulkService {
  readonly tickets = new TicketOffice<AppendSession | ReadSession | NetworkTest>();
  readonly #options: StorageServiceOptions;

  constructor(options: StorageServiceOptions) {
    this.#options = options;
  }

  register(server: Server): void {
    server.addService(StorageDaemonServiceService, {
      hello: serveUnary<HelloRequest, HelloResponse>((_, context) => this.hello(context)),
      status: serveUnary<StatusRequest, StatusResponse>((_, context) => this.status(context)),
      append: serveBidi<AppendRequest, AppendResponse>((messages, writer, context) =>
        this.append(messages, writer, context),
      ),
      read: serveBidi<ReadRequest, ReadResponse>((messages, writer, context) =>
        this.read(messages, writer, context),
      ),
      readRecords: serveServerStream<ReadRecordsRequest, ReadRecordsResponse>((request, writer, context) =>
        this.readRecords(request, writer, context),
      ),
      label: serveUnary<LabelRequest, LabelResponse>((request, context) => this.label(request, context)),
      truncate: serveUnary<TruncateRequest, TruncateResponse>((request, context) =>
        this.truncate(request, context),
      ),
      relabel: serveUnary<RelabelRequest, RelabelResponse>((request, context) =>
        this.relabel(request, context),
      ),
      controlDevice: serveUnary<ControlDeviceRequest, ControlDeviceResponse>((request, context) =>
        this.controlDevice(request, context),
      ),
      setDebug: serveUnary<SetDebugRequest, SetDebugResponse>((request, context) =>
        this.setDebug(request, context),
      ),
      openNetworkTest: serveServerStream<OpenNetworkTestRequest, OpenNetworkTestResponse>(
        (_, writer, context) => this.openNetworkTest(writer, context),
      ),
    });
    registerBulk(server, this);
  }

  async hello({ peer }: CallContext): Promise<HelloResponse> {
    requireRole(peer, 'director');
    const { name, version, platform } = this.#options.identity;
    return { name, version, platform };
  }

  async status({ peer }: CallContext): Promise<StatusResponse> {
    requireRole(peer, 'director');
    const { identity, devices, sessions } = this.#options;
    return daemonStatus(identity, devices.devices, sessions);
  }

  async label(request: LabelRequest, context: CallContext): Promise<LabelResponse> {
    this.#requireWriter(context);
    const { volumeName, mediaType, deviceName } = request;
    checkVolumeName(volumeName);
    const [device] = this.#options.devices.find({ deviceNames: [deviceName], mediaType, purpose: 'write' });
    if (device === undefined) throw new TypeError('A search that found nothing did not say so');
    using _use = device.enter('write');
    await using volume = await createVolume(
      device.placeOf(volumeName),
      newLabel(request, this.#options.writtenBy),
      'refuse',
    );
    return { volumeBytes: volume.sizeBytes, deviceName: device.name, archiveDevice: device.path };
  }

  async truncate(request: TruncateRequest, context: CallContext): Promise<TruncateResponse> {
    this.#requireWriter(context);
    const { volumeName, mediaType, deviceNames } = request;
    checkVolumeName(volumeName);
    const devices = this.#options.devices.find({ deviceNames, mediaType, purpose: 'write' });
    return onDeviceThatHas(devices, async (device) => {
      using _claim = device.claim(volumeName, 'overwrite');
      const place = device.placeOf(volumeName);
      const { emptied, freedBytes } = await emptyVolume(place, newLabel(request, this.#options.writtenBy));
      await using volume = emptied;
      this.#options.devices.wakeUp.call(); // there may be room now
      const { name: deviceName, path: archiveDevice } = device;
      return { freedBytes, volumeBytes: volume.sizeBytes, deviceName, archiveDevice };
    });
  }

  async relabel(request: RelabelRequest, context: CallContext): Promise<RelabelResponse> {
    this.#requireWriter(context);
    const { oldVolumeName, volumeName, mediaType, deviceNames } = request;
    checkVolumeName(oldVolumeName);
    checkVolumeName(volumeName);
    const devices = this.#options.devices.find({ deviceNames, mediaType, purpose: 'write' });
    return onDeviceThatHas(devices, async (device) => {
      using _oldClaim = device.claim(oldVolumeName, 'overwrite');
      using _newClaim = device.claim(volumeName, 'overwrite');
      const [from, to] = [device.placeOf(oldVolumeName), device.placeOf(volumeName)];
      const { emptied, freedBytes } = await renameVolume(
        from,
        to,
        newLabel(request, this.#options.writtenBy),
      );
      await using volume = emptied;
      this.#options.devices.wakeUp.call();
      const { name: deviceName, path: archiveDevice } = device;
      return { freedBytes, volumeBytes: volume.sizeBytes, deviceName, archiveDevice };
    });
  }

  async controlDevice(
    { deviceName, action, drive }: ControlDeviceRequest,
    context: CallContext,
  ): Promise<ControlDeviceResponse> {
    this.#requireWriter(context);
    const open = openVolumes(this.#options.sessions);
    const controlled = this.#options.devices.drives(deviceName, drive).map(async (device) => {
      const outcome = controlDevice(device, action, usersOf(device, open));
      return { ...outcome, device: await deviceStatus(device, open) };
    });
    return { devices: await Promise.all(controlled) };
  }

  async setDebug(changes: SetDebugRequest, context: CallContext): Promise<SetDebugResponse> {
    this.#requireWriter(context);
    return changeDebugging(this.#options.log.debugging, changes);
  }

  async openNetworkTest(writer: StreamWriter<OpenNetworkTestResponse>, context: CallContext): Promise<void> {
    this.#requireWriter(context);
    using ticket = this.#issueTicket(new NetworkTest());
    await writer.write(ticket.proof);
    if (!context.signal.aborted) await once(context.signal, 'abort');
  }

  async append(
    messages: AsyncIterable<AppendRequest>,
    writer: StreamWriter<AppendResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireWriter(context);
    const { sessions, devices } = this.#options;
    const requests = messages[Symbol.asyncIterator]();
    const open = appendOpenOf(await requests.next());
    const usable = freeFirst(devices.find({ ...open, purpose: 'write' }));
    const answers = new Latest<UseVolume>();
    const session = new AppendSession({
      job: open.job,
      ...sessionIdentity(open, sessions),
      resumed: open.resumed,
      devices: usable,
      wakeUp: devices.wakeUp,
      writtenBy: this.#options.writtenBy,
      clientConnectTimeoutMs: this.#options.clientConnectTimeoutMs(),
      director: {
        send: sendWanted(writer, context, this.#options.destinations),
        nextVolume: () => answers.take(),
      },
      onFault: (error) => this.#logFault(open.job.job, error),
    });
    await sessions.during(session, async () => {
      using ticket = this.#issueTicket(session);
      const { volSessionId, volSessionTime } = session.options;
      await writer.write({
        event: {
          $case: 'opened',
          value: { volSessionId, volSessionTime, ...ticket.proof, deviceName: nameOfFirst(usable) },
        },
      });
      void followDirector(requests, session, answers);
      return await session.run(); // the ticket is good until then
    });
  }

  async read(
    messages: AsyncIterable<ReadRequest>,
    writer: StreamWriter<ReadResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireWriter(context);
    const { sessions, devices } = this.#options;
    const requests = messages[Symbol.asyncIterator]();
    const open = readOpenOf(await requests.next());
    const usable = freeFirst(devices.find({ ...open, purpose: 'read' }));
    const copy = open.copyTo && this.#copying(open.copyTo);
    const session = new ReadSession({
      open,
      devices: usable,
      wakeUp: devices.wakeUp,
      ranges: copy ? rangesOfCopy(requests, copy) : rangesOf(requests),
      ...(copy && { copy }),
      clientConnectTimeoutMs: this.#options.clientConnectTimeoutMs(),
      send: sendWanted(writer, context, this.#options.destinations),
      onFault: (error) => this.#logFault(open.job, error),
    });
    const onGone = () => session.abort('The Director broke off its connection');
    context.signal.addEventListener('abort', onGone, { once: true });
    await sessions.during(session, async () => {
      using ticket = this.#issueTicket(session);
      await writer.write({
        event: { $case: 'opened', value: { ...ticket.proof, deviceName: nameOfFirst(usable) } },
      });
      return await session.run(); // the ticket is good until then
    });
  }

  async readRecords(
    request: ReadRecordsRequest,
    writer: StreamWriter<ReadRecordsResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireWriter(context);
    checkVolumeName(request.volumeName);
    const devices = this.#options.devices.find({ ...request, purpose: 'read' });
    for await (const response of readRecords(devices, request, context.signal)) await writer.write(response);
  }

  async store(members: AsyncIterable<Buffer>, { peer, signal }: CallContext): Promise<StoreResponse> {
    requireRole(peer, 'ticket');
    const session = this.tickets.find(peer.name);
    if (session instanceof NetworkTest) return session.store(members);
    if (!(session instanceof AppendSession)) throw notForThisTicket('store');
    return session.store(members, signal);
  }

  async fetch(_request: FetchRequest, writer: MemberWriter, { peer, signal }: CallContext): Promise<void> {
    requireRole(peer, 'ticket');
    const session = this.tickets.find(peer.name);
    if (!(session instanceof ReadSession)) throw notForThisTicket('fetch');
    await session.fetch(writer, signal);
  }

  #copying(target: CopyTarget): Copying {
    const session = this.tickets.find(target.ticketId);
    const isHere = session instanceof AppendSession;
    const connectTimeoutMs = Math.min(this.#options.clientConnectTimeoutMs(), OTHER_STORAGE_MS_MAX);
    return {
      rewriter: new StreamRewriter(target),
      sources: new CopySources(connectTimeoutMs),
      target: isHere ? targetHere(session) : targetElsewhere(target, connectTimeoutMs),
    };
  }

  #requireWriter({ peer }: CallContext): void {
    requireRole(peer, 'director');
    if (!this.#options.isMonitor(peer.name)) return;
    throw new RequestRefused(
      `Director "${peer.name}" may only ask this storage daemon for its status: its resource says "Monitor = yes"`,
      'Let the job run from another Director, or remove Monitor.',
    );
  }

  #logFault(job: string, error: unknown): void {
    this.#options.log.error(`Job ${job} failed: ${describeError(error)}`);
  }

  /** A ticket that is good while the session runs. */
  #issueTicket(session: AppendSession | ReadSession | NetworkTest) {
    const { ticketId, secret } = this.tickets.issue(session);
    return {
      proof: { ticketId, ticketSecret: secret },
      [Symbol.dispose]: () => this.tickets.revoke(ticketId),
    };
  }
}

function checkVolumeName(volumeName: string): void {
  const problem = volumeNameProblem(volumeName);
  if (problem !== undefined) throw new VolumeProblem('label', problem);
}

/** Those that have a drive left before the others, on which volumes may lie as well. */
function freeFirst(devices: readonly Device[]): Device[] {
  return devices.toSorted((one, other) => Number(other.hasDrive) - Number(one.hasDrive));
}

function nameOfFirst(devices: readonly Device[]): string {
  return devices[0]?.name ?? '';
}

type OpenOfJob = AppendOpen & { job: NonNullable<AppendOpen['job']> };

function appendOpenOf(first: IteratorResult<AppendRequest, unknown>): OpenOfJob {
  const command = first.done === true ? undefined : first.value.command;
  if (command?.$case !== 'open' || command.value.job === undefined) throw badOpening('Append');
  return { ...command.value, job: command.value.job };
}

/** What the session is called on the volumes: as before, when it goes on. @throws RequestRefused */
function sessionIdentity(
  { resumed, job }: OpenOfJob,
  sessions: SessionTable,
): { volSessionId: number; volSessionTime: number } {
  if (resumed === undefined) {
    return { volSessionId: sessions.nextVolSessionId(), volSessionTime: sessions.volSessionTime };
  }
  const { volSessionId, volSessionTime } = resumed;
  const isSame = (session: RunningSession) =>
    session instanceof AppendSession &&
    session.options.volSessionId === volSessionId &&
    session.options.volSessionTime === volSessionTime;
  if (!sessions.running.some(isSame)) return { volSessionId, volSessionTime };
  throw new RequestRefused(
    `Session ${volSessionId}/${volSessionTime} of Job ${job.job} has not ended yet: it cannot go on`,
    'Resume the job again in a minute; "status storage" shows the sessions that run.',
  );
}

function readOpenOf(first: IteratorResult<ReadRequest, unknown>): ReadOpen {
  const command = first.done === true ? undefined : first.value.command;
  if (command?.$case !== 'open') throw badOpening('Read');
  return command.value;
}

/** Passes on what the Director says, until he is gone: without him the session cannot go on. */
async function followDirector(
  requests: AsyncIterator<AppendRequest>,
  session: AppendSession,
  answers: Latest<UseVolume>,
): Promise<void> {
  try {
    for (let next = await requests.next(); next.done !== true; next = await requests.next()) {
      const { command } = next.value;
      if (command?.$case === 'useVolume') answers.put(command.value);
      else if (command?.$case === 'abort') session.abort(command.value.reason);
    }
  } catch {
    // how the connection ended does not matter
  }
  session.abort('The Director broke off its connection');
}

async function* rangesOf(requests: AsyncIterator<ReadRequest>): AsyncGenerator<ReadRange> {
  for (let next = await requests.next(); next.done !== true; next = await requests.next()) {
    if (next.value.command?.$case === 'ranges') yield* next.value.command.value.ranges;
  }
}

async function* rangesOfCopy(
  requests: AsyncIterator<ReadRequest>,
  { rewriter, sources }: Copying,
): AsyncGenerator<ReadRange> {
  for (let next = await requests.next(); next.done !== true; next = await requests.next()) {
    const { command } = next.value;
    if (command?.$case === 'end') rewriter.end(command.value);
    if (command?.$case === 'source') sources.goTo(command.value);
    if (command?.$case !== 'part') continue;
    rewriter.expect(command.value);
    yield* command.value.ranges;
  }
}

function badOpening(call: string): RequestRefused {
  return new RequestRefused(
    `The Director did not say which job its ${call} is for`,
    'Run the same release of Noctule on all machines.',
  );
}

function notForThisTicket(what: string): RequestRefused {
  return new RequestRefused(
    `This ticket is not one to ${what} with, or its session is over`,
    "The Director's messages for the job say why its session ended.",
  );
}
