import type {
  EstimateCommand,
  EstimateRequest,
  EstimateResponse,
  PriorState,
} from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { clientMessage, type PeerMessage } from '../jobs/peer-messages.ts';
import { sendWithPrior } from '../jobs/send-prior.ts';
import { together } from '../jobs/together.ts';
import type { ClientLink, Exchange } from './daemon-ports.ts';

/** What a listing shows of a file that would be saved. */
export type ListedFile = Pick<
  FileRecord,
  'path' | 'mode' | 'linkCount' | 'uid' | 'gid' | 'sizeBytes' | 'mtimeSeconds'
>;

export interface Estimate {
  readonly start: EstimateRequest;
  /** Of an accurate one: the files as the backups before left them. */
  readonly prior: AsyncIterable<PriorState> | undefined;
  readonly onListing: ((file: ListedFile) => void) | undefined;
  /** What the client has to say of files and of the FileSet, as in the messages of a job. */
  readonly onMessage: (message: PeerMessage) => Promise<void>;
  readonly signal: AbortSignal;
}

type Call = Exchange<EstimateCommand, EstimateResponse>;

/** Has a client count what a backup would save. Whatever fails first, here or there, ends it. */
export async function estimateOn(
  client: ClientLink,
  estimate: Estimate,
): Promise<{ files: number; bytes: number }> {
  const totals = { files: 0, bytes: 0 };
  await together(
    estimate.signal,
    (signal) => {
      const call = client.estimate(signal);
      return [hear(call, estimate, totals), sendWithPrior(call, estimate, signal)];
    },
    async () => {}, // the first failure is the answer
  );
  return totals;
}

async function hear(
  call: Call,
  { onListing, onMessage }: Estimate,
  totals: { files: number; bytes: number },
): Promise<void> {
  for await (const { event } of call.events) {
    if (event?.$case === 'totals') Object.assign(totals, event.value);
    if (event?.$case === 'message') await onMessage(clientMessage(event.value));
    if (event?.$case !== 'listing') continue;
    for (const record of event.value.records) onListing?.(record);
  }
}
