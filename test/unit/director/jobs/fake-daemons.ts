import { restoreBuffers } from '../../../../catalog/threads/protocol.ts';
import type {
  ClientLink,
  Daemons,
  Exchange,
  StorageLink,
} from '../../../../director/daemons/daemon-ports.ts';
import {
  MessageType,
  type BackupCommand,
  type BackupRequest,
  type BackupResponse,
  type BackupTotals,
  type RestoreRequest,
  type RestoreResponse,
  type RunScriptRequest,
  type RunScriptResponse,
} from '../../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileType, type FileRecord } from '../../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch, RecordsContent } from '../../../../proto/noctule/record/v1/volume_members.ts';
import {
  UseMode,
  type AppendRequest,
  type AppendResponse,
  type Durable,
  type ReadRequest,
  type ReadResponse,
  type ControlDeviceRequest,
  type ControlDeviceResponse,
  type RelabelRequest,
  type RelabelResponse,
  type TruncateRequest,
  type TruncateResponse,
  type UseVolume,
} from '../../../../proto/noctule/storage/v1/storage_daemon.ts';

/** Values put in on one side and awaited on the other. */
export class Pipe<T> {
  readonly #values: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};

  put(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  async *values(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) {
        yield value;
        continue;
      }
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** One call of the Director's, seen from the daemon. */
export class FakeCall<Q, M> {
  readonly signal: AbortSignal;
  readonly #requests = new Pipe<Q>();
  readonly #responses = new Pipe<M>();
  readonly #taken: AsyncGenerator<Q>;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    this.#taken = this.#requests.values();
    signal.addEventListener('abort', () => {
      this.#requests.end(signal.reason);
      this.#responses.end(signal.reason);
    });
  }

  /** The next message of the Director; undefined when it sends no more. */
  async take(): Promise<Q | undefined> {
    const next = await this.#taken.next();
    return next.done ? undefined : next.value;
  }

  answer(message: M): void {
    this.#responses.put(message);
  }

  end(error?: unknown): void {
    this.#responses.end(error);
  }

  exchange(): Exchange<Q, M> {
    return {
      // A copy: the Director may give the memory of a message back as soon as it is sent.
      send: async (message) => this.#requests.put(restoreBuffers(structuredClone(message)) as Q),
      end: () => this.#requests.end(),
      events: this.#responses.values(),
    };
  }
}

export type AppendCall = FakeCall<AppendRequest, AppendResponse>;
export type ReadCall = FakeCall<ReadRequest, ReadResponse>;
export type BackupCall = FakeCall<BackupCommand, BackupResponse>;
export type RestoreCall = FakeCall<RestoreRequest, RestoreResponse>;

/** What the daemons do in a test; what is left out does the usual thing. */
export interface Script {
  append?: (call: AppendCall) => Promise<void>;
  backup?: (request: BackupRequest, signal: AbortSignal) => AsyncIterable<BackupResponse>;
  read?: (call: ReadCall) => Promise<void>;
  restore?: (call: RestoreCall) => Promise<void>;
  runScript?: (request: RunScriptRequest, signal: AbortSignal) => AsyncIterable<RunScriptResponse>;
  truncate?: (request: TruncateRequest) => Promise<TruncateResponse>;
  relabel?: (request: RelabelRequest) => Promise<RelabelResponse>;
  controlDevice?: (request: ControlDeviceRequest) => Promise<ControlDeviceResponse>;
  storageReady?: (signal: AbortSignal) => Promise<void>;
  clientReady?: (signal: AbortSignal) => Promise<void>;
  /** What the client's clock shows. */
  clockMs?: () => number;
}

/** Daemons without a network: they say what their script says. */
export class FakeDaemons implements Daemons {
  script: Script;
  /** What the client was asked for. */
  readonly backups: BackupRequest[] = [];
  /** Limits that the client was told while its jobs ran. */
  readonly bandwidths: { job: string; bytesPerSecond: number }[] = [];

  constructor(script: Script = {}) {
    this.script = script;
  }

