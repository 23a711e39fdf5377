import type { Catalog } from '../../catalog/catalog.ts';
import type { CopyCursor } from '../../catalog/inputs.ts';
import type { MessageType } from '../../configuration/values/destination.ts';
import type { AppendFinished, CopyEnd, ReadFinished } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { JobFailed } from '../director-errors.ts';
import type { AppendSession } from './append-session.ts';
import { failAfterOthers } from './peer-failure.ts';
import type { ReadSession } from './read-session.ts';
import { together } from './together.ts';

/** Entries of the plan that are fetched from the catalog at once. */
const PAGE_ENTRIES = 1_000;

export interface CopyTransfer {
  readonly catalog: Pick<Catalog, 'copyPage'>;
  readonly planId: number;
  readonly from: ReadSession;
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
 * Moves the data: the Director says, page by page of the plan, what comes next in the new stream; the storage daemon that
 * reads makes it, and hands it to the one that writes. `result` is filled as it goes, also when the transfer fails.
 * @throws JobFailed unless all that was named has become durable.
 */
export async function transferCopy(transfer: CopyTransfer, result: CopyResult): Promise<void> {
  let streamBytes = 0;
  const feed = async (signal: AbortSignal) => {
    streamBytes = await nameAll(transfer, result, signal);
  };
  await together(
    transfer.signal,
    (signal) => {
      const reader = hearReader(transfer, result, signal);
      return [reader, hearWriter(transfer, result, reader, signal), feed(signal)];
    },
    transfer.onOtherFailure,
  );
  const { tally } = transfer.to;
  if (tally.streamBytes === streamBytes && tally.records >= result.files) return;
  throw new JobFailed(
    `Of ${result.files} files in a stream of ${streamBytes} bytes only ${tally.records} in ${tally.streamBytes} became durable`,
  );
}

/** Resolves with the length of the new stream. */
async function nameAll(
  { catalog, planId, from }: CopyTransfer,
  result: CopyResult,
  signal: AbortSignal,
): Promise<number> {
  let streamBytes = 0;
  try {
    let after: CopyCursor | undefined;
    do {
      signal.throwIfAborted();
      const page = await catalog.copyPage({ planId, limit: PAGE_ENTRIES, ...(after && { after }) });
      const { stretches, ranges, records } = page;
      await from.copy({ stretches, ranges, records: records.map((content) => Buffer.from(content)) });
      for (const stretch of stretches) streamBytes += stretch.streamBytes;
      result.files += page.files;
      result.contentBytes += page.contentBytes;
      after = page.next;
    } while (after);
    await from.copied({ files: result.files, contentBytes: result.contentBytes });
    from.end();
  } catch (error) {
    // A call that was broken off by its other side: that side says why.
    await failAfterOthers(error as Error, signal);
  }
  return streamBytes;
}

async function hearReader(transfer: CopyTransfer, result: CopyResult, signal: AbortSignal): Promise<void> {
  const { from, sayForReader: say, onReaderWaiting: onWaiting } = transfer;
  result.read = await from.run({ say, onWaiting }, signal);
  if (result.read.status !== 'T')
    throw new JobFailed(`The storage daemon could not copy everything: ${result.read.reason}`);
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
