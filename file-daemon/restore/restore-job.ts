import type { RestoreEntries } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { decodeBlockContentAsync } from '../../volume/block.ts';
import { libdeflate } from '../../native/libdeflate.ts';
import { MemberKind, parseMemberHeader, type MemberHeader } from '../../volume/member.ts';
import { MemberDamaged } from '../../volume/volume-errors.ts';
import type { BytePath } from '../byte-path.ts';
import { ProgramRunner } from '../plugins/program-runner.ts';
import { releaseMember } from '../../transport/bulk.ts';
import { isNoPool } from '../../transport/release-memory.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { JobControl } from '../worker/job-control.ts';
import { JobWorker, workerModule } from '../worker/job-worker.ts';
import { sessionKey, type StorageBoundary } from './block-source.ts';
import type { RestoreCommand, RestoreEvent, RestoreWorkerData } from './restore-events.ts';
import type { RestoreCounts, RestoreTask } from './restore-run.ts';
import { Window } from '../worker/window.ts';

/** Batches of entries that wait in the worker; a batch is what the Director sends at once. */
const BATCHES_AHEAD = 3;
/** Blocks received and not yet gone through: on their way through the inflater, or inflated. */
const BLOCKS_AHEAD = 8;

/** A storage that is read. */
export interface RestoreFetch {
  /** The members of the session, as the storage daemon sends them; given up when `signal` aborts. */
  members(signal: AbortSignal): AsyncIterable<Buffer>;
  /** Where the next storage takes over; absent: this is the last one. */
  readonly until: StorageBoundary | undefined;
}

export interface RestorePorts {
  /** One after another; the next comes when the one before has sent all. */
  fetches(signal: AbortSignal): AsyncIterable<RestoreFetch>;
  /** The wanted entries, in the order of their blocks; `storageEnd` behind those of a storage that another follows. */
  readonly entries: AsyncIterable<RestoreEntries | 'storageEnd'>;
  notice(notice: FileNotice): Promise<void>;
  progress(counts: RestoreCounts, path: BytePath): Promise<void>;
}

/**
 * Runs one restore: blocks are inflated and checked here, several at a time, and go in order to a worker that writes the
 * files. Whatever fails first, or the signal, ends all of it and is what the caller gets.
 */
export async function runRestoreJob(
  job: string,
  task: RestoreTask,
  ports: RestorePorts,
  signal: AbortSignal,
): Promise<RestoreCounts> {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const control = JobControl.create(0);
  await using programs = new ProgramRunner({
    control,
    notice: (notice) => ports.notice(notice),
    signal: ended,
  });
  const programPort = programs.workerPort;
  const data: RestoreWorkerData = { task, memory: control.shared, programPort };
  await using worker = new JobWorker<RestoreEvent>({
    module: workerModule('restore-worker', import.meta.url),
    job,
    data,
    transfer: [programPort],
    cancel() {
      control.cancel();
      // It may be waiting for either of these.
      worker.post({ kind: 'entriesEnd' } satisfies RestoreCommand);
      worker.post({ kind: 'blocksEnd' } satisfies RestoreCommand);
    },
    signal: ended,
  });
  const feed = new RestoreFeed(worker, ports, ended);
  const fail = (error: unknown) => failed.abort(error);
  feed.sendEntries().catch(fail);
  feed.sendBlocks().catch(fail);

  try {
    for await (const event of worker.events()) {
      switch (event.kind) {
        case 'entriesTaken':
          feed.batches.leave();
          break;
        case 'blockTaken':
          feed.blocks.leave();
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
          await programs.handle(event);
          break;
        case 'end':
          return { ...event.counts, errors: event.counts.errors + feed.damagedBlocks };
      }
    }
    throw new Error('The events of a worker end with its result');
  } catch (error) {
    const cause = ended.aborted ? (ended.reason as unknown) : error;
    fail(cause);
    throw cause;
  }
}

/** Brings entries and blocks to the worker, each no further ahead of it than its window. */
class RestoreFeed {
  readonly batches: Window;
  readonly blocks: Window;
  damagedBlocks = 0;
  readonly #worker: JobWorker<RestoreEvent>;
  readonly #ports: RestorePorts;
  readonly #signal: AbortSignal;

  constructor(worker: JobWorker<RestoreEvent>, ports: RestorePorts, signal: AbortSignal) {
    this.#worker = worker;
    this.#ports = ports;
    this.#signal = signal;
    this.batches = new Window(BATCHES_AHEAD, signal);
    this.blocks = new Window(BLOCKS_AHEAD, signal);
  }

  async sendEntries(): Promise<void> {
    for await (const entries of this.#ports.entries) {
      if (entries === 'storageEnd') {
        this.#post({ kind: 'storageEnd' });
        continue;
      }
      await this.batches.enter();
      const batch = owned(entries.batch);
      this.#post({ kind: 'entries', session: sessionKey(entries), batch }, batch.buffer);
    }
    this.#post({ kind: 'entriesEnd' });
  }

  async sendBlocks(): Promise<void> {
    for await (const fetch of this.#ports.fetches(this.#signal)) {
      await this.#sendBlocksOf(fetch.members(this.#signal));
      if (fetch.until) this.#post({ kind: 'boundary', boundary: fetch.until });
    }
    this.#post({ kind: 'blocksEnd' });
  }

  async #sendBlocksOf(members: AsyncIterable<Buffer>): Promise<void> {
    /** Of the block received last; each block is posted behind the one before it. */
    let posted: Promise<void> = Promise.resolve();
    for await (const member of members) {
      const header = parseMemberHeader(member);
      if (header !== undefined && header.kind !== MemberKind.BLOCK) continue;
      await this.blocks.enter();
      posted = this.#sendBlock(member, header, posted);
      // A failure shows when the next one, or the end, waits for it.
      posted.catch(() => undefined);
    }
    await posted;
  }

  async #sendBlock(member: Buffer, header: MemberHeader | undefined, before: Promise<void>): Promise<void> {
    try {
      const content = await decodeBlockContentAsync(member, libdeflate()?.inflate);
      releaseMember(member);
      await before;
      if (header !== undefined) this.#sendContent(header, content);
    } catch (error) {
      if (!(error instanceof MemberDamaged)) throw error;
      await before;
      this.damagedBlocks += 1;
      this.blocks.leave();
      await this.#ports.notice({ type: 'error', path: '', text: error.message });
    }
  }

  #sendContent(header: MemberHeader, inflated: Buffer): void {
    const content = owned(inflated);
    this.#post(
      { kind: 'block', session: sessionKey(header), streamOffset: header.streamOffset, content },
      content.buffer,
    );
  }

  #post(command: RestoreCommand, ...handedOver: ArrayBuffer[]): void {
    this.#worker.post(command, handedOver);
  }
}

/** Small bytes may lie in memory that they share with others, which cannot be handed over; large ones are alone in theirs. */
function owned(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return isNoPool(buffer) ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes);
}
