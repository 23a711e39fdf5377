import type { Catalog } from '../../catalog/catalog.ts';
import type { PlanCursor, RestorePlanPage } from '../../catalog/inputs.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import type {
  RestoreRequest,
  RestoreResponse,
  RestoreStart,
  RestoreTotals,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { ReadFinished, ReadRange } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { printablePath } from '../../text/printable.ts';
import { releaseMemory } from '../../transport/release-memory.ts';
import type { ClientLink, Exchange } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import type { JobBandwidth } from './job-bandwidth.ts';
import { clientFailure, failAfterOthers } from './peer-failure.ts';
import { clientMessage } from './peer-messages.ts';
import type { Progress } from './progress.ts';
import type { PartReading, RestoreReader } from './restore-reader.ts';
import type { RestorePart } from './restore-storage.ts';
import { together } from './together.ts';

/** Entries of the plan that are fetched from the catalog at once. */
const PAGE_ENTRIES = 1_000;

type Say = (type: MessageType, text: string, at: Date) => Promise<void>;
type ClientCall = Exchange<RestoreRequest, RestoreResponse>;

export interface RestoreTransfer {
  readonly catalog: Pick<Catalog, 'restorePlanPage'>;
  readonly planId: number;
  readonly reader: Pick<RestoreReader, 'parts' | 'open' | 'storageWaits'>;
  readonly client: ClientLink;
  readonly clientName: string;
  readonly start: Omit<RestoreStart, 'storage' | 'storageUntil'>;
  readonly bandwidth: JobBandwidth;
  readonly progress: Progress;
  readonly sayForClient: Say;
  readonly onOtherFailure: (error: unknown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What each side said at its end; absent: it did not come to it. */
export interface RestoreResult {
  client?: RestoreTotals;
  /** Of all storage daemons together. */
  storage?: ReadFinished;
  /** A storage daemon was to read. */
  isBegun?: true;
}

/**
 * Moves the data: the Director feeds the plan, page by page, to the storage daemon (which blocks to send) and to the
 * client (which entries to take out of them). The slower one holds the feeding up, so memory is a window. When the volumes
 * lie on several storages, one is read after the other.
 * `result` is filled as the sides finish, also when the transfer fails.
 * @throws JobFailed unless all come to their end.
 */
export async function transferRestore(transfer: RestoreTransfer, result: RestoreResult): Promise<void> {
  const { reader, bandwidth, client, signal: ended } = transfer;
  const first = await reader.open(reader.parts[0]!, ended);
  result.isBegun = true;
  await together(
    ended,
    (signal) => {
      const call = client.restore(signal);
      const heard = hearClient(transfer, call, signal).then((totals) => {
        result.client = totals;
      });
      const feed = new RestoreFeed(transfer, call, heard);
      return [heard, feed.run(first, result, signal)];
    },
    transfer.onOtherFailure,
  ).finally(() => bandwidth.disconnect());
}

const NOTHING_READ: ReadFinished = { status: 'T', reason: '', blocks: 0, memberBytes: 0, errors: 0 };

/**
 * Ranges go before the entries that lie in them. The client waits for entries only when it has a block at hand, and the
 * storage daemon takes a page of ranges while it still sends the blocks of the one before: neither waits for ever.
 *
 * Of an entry that goes on behind the end of a part, the ranges there are kept until it is their storage's turn.
 */
class RestoreFeed {
  readonly #transfer: RestoreTransfer;
  readonly #call: ClientCall;
  readonly #client: Promise<void>;
  #after: PlanCursor | undefined;
  #rangesKept: readonly ReadRange[] = [];

  constructor(transfer: RestoreTransfer, call: ClientCall, client: Promise<void>) {
    this.#transfer = transfer;
    this.#call = call;
    this.#client = client;
  }

  async run(first: PartReading, result: RestoreResult, signal: AbortSignal): Promise<void> {
    const { reader } = this.#transfer;
    let sum = NOTHING_READ;
    for (const part of reader.parts) {
      const isFirst = part === reader.parts[0];
      using reading = isFirst ? first : await this.#openLater(part, signal);
      const read = await this.#readPart(part, reading, isFirst ? 'first' : 'later', signal).catch(
        (error: unknown) => {
          if (error instanceof BrokenOff) result.storage = added(sum, error.finished);
          throw error;
        },
      );
      sum = added(sum, read);
    }
    result.storage = sum;
  }

  /** When it cannot be opened, the client still finishes what it has, and says what that was. */
  async #openLater(part: RestorePart, signal: AbortSignal): Promise<PartReading> {
    try {
      return await this.#transfer.reader.open(part, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#call.end();
      await Promise.allSettled([this.#client]);
      throw error;
    }
  }

  /** @throws BrokenOff when the storage daemon could not send it all. */
  async #readPart(
    part: RestorePart,
    reading: PartReading,
    order: 'first' | 'later',
    ended: AbortSignal,
  ): Promise<ReadFinished> {
    let read = NOTHING_READ;
    await together(
      ended,
      (signal) => {
        const heard = this.#hearStorage(reading, signal).then((finished) => {
          read = finished;
        });
        return [heard, this.#feed(part, reading, order, signal)];
      },
      this.#transfer.onOtherFailure,
    );
    return read;
  }

