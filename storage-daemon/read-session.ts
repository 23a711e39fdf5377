import { OperatorError, messageOf } from '../errors/operator-error.ts';
import {
  SessionMessageType,
  type ReadFinished,
  type ReadOpen,
  type ReadRange,
  type ReadResponse,
  type SessionStatus,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import { releaseMemory } from '../transport/release-memory.ts';
import type { StorageCaller } from '../transport/to-storage.ts';
import { volumeNameProblem } from '../volume/volume-name.ts';
import { abortable, untilAborted } from './abortable.ts';
import type { CopySources } from './copy-sources.ts';
import { onDeviceThatHas, pollMsOf, takeDrive, type Device } from './device.ts';
import { Patience } from './patience.ts';
import { readRange } from './range-reader.ts';
import { readAhead } from './read-ahead.ts';
import type { OpenVolume, RunningSession } from './session-table.ts';
import { transferText } from './session-text.ts';
import { DeviceNotReady, SessionCutShort, VolumeProblem } from './storage-errors.ts';
import type { StreamRewriter } from './stream-rewriter.ts';
import { openVolume, type VolumeFile } from './volume-file.ts';
import type { WakeUp } from './wake-up.ts';

export type ReadEvent = NonNullable<ReadResponse['event']>;

export interface ReadSessionOptions {
  readonly open: ReadOpen;
  /** In order of preference; at least one. */
  readonly devices: readonly Device[];
  /** From the Director, in the order in which they are to be sent. Taken as fast as the file daemon takes blocks. */
  readonly ranges: AsyncIterable<ReadRange>;
  send(event: ReadEvent): Promise<void>;
  readonly clientConnectTimeoutMs: number;
  /** Lets the session look again for what it waits for. */
  readonly wakeUp: WakeUp;
  /** Told of what ended the session and is no OperatorError: a bug, or a failure nobody foresaw. */
  onFault(error: unknown): void;
  /** Makes it a copy: no file daemon comes. */
  readonly copy?: Copying;
}

/** What becomes of the blocks in a copy. */
export interface Copying {
  readonly rewriter: StreamRewriter;
  readonly sources: CopySources;
  readonly target: {
    /** Whether the append session is one of this daemon: it holds the drive for both. */
    readonly isHere: boolean;
    /** Resolves when all is durable. @throws SessionCutShort, TransportError ... */
    deliver(members: AsyncIterable<Buffer>, caller: StorageCaller): Promise<void>;
  };
}

/** Where the blocks go: the file daemon's side. */
export interface BlockSink {
  /** Resolves when more may be sent. The member is good until the next one: its memory is given back. */
  write(member: Buffer): Promise<void>;
}

/** Blocks that are read while the file daemon is busy. */
const READ_AHEAD_BLOCKS = 4;

/** A volume being read, held against overwriting. */
interface ReadingVolume {
  readonly volumeName: string;
  readonly device: Device;
  readonly file: VolumeFile;
  readonly claim: Disposable;
}

/**
 * One session that reads. Of a restore it sends the blocks that the Director names to the file daemon that holds the
 * ticket; what cannot be read is told to the Director, the rest is sent all the same, and the session ends with status W.
 * Of a copy it makes another job's session out of the blocks, and ends at the first that cannot be read.
 */
export class ReadSession implements RunningSession {
  readonly options: ReadSessionOptions;
  readonly startedAt = new Date();
  readonly #ending = new AbortController();
  readonly #opened = Promise.withResolvers<BlockSink>();
  readonly #patience: Patience;
  readonly #over = Promise.withResolvers<void>();
  #isFetchOpen = false;
  #volume: ReadingVolume | undefined;
  #waitingFor = '';
  #blockCount = 0;
  #memberBytes = 0;
  #errors = 0;

  constructor(options: ReadSessionOptions) {
    this.options = options;
    this.#patience = new Patience({
      job: options.open.job,
      waiter: {
        say: (text, type) => this.#say(text, type),
        tellWaiting: (waitingFor) => this.#tell({ $case: 'waiting', value: { waitingFor } }),
        waitFor: (what, promise) => this.#waitFor(what, promise),
      },
      wakeUp: options.wakeUp,
      signal: this.#ending.signal,
    });
    this.#over.promise.catch(() => {}); // of interest only to a file daemon that is there
  }

  status(): SessionStatus {
    const { open, devices } = this.options;
    const device = this.#volume?.device ?? devices[0];
    return {
      jobId: open.jobId,
      job: open.job,
      direction: 'read',
      level: '',
      deviceName: device?.name ?? '',
      volumeName: this.#volume?.volumeName ?? '',
      poolName: '',
      files: 0,
      bytes: this.#memberBytes,
      waitingFor: this.#waitingFor,
      startedAtMs: this.startedAt.getTime(),
    };
  }

  openVolume(): OpenVolume | undefined {
    const volume = this.#volume;
    if (volume === undefined) return undefined;
    return {
      deviceName: volume.device.name,
      volumeName: volume.volumeName,
      poolName: '',
      volumeBytes: volume.file.sizeBytes,
      writing: false,
      jobId: this.options.open.jobId,
    };
  }

  /** Ends the session for `reason`, unless it is over. */
  abort(reason: string): void {
    this.#ending.abort(new SessionCutShort(reason));
  }

  /**
   * The file daemon's side: resolves when all blocks were written to `sink`.
   * @throws SessionCutShort when the session died, or has a Fetch already.
   */
  async fetch(sink: BlockSink, signal: AbortSignal): Promise<void> {
    if (this.#isFetchOpen) throw new SessionCutShort('This session already has its file daemon');
    this.#isFetchOpen = true;
    const onGone = () => this.abort('The file daemon broke off its connection before it had all blocks');
    if (signal.aborted) onGone();
    else signal.addEventListener('abort', onGone, { once: true });
    this.#opened.resolve(sink);
    await this.#over.promise;
  }

  /** Runs the session to its end. Resolves with what became of it; the Director was told, if he is there. */
  async run(): Promise<ReadFinished> {
    let reason = '';
    let status = 'T';
    try {
      await this.#transfer();
      if (this.#errors > 0) {
        status = 'W';
        reason = `${this.#errors} ranges of blocks could not be read whole`;
      }
      this.#over.resolve();
    } catch (error) {
      this.#errors += 1;
      status = 'E';
      reason = messageOf(error);
      if (!(error instanceof OperatorError)) this.options.onFault(error);
      this.#over.reject(error);
    } finally {
      await this.#closeVolume();
    }
    this.abort('The session is over');
    const finished = {
      status,
      reason,
      blocks: this.#blockCount,
      memberBytes: this.#memberBytes,
      errors: this.#errors,
    };
    await this.options.send({ $case: 'finished', value: finished }).catch(() => {}); // nobody left to tell
    return finished;
  }

  async #transfer(): Promise<void> {
    const { devices, copy } = this.options;
    const { signal } = this.#ending;
    using _drive = copy?.target.isHere ? undefined : await takeDrive(devices, this.#patience);
    if (copy === undefined) {
      const sink = await this.#fileDaemon();
      /** What was read at once; the members are views of it. */
      let memory: ArrayBufferLike | undefined;
      for await (const member of this.#blocks()) {
        if (memory !== undefined && memory !== member.buffer) releaseMemory(memory);
        memory = member.buffer;
        await abortable(sink.write(member), signal);
      }
    } else {
      using _sources = copy.sources;
      await copy.target.deliver(copy.rewriter.members(this.#blocks()), this.#caller);
    }
    await this.#say(transferText(this.#memberBytes, Date.now() - this.startedAt.getTime()));
  }

  /** The blocks of all ranges. */
  async *#blocks(): AsyncGenerator<Buffer> {
    const { signal } = this.#ending;
    const sources = this.options.copy?.sources;
    for await (const range of untilAborted(this.options.ranges, signal)) {
      if (sources?.areElsewhere === true) {
        for await (const member of sources.blocks(range, this.#caller)) {
          this.#count(member);
          yield member;
        }
        continue;
      }
      const volume = await this.#volumeFor(range);
      if (volume === undefined) continue;
      for await (const step of readAhead(readRange(volume.file, range), READ_AHEAD_BLOCKS)) {
        if (step.type === 'problem') {
          await this.#complain(step.text, 'left out');
          continue;
        }
        this.#count(step.member);
        yield step.member;
      }
    }
  }

  /** To other storage daemons. */
  get #caller(): StorageCaller {
    return { signal: this.#ending.signal, onRetry: (text) => this.#say(text) };
  }

  #count({ length }: Buffer): void {
    this.#blockCount += 1;
    this.#memberBytes += length;
  }

  async #fileDaemon(): Promise<BlockSink> {
    const { clientConnectTimeoutMs, open } = this.options;
    // A copy comes when it has read what lies before; if it dies, the Director ends this call.
    if (open.forCopy) return this.#waitFor('the other Storage to connect', this.#opened.promise);
    const seconds = Math.round(clientConnectTimeoutMs / 1000);
    const timer = setTimeout(
      () => this.abort(`The file daemon did not connect within ${seconds} seconds`),
      clientConnectTimeoutMs,
    );
    try {
      return await this.#waitFor('the Client to connect', this.#opened.promise);
    } finally {
      clearTimeout(timer);
    }
  }

  async #waitFor<T>(what: string, promise: Promise<T>): Promise<T> {
    this.#waitingFor = what;
    try {
      return await abortable(promise, this.#ending.signal);
    } finally {
      this.#waitingFor = '';
    }
  }

  /** The volume of a range, open; undefined, after a complaint, when it cannot be read. */
  async #volumeFor(range: ReadRange): Promise<ReadingVolume | undefined> {
    const { volumeName } = range;
    if (this.#volume?.volumeName === volumeName) return this.#volume;
    await this.#closeVolume();
    try {
      this.#volume = await this.#openWhenReady(volumeName);
    } catch (error) {
      this.#ending.signal.throwIfAborted();
      await this.#complain(messageOf(error), 'its blocks are left out');
      return undefined;
    }
    const { text } = this.#volume.device;
    await this.#say(`Ready to read from volume "${volumeName}" on File device ${text}.`);
    await this.#say(`Forward spacing Volume "${volumeName}" to addr=${range.volumeOffset}`);
    return this.#volume;
  }

  /** Waits for a disk that is not mounted. @throws VolumeProblem */
  async #openWhenReady(volumeName: string): Promise<ReadingVolume> {
    const { devices } = this.options;
    const nameProblem = volumeNameProblem(volumeName);
    if (nameProblem !== undefined) throw new VolumeProblem('label', nameProblem);
    for (;;) {
      try {
        return await onDeviceThatHas(devices, (device) => openForRead(device, volumeName));
      } catch (error) {
        if (!(error instanceof DeviceNotReady)) throw error;
        await this.#patience.wait({ what: 'its device', problem: error.message, pollMs: pollMsOf(devices) });
      }
    }
  }

  async #closeVolume(): Promise<void> {
    const volume = this.#volume;
    this.#volume = undefined;
    if (volume === undefined) return;
    await volume.file[Symbol.asyncDispose]();
    volume.claim[Symbol.dispose]();
  }

  /** @throws SessionCutShort of a copy, which must be whole or not be. */
  #complain(problem: string, consequence: string): Promise<void> {
    if (this.options.copy) throw new SessionCutShort(problem);
    this.#errors += 1;
    return this.#say(`${problem}; ${consequence}`, SessionMessageType.ERROR);
  }

  #say(text: string, type: SessionMessageType = SessionMessageType.INFO): Promise<void> {
    return this.#tell({ $case: 'message', value: { type, text, atMs: Date.now() } });
  }

  #tell(event: ReadEvent): Promise<void> {
    return abortable(this.options.send(event), this.#ending.signal);
  }
}

async function openForRead(device: Device, volumeName: string): Promise<ReadingVolume> {
  const claim = device.claim(volumeName, 'read');
  try {
    return { volumeName, device, file: await openVolume(device.placeOf(volumeName), 'read'), claim };
  } catch (error) {
    claim[Symbol.dispose]();
    throw error;
  }
}
