import type { PriorState } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { Exchange } from '../daemons/daemon-ports.ts';
import { failAfterOthers } from './peer-failure.ts';

type Command<S> =
  { readonly $case: 'start'; readonly value: S } | { readonly $case: 'prior'; readonly value: PriorState };

/**
 * Says all that a client is told of a backup, an estimate or a verify: the start, then the prior state, no faster than
 * it is taken.
 * @param started Called between the two.
 * @throws what the other side of a call that it broke off has to say; the reason of the signal
 */
export async function sendWithPrior<S>(
  call: Pick<Exchange<{ command: Command<S> }, unknown>, 'send' | 'end'>,
  { start, prior }: { readonly start: S; readonly prior: AsyncIterable<PriorState> | undefined },
  signal: AbortSignal,
  started: () => Promise<void> = async () => {},
): Promise<void> {
  // A call that was broken off by its other side: that side says why.
  const orOthersFailure = (error: unknown) => failAfterOthers(error as Error, signal);
  const send = (command: Command<S>) => call.send({ command }).catch(orOthersFailure);
  await send({ $case: 'start', value: start });
  await started().catch(orOthersFailure);
  for await (const value of prior ?? []) {
    signal.throwIfAborted();
    await send({ $case: 'prior', value });
  }
  call.end();
}
