import { messageOf, OperatorError } from '../../errors/operator-error.ts';
import { pause } from '../../transport/pause.ts';
import { PeerLost } from '../../transport/peer-errors.ts';
import { JobFailed } from '../director-errors.ts';

/** When one side broke off first, the other usually knows why, and says so within this time. */
const REASON_MS = 5_000;

/** What is to be said when a job's call to its client failed. */
export function clientFailure(clientName: string, cause: unknown): JobFailed {
  const subject =
    cause instanceof PeerLost
      ? "Director's connection to the File daemon for this Job was lost."
      : `Client "${clientName}":`;
  return new JobFailed(`${subject} ${messageOf(cause)}`, withHintOf(cause));
}

/** Likewise for the storage daemon. */
export function storageFailure(cause: unknown): JobFailed {
  return new JobFailed(
    `Director's connection to SD for this Job was lost. ${messageOf(cause)}`,
    withHintOf(cause),
  );
}

/**
 * Throws `failure`, but lets whoever knows better speak first: a failure of another task aborts `signal`, and is then
 * the one that counts. There is no need to wait longer than `other` runs.
 */
export async function failAfterOthers(
  failure: Error,
  signal: AbortSignal,
  other?: Promise<void>,
): Promise<never> {
  const enough = new AbortController();
  try {
    const waited = pause(REASON_MS, AbortSignal.any([signal, enough.signal]));
    await Promise.allSettled([other ? Promise.race([waited, other]) : waited]);
  } finally {
    enough.abort();
  }
  throw signal.aborted ? signal.reason : failure;
}

function withHintOf(cause: unknown): { cause: unknown; hint?: string } {
  const hint = cause instanceof OperatorError ? cause.hint : undefined;
  return hint === undefined ? { cause } : { cause, hint };
}
