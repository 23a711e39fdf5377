import type { Catalog } from '../../catalog/catalog.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import type { AppendFinished, CopyEnd, ReadFinished } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { JobFailed } from '../director-errors.ts';
import type { AppendSession } from './append-session.ts';
import { CopyFeed, type CopySources } from './copy-feed.ts';
import { failAfterOthers } from './peer-failure.ts';
import type { ReadSession } from './read-session.ts';
import { together } from './together.ts';

export interface CopyTransfer {
  readonly catalog: Pick<Catalog, 'copyPage'>;
  readonly planId: number;
  /** Makes the new stream. */
  readonly from: ReadSession;
  /** Absent: it reads all volumes itself. */
  readonly sources?: CopySources;
  readonly to: AppendSession;
  readonly sayForReader: (type: MessageType, text: string, at: Date) => Promise<void>;
  /** The storage daemon that reads waits for this; empty: it goes on. */
  readonly onReaderWaiting: (what: string) => void;
  readonly onOtherFailure: (error: unknown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What was named, and what each side said at its end; absent: it did not come to it. */
export interface CopyResult extends CopyEnd {
  read?: ReadFinished;
  written?: AppendFinished;
}

/**
 * Moves the data: the Director says, page by page of the plan, what comes next in the new stream; a storage daemon that
 * reads, or fetches from those that do, makes it and hands it to the one that writes. `result` is filled as it goes, also when the transfer fails.
 * @throws JobFailed unless all that was named has become durable.
 */
export async function transferCopy(transfer: CopyTransfer, result: CopyResult): Promise<void> {
  const { catalog, planId, from, sources, onReaderWaiting: onWaiting, onOtherFailure } = transfer;
  let streamBytes = 0;
  await together(
    transfer.signal,
    (signal) => {
      const maker = hearReader(transfer, result, signal);
      const options = { catalog, planId, from, onWaiting, onOtherFailure, maker };
      const feed = new CopyFeed({ ...options, ...(sources && { sources }) }, result);
      const fed = feed.run(signal).then(() => {
        streamBytes = feed.streamBytes;
      });
      return [maker, hearWriter(transfer, result, maker, signal), fed];
    },
    onOtherFailure,
  );
  const { tally } = transfer.to;
  if (tally.streamBytes === streamBytes && tally.records >= result.files) return;
  throw new JobFailed(
    `Of ${result.files} files in a stream of ${streamBytes} bytes only ${tally.records} in ${tally.streamBytes} became durable`,
  );
}

async function hearReader(transfer: CopyTransfer, result: CopyResult, signal: AbortSignal): Promise<void> {
  const { from, sayForReader: say, onReaderWaiting: onWaiting } = transfer;
  result.read = await from.run({ say, onWaiting }, signal);
  if (result.read.status === 'T') return;
  const failure = new JobFailed(`The storage daemon could not copy everything: ${result.read.reason}`);
  if (!transfer.sources) throw failure;
  // The one that it fetches from may know more.
  await failAfterOthers(failure, signal);
}

async function hearWriter(
  { to }: CopyTransfer,
  result: CopyResult,
  reader: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  result.written = await to.run(signal);
  if (result.written.status === 'T') return;
  const failure = new JobFailed(`The storage daemon broke the session off: ${result.written.reason}`);
  await failAfterOthers(failure, signal, reader);
}
