import type { MessageType } from '../../configuration/values/destination.ts';
import type {
  BackupCommand,
  BackupRequest,
  BackupResponse,
  BackupTotals,
  PriorState,
  SavedLinks,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { AppendFinished } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { printablePath } from '../../text/printable.ts';
import type { ClientLink, Exchange } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import type { AppendSession, AppendTally } from './append-session.ts';
import type { JobBandwidth } from './job-bandwidth.ts';
import { clientFailure, failAfterOthers } from './peer-failure.ts';
import { clientMessage } from './peer-messages.ts';
import type { Progress } from './progress.ts';
import { sendWithPrior } from './send-prior.ts';
import { together } from './together.ts';

export interface BackupTransfer {
  readonly client: ClientLink;
  readonly clientName: string;
  readonly request: BackupRequest;
  /** Of an accurate job: the files as the backups before left them. */
  readonly prior?: AsyncIterable<PriorState>;
  /** Of a job that is resumed: what it has saved of files with several names. */
  readonly savedLinks?: AsyncIterable<SavedLinks>;
  readonly session: AppendSession;
  readonly bandwidth: JobBandwidth;
  readonly progress: Progress;
  readonly sayForClient: (type: MessageType, text: string, at: Date) => Promise<void>;
  readonly onOtherFailure: (error: unknown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What each side said at its end; absent: it did not come to it. */
export interface BackupResult {
  client?: BackupTotals;
  storage?: AppendFinished;
}

/**
 * Moves the data: the client sends its stream to the storage daemon, and the Director hears of it from both. Either
 * side's failure ends the other. `result` is filled as the sides finish, also when the transfer fails.
 * @throws JobFailed unless both say that everything is done, and what they say agrees.
 */
export async function transferBackup(transfer: BackupTransfer, result: BackupResult): Promise<void> {
  await together(
    transfer.signal,
    (signal) => {
      const call = transfer.client.backup(signal);
      const client = hearClient(transfer, call, signal).then((totals) => {
        result.client = totals;
      });
      return [client, tellClient(transfer, call, signal), serveSession(transfer, result, client, signal)];
    },
    transfer.onOtherFailure,
  ).finally(() => transfer.bandwidth.disconnect());
  if (result.client) checkComplete(result.client, transfer.session.tally);
}

async function serveSession(
  transfer: BackupTransfer,
  result: BackupResult,
  client: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const finished = await transfer.session.run(signal);
  result.storage = finished;
  if (finished.status === 'T') return;
  const failure = new JobFailed(`The storage daemon broke the session off: ${finished.reason}`);
  await failAfterOthers(failure, signal, client);
}

type ClientCall = Exchange<BackupCommand, BackupResponse>;

async function tellClient(
  { request: start, savedLinks, prior, client, bandwidth }: BackupTransfer,
  call: ClientCall,
  signal: AbortSignal,
): Promise<void> {
  const { job } = start;
  await sendWithPrior(call, { start, prior }, signal, async () => {
    await bandwidth.connect(start.bandwidth, (limit) => client.setBandwidth(job, limit, signal));
    for await (const value of savedLinks ?? []) {
      signal.throwIfAborted();
      await call.send({ command: { $case: 'savedLinks', value } });
    }
  });
}

async function hearClient(
  transfer: BackupTransfer,
  call: ClientCall,
  signal: AbortSignal,
): Promise<BackupTotals> {
  let totals: BackupTotals | undefined;
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
  if (!totals) throw new JobFailed(`Client "${transfer.clientName}" ended the backup without its totals`);
  return totals;
}

/** Durability rule 2: OK only when all that the client sent has become durable and is in the catalog. */
function checkComplete(totals: BackupTotals, tally: AppendTally): void {
  if (totals.streamBytes !== tally.streamBytes) {
    throw new JobFailed(
      `The client sent a stream of ${totals.streamBytes} bytes, but ${tally.streamBytes} became durable`,
    );
  }
  if (tally.records < totals.files) {
    throw new JobFailed(`The client saved ${totals.files} files, but ${tally.records} are in the catalog`);
  }
}
