import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../errors/operator-error.ts';
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
  return new JobFailed(`${subject} ${messageOf(cause)}`, { cause });
}

/** Likewise for the storage daemon. */
export function storageFailure(cause: unknown): JobFailed {
  return new JobFailed(`Director's connection to SD for this Job was lost. ${messageOf(cause)}`, { cause });
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
  using waiting = new Waiting();
  const pause = delay(REASON_MS, undefined, { signal: AbortSignal.any([signal, waiting.signal]) });
  await Promise.allSettled([other ? Promise.race([pause, other]) : pause]);
  throw signal.aborted ? signal.reason : failure;
}

/** Ends a pause that nobody needs any more. */
class Waiting implements Disposable {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}
