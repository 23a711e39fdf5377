import type { Catalog } from '../../catalog/catalog.ts';
import type { PlanCursor, RestorePlanPage } from '../../catalog/inputs.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import type {
  RestoreRequest,
  RestoreResponse,
  RestoreStart,
  RestoreTotals,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { ReadFinished } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { printablePath } from '../../text/printable.ts';
import { releaseMemory } from '../../transport/release-memory.ts';
import type { ClientLink, Exchange } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import type { JobBandwidth } from './job-bandwidth.ts';
import { clientFailure, failAfterOthers } from './peer-failure.ts';
import { clientMessage } from './peer-messages.ts';
import type { Progress } from './progress.ts';
import type { ReadSession } from './read-session.ts';
import { together } from './together.ts';

/** Entries of the plan that are fetched from the catalog at once. */
const PAGE_ENTRIES = 1_000;

type Say = (type: MessageType, text: string, at: Date) => Promise<void>;
type ClientCall = Exchange<RestoreRequest, RestoreResponse>;

export interface RestoreTransfer {
  readonly catalog: Pick<Catalog, 'restorePlanPage'>;
  readonly planId: number;
  readonly session: ReadSession;
  readonly client: ClientLink;
  readonly clientName: string;
  readonly start: RestoreStart;
  readonly bandwidth: JobBandwidth;
  readonly progress: Progress;
  readonly sayForClient: Say;
  readonly sayForStorage: Say;
  /** The storage daemon waits for this; empty: it goes on. */
  readonly onStorageWaiting: (what: string) => void;
  readonly onOtherFailure: (error: unknown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What each side said at its end; absent: it did not come to it. */
export interface RestoreResult {
  client?: RestoreTotals;
  storage?: ReadFinished;
}

/**
 * Moves the data: the Director feeds the plan, page by page, to the storage daemon (which blocks to send) and to the
 * client (which entries to take out of them). The slower one holds the feeding up, so memory is a window.
 * `result` is filled as the sides finish, also when the transfer fails.
 * @throws JobFailed unless both come to their end.
 */
export async function transferRestore(transfer: RestoreTransfer, result: RestoreResult): Promise<void> {
  await together(
    transfer.signal,
    (signal) => {
      const call = transfer.client.restore(signal);
      const client = hearClient(transfer, call, signal).then((totals) => {
        result.client = totals;
      });
      return [client, hearStorage(transfer, result, client, signal), feed(transfer, call, signal)];
    },
    transfer.onOtherFailure,
  ).finally(() => transfer.bandwidth.disconnect());
}

/**
 * Ranges go before the entries that lie in them. The client waits for entries only when it has a block at hand, and the
 * storage daemon takes a page of ranges while it still sends the blocks of the one before: neither waits for ever.
 */
async function feed(
  { catalog, planId, session, start, client, bandwidth }: RestoreTransfer,
  call: ClientCall,
  signal: AbortSignal,
) {
  try {
    await call.send({ command: { $case: 'start', value: start } });
    await bandwidth.connect(start.bandwidth, (limit) => client.setBandwidth(start.job, limit, signal));
    let after: PlanCursor | undefined;
    do {
      signal.throwIfAborted();
      const page = await catalog.restorePlanPage({ planId, limit: PAGE_ENTRIES, ...(after && { after }) });
      await session.send(page.ranges);
      await sendEntries(call, page);
      after = page.next;
    } while (after);
    session.end();
    call.end();
  } catch (error) {
    // A call that was broken off by its other side: that side says why.
    await failAfterOthers(error as Error, signal);
  }
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

async function hearStorage(
  transfer: RestoreTransfer,
  result: RestoreResult,
  client: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { session, sayForStorage: say, onStorageWaiting: onWaiting } = transfer;
  const finished = await session.run({ say, onWaiting }, signal);
  result.storage = finished;
  if (finished.status === 'T' || finished.status === 'W') return;
  const failure = new JobFailed(`The storage daemon could not send everything: ${finished.reason}`);
  await failAfterOthers(failure, signal, client);
}
