import type { MessageType } from '../../configuration/values/destination.ts';
import type {
  PriorState,
  VerifyCommand,
  VerifyRequest,
  VerifyResponse,
  VerifyTotals,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import { printablePath } from '../../text/printable.ts';
import type { ClientLink, Exchange } from '../daemons/daemon-ports.ts';
import { JobFailed } from '../director-errors.ts';
import { clientFailure } from './peer-failure.ts';
import { clientMessage } from './peer-messages.ts';
import type { Progress } from './progress.ts';
import { sendWithPrior } from './send-prior.ts';
import { together } from './together.ts';

export interface VerifyTransfer {
  readonly client: ClientLink;
  readonly clientName: string;
  readonly request: VerifyRequest;
  /** What is on disk is compared with this; absent of an InitCatalog. */
  readonly prior?: AsyncIterable<PriorState>;
  /** Keeps what an InitCatalog finds: an encoded RecordsContent. */
  readonly keep: (records: Uint8Array) => Promise<void>;
  readonly progress: Progress;
  readonly sayForClient: (type: MessageType, text: string, at: Date) => Promise<void>;
  readonly onOtherFailure: (error: unknown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Has the client look at its disk. @throws JobFailed unless it comes to its end. */
export async function transferVerify(transfer: VerifyTransfer): Promise<VerifyTotals> {
  let totals: VerifyTotals | undefined;
  await together(
    transfer.signal,
    (signal) => {
      const call = transfer.client.verify(signal);
      const heard = hearClient(transfer, call, signal).then((said) => void (totals = said));
      const { request: start, prior } = transfer;
      return [heard, sendWithPrior(call, { start, prior }, signal)];
    },
    transfer.onOtherFailure,
  );
  if (!totals) throw new JobFailed(`Client "${transfer.clientName}" ended the verify without its totals`);
  return totals;
}

type ClientCall = Exchange<VerifyCommand, VerifyResponse>;

async function hearClient(
  { clientName, progress, keep, sayForClient }: VerifyTransfer,
  call: ClientCall,
  signal: AbortSignal,
): Promise<VerifyTotals | undefined> {
  let totals: VerifyTotals | undefined;
  const events = call.events[Symbol.asyncIterator]();
  for (;;) {
    const next = await events.next().catch((cause: unknown) => {
      throw signal.aborted ? signal.reason : clientFailure(clientName, cause);
    });
    if (next.done) return totals;
    const { event } = next.value;
    if (event?.$case === 'totals') totals = event.value;
    if (event?.$case === 'records') await keep(RecordsContent.encode(event.value).finish());
    if (event?.$case === 'progress') {
      const { files, bytes, currentPath } = event.value;
      progress.update({ files, bytes, currentPath: printablePath(currentPath) }, Date.now());
    }
    if (event?.$case === 'message') {
      const { type, text, at } = clientMessage(event.value);
      await sayForClient(type, text, at);
    }
  }
}
