import { BackupResume } from '../../proto/noctule/filedaemon/v1/backup_resume.ts';
import {
  type BackupRequest,
  type PriorState,
  type SavedLinks,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import type { StoreResponse } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { MemberSource } from '../../transport/bulk.ts';
import { Block, encodeBlock } from '../../volume/block.ts';
import { encodeRecords, encodeSessionEnd } from '../../volume/control-member.ts';
import type { SessionPlace } from '../../volume/member.ts';
import type { BytePath } from '../byte-path.ts';
import { memoryOf, readClientLists } from '../fileset/client-lists.ts';
import type { IoClass } from '../../native/priority.ts';
import { ProgramRunner } from '../plugins/program-runner.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { JobControl } from '../worker/job-control.ts';
import { JobWorker, workerModule } from '../worker/job-worker.ts';
import type { BackupCounts, BackupResult } from './backup-walk.ts';
import type { BlockCompressor } from './block-compressor.ts';
import { MemberSender, type MemberSink } from './member-sender.ts';
import { PriorFeed } from './prior-feed.ts';
import type { BlockNote, WalkEvent, WalkTask } from './walk-events.ts';

/** Blocks under way at once in a job: being filled, compressed or sent. Bounds its memory, with their compressed form. */
const BLOCKS_IN_FLIGHT = 8;

export interface BackupPorts {
  /** Opens the stream to the storage daemon; it is to be given up when `signal` aborts. */
  openStore(signal: AbortSignal): Promise<BackupStore>;
  notice(notice: FileNotice): Promise<void>;
  progress(counts: BackupCounts, path: BytePath): Promise<void>;
  readonly compressor: BlockCompressor;
  readonly ioClass: IoClass;
  /** What the Director sends of the backups before; for an accurate job. */
  readonly prior?: AsyncIterable<PriorState>;
  /** Likewise for a job that is resumed; to be taken first. */
  readonly savedLinks?: AsyncIterable<SavedLinks>;
}

export interface BackupStore extends MemberSink {
  /** Half-closes and resolves with the answer, when all is durable. */
  finish(): Promise<StoreResponse>;
  /** Rejects when the storage daemon ends the stream or is gone. */
  readonly failed: Promise<never>;
}

export interface BackupTotals extends BackupResult {
  /** Of the block members. */
  sentBytes: number;
  /** Whether any block was to be compressed. */
  isCompressed: boolean;
}

/** The storage daemon did not make the session durable. */
export class StoreIncomplete extends OperatorError {
  readonly code = 'FD_STORE_INCOMPLETE';
  override readonly hint = 'See the messages of the storage daemon.';
}

/**
 * Runs one backup: a worker walks and fills blocks; here they are compressed, several at a time, wrapped as members and
 * sent in order. Whatever fails first, or the signal, ends all of it and is what the caller gets.
 */
export async function runBackup(
  request: BackupRequest,
  fileSet: FileSet,
  ports: BackupPorts,
  signal: AbortSignal,
): Promise<BackupTotals> {
  const lists = await readClientLists(fileSet, signal);
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const fail = (error: unknown) => failed.abort(error);

  const control = JobControl.create(BLOCKS_IN_FLIGHT);
  using links = request.resume ? new PriorFeed(control, ended) : undefined;
  using prior = request.accurate ? new PriorFeed(control, ended) : undefined;
  await using programs = new ProgramRunner({
    control,
    notice: (notice) => ports.notice(notice),
    signal: ended,
  });
  const task: WalkTask = {
    fileSet: FileSet.encode(fileSet).finish(),
    lists,
    sinceNs: request.sinceNs,
    memory: control.shared,
    priorPort: prior?.workerPort,
    resume: request.resume &&
      links && { from: BackupResume.encode(request.resume).finish(), linksPort: links.workerPort },
    programPort: programs.workerPort,
    mode: 'backup',
    ioClass: ports.ioClass,
  };
  const store = await ports.openStore(ended);
  store.failed.catch(fail);
  const sendSaved = async () => {
    if (ports.savedLinks !== undefined) await links?.send(ports.savedLinks);
    if (ports.prior !== undefined) await prior?.send(ports.prior);
  };
  sendSaved().catch(fail);
  await using worker = new JobWorker<WalkEvent>({
    module: workerModule('walk-worker', import.meta.url),
    job: request.job,
    data: task,
    transfer: [
      programs.workerPort,
      ...[links, prior].flatMap((feed) => feed?.workerPort ?? []),
      ...memoryOf(lists),
    ],
    cancel: () => control.cancel(),
    signal: ended,
  });

  try {
    const session = new SessionStream(request, new MemberSender(store, fail), control, ports.compressor);
    const result = await forwardEvents(worker, session, control, {
      ...ports,
      programs,
      priorTaken: () => prior?.taken(),
      linksTaken: () => links?.taken(),
    });
    const totals = await session.finish(result);
    const answer = await store.finish();
    if (!answer.complete)
      throw new StoreIncomplete(`The storage daemon did not complete the session: ${answer.reason}`);
    return totals;
  } catch (error) {
    // The first failure is the cause; what comes up the stack may be a consequence of it.
    const cause = ended.aborted ? (ended.reason as unknown) : error;
    fail(cause);
    throw cause;
  }
}

async function forwardEvents(
  worker: JobWorker<WalkEvent>,
  session: SessionStream,
  control: JobControl,
  ports: BackupPorts & { readonly programs: ProgramRunner; priorTaken(): void; linksTaken(): void },
): Promise<BackupResult> {
  for await (const event of worker.events()) {
    switch (event.kind) {
      case 'block':
        session.block(event.block);
        break;
      case 'records':
        session.records(event.content);
        break;
      case 'notice':
        await ports.notice(event.notice);
        control.eventDone();
        break;
      case 'progress':
        await ports.progress(event.counts, event.path);
        break;
      case 'startProgram':
      case 'endProgram':
        await ports.programs.handle(event);
        break;
      case 'priorTaken':
        ports.priorTaken();
        break;
      case 'linksTaken':
        ports.linksTaken();
        break;
      case 'end':
        return event.result;
      case 'listing':
      case 'found':
      case 'verified':
        throw new Error(`A backup does not tell of "${event.kind}"`);
    }
  }
  throw new Error('The events of a worker end with its result');
}

/** The members of one session, numbered and put in order. */
class SessionStream {
  readonly #sender: MemberSender;
  readonly #control: JobControl;
  readonly #compressor: BlockCompressor;
  /** Of the block that comes next. */
  #place: SessionPlace;
  #sentBytes: number;
  #isCompressed = false;

  constructor(
    request: BackupRequest,
    sender: MemberSender,
    control: JobControl,
    compressor: BlockCompressor,
  ) {
    const { volSessionId, volSessionTime } = request;
    const { blockNumber = 0, streamOffset = 0, sentBytes = 0 } = request.resume ?? {};
    this.#place = { volSessionId, volSessionTime, blockNumber, streamOffset };
    this.#sentBytes = sentBytes;
    this.#sender = sender;
    this.#control = control;
    this.#compressor = compressor;
  }

  block(block: BlockNote): void {
    const place = this.#place;
    this.#place = {
      ...place,
      blockNumber: place.blockNumber + 1,
      streamOffset: block.streamOffset + block.contentBytes,
    };
    if (block.compression.codec !== 'none') this.#isCompressed = true;
    this.#sender.push(this.#encode(block, place), (memberBytes) => {
      this.#sentBytes += memberBytes;
      this.#control.freeSlot(block.slotIndex);
    });
  }

  records(content: Parameters<typeof encodeRecords>[1]): void {
    this.#sender.push(encodeRecords(this.#place, content));
  }

  /** Ends the session; resolves when everything is on its way. */
  async finish(result: BackupResult): Promise<BackupTotals> {
    const { files, contentBytes, streamBytes, errors } = result;
    this.#sender.push(
      encodeSessionEnd(this.#place, {
        status: 'T',
        files,
        contentBytes,
        streamBytes,
        errors,
        endedAtMs: Date.now(),
      }),
    );
    await this.#sender.drained();
    return { ...result, sentBytes: this.#sentBytes, isCompressed: this.#isCompressed };
  }

  /** The content stays in its slot until the member was sent; what it was packed into is good here only. */
  async #encode(block: BlockNote, place: SessionPlace): Promise<MemberSource> {
    const content = this.#control.slotBytes(block.slotIndex).subarray(0, block.contentBytes);
    const { startsAtEntry, endsAtEntry, firstHeaderOffset } = block;
    const input = { ...place, startsAtEntry, endsAtEntry, firstHeaderOffset, content };
    return this.#compressor.pack(content, block.compression, (packed) =>
      packed === undefined ? new Block(input) : encodeBlock({ ...input, packed }),
    );
  }
}
