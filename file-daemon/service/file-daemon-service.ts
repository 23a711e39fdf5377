import type { Server } from '@grpc/grpc-js';
import {
  FileDaemonServiceService,
  BackupCommand,
  type BackupResponse,
  type Bandwidth,
  EstimateCommand,
  type EstimateResponse,
  type HelloRequest,
  type HelloResponse,
  type JobMessage,
  type MeasureNetworkRequest,
  type MeasureNetworkResponse,
  type PriorState,
  type SavedLinks,
  type RunScriptRequest,
  type RunScriptResponse,
  type RestoreEntries,
  RestoreRequest,
  type RestoreResponse,
  type SetBandwidthRequest,
  type SetBandwidthResponse,
  type SetDebugRequest,
  type SetDebugResponse,
  type StatusRequest,
  type StatusResponse,
  type StorageTicket,
  VerifyCommand,
  type VerifyResponse,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { goesToDirector } from '../../configuration/messages-to-director.ts';
import type { Destination } from '../../configuration/values/destination.ts';
import { smallestSpeed } from '../../configuration/values/size.ts';
import { FileRecordBatch } from '../../proto/noctule/record/v1/volume_members.ts';
import { changeDebugging, type Debugging } from '../../daemon/log.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { requireRole } from '../../transport/peer.ts';
import {
  serveBidi,
  serveServerStream,
  serveUnary,
  type CallContext,
  type StreamWriter,
} from '../../transport/streams.ts';
import { runBackup } from '../backup/backup-job.ts';
import { BlockCompressor } from '../backup/block-compressor.ts';
import { runEstimate } from '../backup/estimate-job.ts';
import { printablePath } from '../../text/printable.ts';
import { normalizePath, pathFromBytes, type BytePath } from '../byte-path.ts';
import type { IoClass } from '../../native/priority.ts';
import { runRestoreJob } from '../restore/restore-job.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { runVerify } from '../verify/verify-job.ts';
import { jobMessage, jobProgress, replaceRule, ROUTED_TYPES } from './job-messages.ts';
import type { ActiveJob, JobTable } from './job-table.ts';
import { measureNetwork } from './network-test.ts';
import { runScriptCommand } from './script-runner.ts';
import { RestoreStorages } from './restore-storages.ts';
import { StorageLink } from './storage-link.ts';

/**
 * Entries of a restore, and the prior state of an accurate backup, arrive faster than files are dealt with, and gRPC
 * decodes some messages ahead. As bytes they take a tenth of the memory that they take as objects: they are decoded when
 * they are wanted.
 */
const asBytes = { requestDeserialize: (bytes: Buffer): Buffer => bytes };
const SERVICE = {
  ...FileDaemonServiceService,
  backup: { ...FileDaemonServiceService.backup, ...asBytes },
  restore: { ...FileDaemonServiceService.restore, ...asBytes },
  estimate: { ...FileDaemonServiceService.estimate, ...asBytes },
  verify: { ...FileDaemonServiceService.verify, ...asBytes },
};

export interface FileDaemonServiceOptions {
  readonly name: string;
  /** "0.1.0 (21Nov26)", for the job report. */
  readonly versionShort: string;
  /** "0.1.0 (21 November 2026)", for the status. */
  readonly versionBanner: string;
  /** Its parts separated by blanks. */
  readonly platform: string;
  readonly startedAt: Date;
  readonly jobs: JobTable;
  readonly workingDirectory: string;
  readonly debugging: Debugging;
  storageConnectTimeoutMs(): number;
  /** How backups and estimates read from disk. */
  readonly ioClass: IoClass;
  readonly compressionThreads: number;
  /** What the conf allows the jobs of this Director at most, in bytes per second; 0 = no limit. */
  bandwidthMax(directorName: string): number;
  /** Where messages go by the conf: `destinations` of its Messages resource. */
  destinations(): readonly Destination[];
  /** Whether the Director of this name may only ask for the status (Monitor = yes). */
  isMonitor(directorName: string): boolean;
}

const NETWORK_TEST_BYTES_MAX = 2 ** 30;

/** The Director asked for something that it may not have, or that makes no sense. */
export class RequestRefused extends OperatorError {
  readonly code = 'FD_REQUEST_REFUSED';
  override readonly hint: string;
  constructor(message: string, hint = 'Run the same release of Noctule on all machines.') {
    super(message);
    this.hint = hint;
  }
}

/** What Directors may ask of this daemon: from the wire to the jobs. Cancelling a call cancels its job. */
export class FileDaemonService {
  readonly #options: FileDaemonServiceOptions;
  readonly #compressor: BlockCompressor;

  constructor(options: FileDaemonServiceOptions) {
    this.#options = options;
    this.#compressor = new BlockCompressor(options.compressionThreads);
  }

  register(server: Server): void {
    server.addService(SERVICE, {
      hello: serveUnary<HelloRequest, HelloResponse>((_, context) => this.hello(context)),
      status: serveUnary<StatusRequest, StatusResponse>((_, context) => this.status(context)),
      backup: serveBidi<Buffer, BackupResponse>((commands, writer, context) =>
        this.backup(commands, writer, context),
      ),
      restore: serveBidi<Buffer, RestoreResponse>((requests, writer, context) =>
        this.restore(requests, writer, context),
      ),
      setBandwidth: serveUnary<SetBandwidthRequest, SetBandwidthResponse>((request, context) =>
        this.setBandwidth(request, context),
      ),
      setDebug: serveUnary<SetDebugRequest, SetDebugResponse>((request, context) =>
        this.setDebug(request, context),
      ),
      measureNetwork: serveUnary<MeasureNetworkRequest, MeasureNetworkResponse>((request, context) =>
        this.measureNetwork(request, context),
      ),
      estimate: serveBidi<Buffer, EstimateResponse>((commands, writer, context) =>
        this.estimate(commands, writer, context),
      ),
      verify: serveBidi<Buffer, VerifyResponse>((commands, writer, context) =>
        this.verify(commands, writer, context),
      ),
      runScript: serveServerStream<RunScriptRequest, RunScriptResponse>((request, writer, context) =>
        this.runScript(request, writer, context),
      ),
    });
  }

  async hello({ peer }: CallContext): Promise<HelloResponse> {
    requireRole(peer, 'director');
    const { name, versionShort: version, platform } = this.#options;
    const clockNs = BigInt(Date.now()) * 1_000_000n;
    // The report sets commas where the status sets blanks.
    return { name, version, platform: platform.replaceAll(' ', ','), clockNs };
  }

  async status({ peer }: CallContext): Promise<StatusResponse> {
    requireRole(peer, 'director');
    const { name, versionBanner: version, platform, startedAt, jobs } = this.#options;
    return {
      name,
      version,
      platform,
      startedAtMs: startedAt.getTime(),
      jobsRun: jobs.endedCount,
      running: jobs.running,
      terminated: [...jobs.terminated],
      residentBytes: process.memoryUsage.rss(),
      pid: process.pid,
    };
  }

  async backup(
    requests: AsyncIterable<Buffer>,
    writer: StreamWriter<BackupResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireJobs(context);
    const commands = requests[Symbol.asyncIterator]();
    const command = (await nextCommand(commands, BackupCommand))?.command;
    if (command?.$case !== 'start') throw startMissing('backup');
    const request = command.value;
    const fileSet = fileSetOf(request);
    const { jobId, job, level } = request;
    await this.#options.jobs.run(
      { director: context.peer.name, jobId, job, kind: 'Backup', level },
      context.signal,
      async (active, signal) => {
        this.#limit(active, request.bandwidth);
        const notice = this.#noticesTo(context, (value) =>
          writer.write({ event: { $case: 'message', value } }),
        );
        using link = this.#storageLink(request.storage, active, notice);
        const totals = await runBackup(
          request,
          fileSet,
          {
            openStore: (ended) => link.openStore(ended),
            compressor: this.#compressor,
            ioClass: this.#options.ioClass,
            savedLinks: savedLinksOf(commands),
            prior: priorStatesOf(commands, BackupCommand),
            notice,
            progress(counts, path) {
              active.progress(counts, path);
              return writer.write({ event: { $case: 'progress', value: jobProgress(counts, path) } });
            },
          },
          signal,
        );
        active.progress(totals, '');
        const { isCompressed: compressed, ...value } = totals;
        await writer.write({ event: { $case: 'totals', value: { ...value, compressed } } });
        return totals;
      },
    );
  }

  async restore(
    requests: AsyncIterable<Buffer>,
    writer: StreamWriter<RestoreResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireJobs(context);
    const commands = requests[Symbol.asyncIterator]();
    const command = (await nextCommand(commands, RestoreRequest))?.command;
    if (command?.$case !== 'start') throw startMissing('restore');
    const start = command.value;
    const task = {
      jobId: start.jobId,
      where: whereOf(start.where),
      regexWhere: start.regexWhere,
      prefixLinks: start.prefixLinks,
      replace: replaceRule(start.replace),
      workingDirectory: this.#options.workingDirectory,
      verify: start.verify,
      namesRestored: goesToDirector('Restored', context.peer.name, this.#options.destinations()),
    };
    const { jobId, job } = start;
    const kind = start.verify ? 'Verify' : 'Restore';
    await this.#options.jobs.run(
      { director: context.peer.name, jobId, job, kind, level: '' },
      context.signal,
      async (active, signal) => {
        this.#limit(active, start.bandwidth);
        const notice = this.#noticesTo(context, (value) =>
          writer.write({ event: { $case: 'message', value } }),
        );
        const storages = new RestoreStorages(start, (ticket) => this.#storageLink(ticket, active, notice));
        const totals = await runRestoreJob(
          start.job,
          task,
          {
            fetches: (ended) => storages.fetches(ended),
            entries: entriesOf(commands, storages),
            notice,
            progress(counts, path) {
              active.progress(counts, path);
              return writer.write({ event: { $case: 'progress', value: jobProgress(counts, path) } });
            },
          },
          signal,
        );
        active.progress(totals, '');
        await writer.write({ event: { $case: 'totals', value: totals } });
        return totals;
      },
    );
  }

  async estimate(
    requests: AsyncIterable<Buffer>,
    writer: StreamWriter<EstimateResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireJobs(context);
    const commands = requests[Symbol.asyncIterator]();
    const command = (await nextCommand(commands, EstimateCommand))?.command;
    if (command?.$case !== 'start') throw startMissing('estimate');
    const request = command.value;
    const fileSet = fileSetOf(request);
    const { jobId, level } = request;
    const director = context.peer.name;
    const description = { director, jobId, job: `estimate ${jobId}`, kind: 'Estimate', level } as const;
    await this.#options.jobs.run(description, context.signal, async (active, signal) => {
      const counts = await runEstimate(
        request,
        fileSet,
        {
          ioClass: this.#options.ioClass,
          notice: this.#noticesTo(context, (value) => writer.write({ event: { $case: 'message', value } })),
          progress: async (counts, path) => active.progress(counts, path),
          prior: priorStatesOf(commands, EstimateCommand),
          listing: (batch) =>
            writer.write({ event: { $case: 'listing', value: FileRecordBatch.decode(batch) } }),
        },
        signal,
      );
      active.progress(counts, '');
      const { files, contentBytes: bytes } = counts;
      await writer.write({ event: { $case: 'totals', value: { files, bytes } } });
      return counts;
    });
  }

  async verify(
    requests: AsyncIterable<Buffer>,
    writer: StreamWriter<VerifyResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireJobs(context);
    const commands = requests[Symbol.asyncIterator]();
    const command = (await nextCommand(commands, VerifyCommand))?.command;
    if (command?.$case !== 'start') throw startMissing('verify');
    const request = command.value;
    const { jobId, job, level } = request;
    const description = { director: context.peer.name, jobId, job, kind: 'Verify', level } as const;
    await this.#options.jobs.run(description, context.signal, async (active, signal) => {
      const totals = await runVerify(
        request,
        fileSetOf(request),
        {
          ioClass: this.#options.ioClass,
          prior: priorStatesOf(commands, VerifyCommand),
          notice: this.#noticesTo(context, (value) => writer.write({ event: { $case: 'message', value } })),
          records: (value) => writer.write({ event: { $case: 'records', value } }),
          progress(counts, path) {
            active.progress(counts, path);
            return writer.write({ event: { $case: 'progress', value: jobProgress(counts, path) } });
          },
        },
        signal,
      );
      active.progress(totals, '');
      await writer.write({ event: { $case: 'totals', value: totals } });
      return totals;
    });
  }

  async runScript(
    request: RunScriptRequest,
    writer: StreamWriter<RunScriptResponse>,
    context: CallContext,
  ): Promise<void> {
    this.#requireJobs(context);
    const value = await runScriptCommand(request, {
      daemonName: this.#options.name,
      onLine: (line) => writer.write({ event: { $case: 'line', value: line } }),
      signal: context.signal,
    });
    await writer.write({ event: { $case: 'end', value } });
  }

  async setBandwidth(
    { job, bandwidth }: SetBandwidthRequest,
    context: CallContext,
  ): Promise<SetBandwidthResponse> {
    this.#requireJobs(context);
    const bytesPerSecond = this.#limit(this.#options.jobs.find(context.peer.name, job), bandwidth);
    return { bandwidth: { bytesPerSecond } };
  }

  async setDebug(changes: SetDebugRequest, context: CallContext): Promise<SetDebugResponse> {
    this.#requireJobs(context);
    return changeDebugging(this.#options.debugging, changes);
  }

  async measureNetwork(
    { storage, bytes }: MeasureNetworkRequest,
    context: CallContext,
  ): Promise<MeasureNetworkResponse> {
    this.#requireJobs(context);
    if (storage === undefined) throw new RequestRefused('The Director did not name a storage daemon');
    if (bytes < 1 || bytes > NETWORK_TEST_BYTES_MAX)
      throw new RequestRefused(`A network test of ${bytes} bytes is out of range`);
    const connectTimeoutMs = this.#options.storageConnectTimeoutMs();
    return await measureNetwork(storage, bytes, { connectTimeoutMs, signal: context.signal });
  }

  /** Gives a job the smallest of its limits: what its Director asks for, and what the conf here says. */
  #limit({ throttle, description }: ActiveJob, asked: Bandwidth | undefined): number {
    const own = this.#options.bandwidthMax(description.director);
    const bytesPerSecond = smallestSpeed(asked?.bytesPerSecond, own);
    throttle.setLimit(bytesPerSecond);
    return bytesPerSecond;
  }

  #storageLink(
    ticket: StorageTicket | undefined,
    { throttle }: ActiveJob,
    notice: (notice: FileNotice) => Promise<void>,
  ): StorageLink {
    if (ticket === undefined)
      throw new RequestRefused('The Director did not name a storage daemon for the job');
    return new StorageLink(ticket, {
      connectTimeoutMs: this.#options.storageConnectTimeoutMs(),
      throttle,
      onRetry: (text) => notice({ type: 'info', path: '', text }),
    });
  }

  /** Sends what a job has to say to the Director that asked for it, as far as the conf lets it. */
  #noticesTo(
    { peer }: CallContext,
    send: (message: JobMessage) => Promise<void>,
  ): (notice: FileNotice) => Promise<void> {
    return async (notice) => {
      const type = ROUTED_TYPES[notice.type];
      if (goesToDirector(type, peer.name, this.#options.destinations())) await send(jobMessage(notice));
    };
  }

  #requireJobs({ peer }: CallContext): void {
    requireRole(peer, 'director');
    if (!this.#options.isMonitor(peer.name)) return;
    throw new RequestRefused(
      `Director "${peer.name}" may only ask this client for its status: its resource says "Monitor = yes"`,
      'Let the job run from another Director, or remove Monitor.',
    );
  }
}

function startMissing(what: string): RequestRefused {
  return new RequestRefused(`The Director did not say which ${what} it wants`);
}

/** Undefined at the end. */
async function nextCommand<C>(
  commands: AsyncIterator<Buffer>,
  type: { decode(bytes: Uint8Array): C },
): Promise<C | undefined> {
  const next = await commands.next();
  return next.done === true ? undefined : type.decode(next.value);
}

function fileSetOf({ fileSet }: { fileSet: FileSet | undefined }): FileSet {
  if (fileSet === undefined) throw new RequestRefused('The Director did not send the FileSet of the job');
  return fileSet;
}

/** "/" means in place, as an empty `where` does. */
function whereOf(where: Buffer): BytePath {
  if (where.length === 0) return '';
  const path = normalizePath(pathFromBytes(where));
  if (path === undefined) {
    const text = `Cannot restore to "${printablePath(where)}": it is not an absolute path without ".."`;
    throw new RequestRefused(text, 'Give "where" as an absolute path.');
  }
  return path === '/' ? '' : path;
}

type CommandWithPrior = { command?: { $case: string; value: unknown } | undefined };

async function* priorStatesOf(
  commands: AsyncIterator<Buffer>,
  type: { decode(bytes: Uint8Array): CommandWithPrior },
): AsyncGenerator<PriorState> {
  for (let next = await nextCommand(commands, type); next; next = await nextCommand(commands, type)) {
    if (next.command?.$case === 'prior') yield next.command.value as PriorState;
  }
}

async function* savedLinksOf(commands: AsyncIterator<Buffer>): AsyncGenerator<SavedLinks> {
  for (let last = false; !last;) {
    const command = (await nextCommand(commands, BackupCommand))?.command;
    if (command?.$case !== 'savedLinks') return;
    ({ last } = command.value);
    yield command.value;
  }
}

async function* entriesOf(
  requests: AsyncIterator<Buffer>,
  storages: RestoreStorages,
): AsyncGenerator<RestoreEntries | 'storageEnd'> {
  for (
    let next = await nextCommand(requests, RestoreRequest);
    next;
    next = await nextCommand(requests, RestoreRequest)
  ) {
    const { command } = next;
    if (command?.$case === 'entries') yield command.value;
    if (command?.$case === 'storageEnd') yield command.$case;
    if (command?.$case === 'nextStorage') storages.goOn(command.value);
  }
  storages.end();
}