  storage(): StorageLink {
    const unused = () => Promise.reject(new Error('not part of the test'));
    return {
      ready: async (_timeoutMs, signal) => this.script.storageReady?.(signal),
      hello: async () => ({ name: 'peer-sd', version: '0.1.0 (21Nov26)', platform: 'x' }),
      status: async () => ({
        name: 'peer-sd',
        version: '',
        platform: '',
        startedAtMs: 0,
        jobsRun: 0,
        running: [],
        terminated: [],
        residentBytes: 0,
        pid: 1,
        devices: [
          {
            name: 'FileStorage',
            archiveDevice: '/backup/volumes',
            mediaType: 'File',
            freeBytes: 1,
            totalBytes: 2,
            mounted: [],
            sessions: 0,
            sessionsMax: 0,
            unmounted: false,
            disabled: false,
            readOnly: false,
            problem: '',
            minimumFreeBytes: 0,
          },
        ],
      }),
      label: unused,
      truncate: (request) => this.script.truncate?.(request) ?? unused(),
      relabel: (request) => this.script.relabel?.(request) ?? unused(),
      controlDevice: (request) => this.script.controlDevice?.(request) ?? unused(),
      setDebug: unused,
      openNetworkTest: () => {
        throw new Error('not part of the test');
      },
      append: (signal) => play(new FakeCall(signal), this.script.append ?? appendAll),
      read: (signal) => play(new FakeCall(signal), this.script.read ?? unused),
      readRecords: () => {
        throw new Error('not part of the test');
      },
      [Symbol.dispose]: () => {},
    };
  }