  async #feed(part: RestorePart, reading: PartReading, order: 'first' | 'later', signal: AbortSignal) {
    const { catalog, planId } = this.#transfer;
    const { session } = reading;
    const { until } = part;
    try {
      await this.#announce(reading, order, signal);
      let page: RestorePlanPage;
      do {
        signal.throwIfAborted();
        const after = this.#after;
        page = await catalog.restorePlanPage({
          ...{ planId, limit: PAGE_ENTRIES },
          ...(after && { after }),
          ...(until && { until }),
        });
        await session.send(this.#rangesFor(reading, page.ranges));
        await sendEntries(this.#call, page);
        this.#after = page.next;
      } while (page.next && !page.isUntil);
      session.end();
      if (until) await this.#call.send({ command: { $case: 'storageEnd', value: {} } });
      else this.#call.end();
    } catch (error) {
      // A call that was broken off by its other side: that side says why.
      await failAfterOthers(error as Error, signal);
    }
  }

  /** Tells the client where to fetch. */
  async #announce(
    { ticket: storage, until: storageUntil }: PartReading,
    order: 'first' | 'later',
    signal: AbortSignal,
  ) {
    const { start, bandwidth, client } = this.#transfer;
    if (order === 'later') {
      return this.#call.send({ command: { $case: 'nextStorage', value: { storage, storageUntil } } });
    }
    await this.#call.send({ command: { $case: 'start', value: { ...start, storage, storageUntil } } });
    await bandwidth.connect(start.bandwidth, (limit) => client.setBandwidth(start.job, limit, signal));
  }

  /** Those that lie on the storage that is read now, up to the first that does not. */
  #rangesFor({ source }: PartReading, more: readonly ReadRange[]): readonly ReadRange[] {
    const ranges = [...this.#rangesKept, ...more];
    const end = ranges.findIndex(({ volumeName }) => !source.volumeNames.has(volumeName));
    this.#rangesKept = end < 0 ? [] : ranges.slice(end);
    return end < 0 ? ranges : ranges.slice(0, end);
  }

  async #hearStorage(reading: PartReading, signal: AbortSignal): Promise<ReadFinished> {
    const { session, source } = reading;
    const hear = {
      say: (type: MessageType, text: string, at: Date) => reading.say(type, text, at),
      onWaiting: (what: string) => this.#transfer.reader.storageWaits(what, source),
    };
    const finished = await session.run(hear, signal);
    if (finished.status === 'T' || finished.status === 'W') return finished;
    return failAfterOthers(new BrokenOff(source.storage.name, finished), signal, this.#client);
  }
}

/** A storage daemon ended its session before its end. */
class BrokenOff extends JobFailed {
  readonly finished: ReadFinished;

  constructor(storageName: string, finished: ReadFinished) {
    super(`The storage daemon of Storage "${storageName}" could not send everything: ${finished.reason}`);
    this.finished = finished;
  }
}

/** What two sessions did together; the status is the worse one. */
function added(a: ReadFinished, b: ReadFinished): ReadFinished {
  const worse =
    [a, b].find(({ status }) => status === 'E') ?? [a, b].find(({ status }) => status === 'W') ?? a;
  return {
    ...{ status: worse.status, reason: worse.reason },
    blocks: a.blocks + b.blocks,
    memberBytes: a.memberBytes + b.memberBytes,
    errors: a.errors + b.errors,
  };
}

async function sendEntries(
  call: ClientCall,
  { volSessionId, volSessionTime, batch: { buffer, byteOffset, byteLength } }: RestorePlanPage,
): Promise<void> {
  if (byteLength === 0) return;
  const batch = Buffer.from(buffer, byteOffset, byteLength);
  await call.send({ command: { $case: 'entries', value: { volSessionId, volSessionTime, batch } } });
  releaseMemory(buffer);
}

async function hearClient(
  transfer: RestoreTransfer,
  call: ClientCall,
  signal: AbortSignal,
): Promise<RestoreTotals> {
  let totals: RestoreTotals | undefined;
  try {
    for await (const { event } of call.events) {
      if (event?.$case === 'totals') totals = event.value;
      if (event?.$case === 'progress') {
        const { files, bytes, currentPath } = event.value;
        transfer.progress.update({ files, bytes, currentPath: printablePath(currentPath) }, Date.now());
      }
      if (event?.$case === 'message') {
        const { type, text, at } = clientMessage(event.value);
        await transfer.sayForClient(type, text, at);
      }
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw clientFailure(transfer.clientName, cause);
  }
  if (!totals) throw new JobFailed(`Client "${transfer.clientName}" ended the restore without its totals`);
  return totals;
}