  client(): ClientLink {
    const unused = () => Promise.reject(new Error('not part of the test'));
    return {
      ready: async (_timeoutMs, signal) => this.script.clientReady?.(signal),
      hello: async () => ({
        name: 'peer-fd',
        version: '0.1.0 (21Nov26)',
        platform: 'x86_64-pc-linux-gnu,debian,12',
        clockNs: BigInt(this.script.clockMs?.() ?? Date.now()) * 1_000_000n,
      }),
      status: unused,
      setBandwidth: async (job, bandwidth) => {
        this.bandwidths.push({ job, ...bandwidth });
        return bandwidth;
      },
      setDebug: unused,
      measureNetwork: unused,
      verify: (signal) => play(new FakeCall(signal), unused),
      backup: (signal) =>
        play(new FakeCall(signal), async (call: BackupCall) => {
          const start = (await call.take())?.command;
          if (start?.$case !== 'start') throw new Error('a backup begins with its start');
          this.backups.push(start.value);
          for await (const response of (this.script.backup ?? backupAll)(start.value, signal)) {
            call.answer(response);
          }
        }),
      restore: (signal) => play(new FakeCall(signal), this.script.restore ?? unused),
      estimate: (signal) => play(new FakeCall(signal), unused),
      runScript: (request, signal) => (this.script.runScript ?? noScript)(request, signal),
      [Symbol.dispose]: () => {},
    };
  }
}

function play<Q, M>(call: FakeCall<Q, M>, script: (call: FakeCall<Q, M>) => Promise<void>): Exchange<Q, M> {
  void script(call).then(
    () => call.end(),
    (error: unknown) => call.end(error),
  );
  return call.exchange();
}

function noScript(): AsyncIterable<RunScriptResponse> {
  throw new Error('no script is part of the test');
}

// ---- the usual things -------------------------------------------------------------------------------------------

export const TOTALS: BackupTotals = {
  files: 2,
  contentBytes: 2000,
  streamBytes: 4096,
  sentBytes: 500,
  errors: 0,
  compressed: true,
};

export async function* backupAll(): AsyncGenerator<BackupResponse> {
  const progress = { files: 1, bytes: 1000, currentPath: Buffer.from('/srv/data/a') };
  yield { event: { $case: 'progress', value: progress } };
  yield { event: { $case: 'totals', value: TOTALS } };
}

/** One volume, one report, done. */
export async function appendAll(call: AppendCall): Promise<void> {
  await openSession(call);
  await mountVolume(call);
  call.answer({ event: { $case: 'durable', value: durable() } });
  finish(call);
}

export async function openSession(call: AppendCall): Promise<void> {
  await call.take();
  const opened = {
    volSessionId: 1,
    volSessionTime: 1_795_232_374,
    ticketId: 't',
    ticketSecret: Buffer.alloc(32),
  };
  call.answer({ event: { $case: 'opened', value: { ...opened, deviceName: 'FileStorage' } } });
}

/** Asks for a volume and mounts the one that is named. */
export async function mountVolume(
  call: AppendCall,
  problem = { text: '', code: '', volume: '' },
): Promise<UseVolume> {
  const use = await askForVolume(call, problem);
  mounted(call, use);
  return use;
}

export async function askForVolume(
  call: AppendCall,
  problem = { text: '', code: '', volume: '' },
): Promise<UseVolume> {
  const wanted = { problem: problem.text, problemCode: problem.code, problemVolume: problem.volume };
  call.answer({ event: { $case: 'volumeWanted', value: wanted } });
  const { command } = (await call.take()) ?? {};
  if (command?.$case !== 'useVolume') throw new Error(`the Director sent ${command?.$case}, not a volume`);
  return command.value;
}

export function mounted(call: AppendCall, use: UseVolume): void {
  call.answer({
    event: {
      $case: 'volumeMounted',
      value: {
        volumeName: use.volumeName,
        deviceName: 'FileStorage',
        archiveDevice: '/backup/volumes',
        volumeBytes: use.mode === UseMode.APPEND ? use.expectedVolumeBytes : 200,
        mode: use.mode,
        repairedBytes: 0,
      },
    },
  });
}

export function durable(changes: Partial<Durable> & { firstBlock?: number; paths?: string[] } = {}): Durable {
  const { firstBlock = 0, paths = ['/srv/data/a', '/srv/data/b'], ...rest } = changes;
  const streamOffset = firstBlock * 4096;
  return {
    volumeName: 'A-Full-0001',
    blocks: {
      firstBlock,
      volumeOffset: 300,
      streamOffset,
      memberBytes: [500],
      contentBytes: [4096],
      gapBytes: [0],
    },
    records: paths.length > 0 ? [records(paths)] : [],
    volumeBytes: 1_000,
    ...rest,
  };
}

export function finish(call: AppendCall, status = 'T', reason = ''): void {
  const value = { status, reason, files: 2, memberBytes: 500, errors: status === 'T' ? 0 : 1 };
  call.answer({ event: { $case: 'finished', value } });
}

function records(paths: readonly string[]): Buffer {
  const batch = FileRecordBatch.encode({
    records: paths.map((path, index) => record(path, index + 1)),
  }).finish();
  const content = { deflated: false, batch: Buffer.from(batch), recordCount: paths.length };
  return Buffer.from(RecordsContent.encode(content).finish());
}

export function record(path: string, fileIndex: number): FileRecord {
  return {
    path: Buffer.from(path),
    fileIndex,
    type: FileType.REGULAR,
    mode: 0o100644,
    uid: 0,
    gid: 0,
    sizeBytes: 1000,
    mtimeSeconds: 1_795_000_000,
    mtimeNanoseconds: 0,
    ctimeSeconds: 1_795_000_000,
    ctimeNanoseconds: 0,
    atimeSeconds: 1_795_000_000,
    atimeNanoseconds: 0,
    device: 1n,
    inode: BigInt(fileIndex),
    linkCount: 1,
    specialDevice: 0n,
    linkTarget: Buffer.alloc(0),
    linkFileIndex: 0,
    streamOffset: (fileIndex - 1) * 2048,
    streamBytes: 2048,
    digestAlgorithm: 0,
    digest: Buffer.alloc(0),
    deltaSequence: 0,
    deleted: false,
    extended: false,
  };
}

export function fileMessage(type: MessageType, text: string): BackupResponse {
  return { event: { $case: 'message', value: { type, text, path: Buffer.alloc(0), atMs: 0 } } };
}

/** Backups that never come to their end by themselves. */
export const HANGING: Script = {
  backup: async function* (_, signal) {
    yield* [];
    signal.throwIfAborted();
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  },
  append: async (call) => {
    await openSession(call);
    for (let next = await call.take(); next && next.command?.$case !== 'abort';) next = await call.take();
    finish(call, 'E', 'aborted');
  },
};
