import { PeerNotConnected, PeerTimeout, PeerUnreachable } from './peer-errors.ts';
import { pause } from './pause.ts';

const TRY_TIMEOUT_MS = 15_000;
const TRY_MS_MIN = 1_000;
const FIRST_PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 30_000;

/** A way to a peer that is tried once; see `Connection`. */
export interface Attempt extends Disposable {
  ready(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export interface ReachOptions {
  /** Trying goes on for this long (FD Connect Timeout, SD Connect Timeout). */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called after the first failure that is worth another try. */
  readonly onRetry: (error: Error) => Promise<void>;
  /** Between 0 and 1: spreads the retries of many jobs. */
  readonly random?: () => number;
}

/**
 * Connects to a daemon, trying again with growing pauses while it cannot be reached. A daemon that answers and
 * refuses us (name, password) will do so again: that fails at once.
 * @throws what the last try threw; the reason of the signal when that aborts.
 */
export async function reach<L extends Attempt>(makeLink: () => L, options: ReachOptions): Promise<L> {
  const { signal, random = Math.random } = options;
  const deadline = performance.now() + options.timeoutSeconds * 1000;
  let pauseMs = FIRST_PAUSE_MS;
  for (let tries = 1; ; tries++) {
    const link = makeLink();
    try {
      const leftMs = Math.max(TRY_MS_MIN, deadline - performance.now());
      await link.ready(Math.min(TRY_TIMEOUT_MS, leftMs), signal);
      return link;
    } catch (error) {
      link[Symbol.dispose]();
      signal.throwIfAborted();
      const isAwaited = error instanceof PeerNotConnected;
      const isTransient = error instanceof PeerUnreachable || error instanceof PeerTimeout || isAwaited;
      const leftMs = deadline - performance.now();
      if (!isTransient || leftMs <= 0) throw error;
      if (tries === 1) await options.onRetry(error);
      if (isAwaited) continue; // the peer comes by itself: the next try has to wait for it already
      await pause(Math.min(leftMs, pauseMs * (0.75 + random() / 2)), signal);
      pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
    }
  }
}

/** Why a peer is tried again, in the words of Bacula. @param where "Client: laptop-fd on 10.0.0.7:9102"; what connects by itself has none */
export function retryText(error: Error, where: string): string {
  const isTried = error instanceof PeerUnreachable || error instanceof PeerTimeout;
  const text = isTried ? `Could not connect to ${where}. ERR=${capitalised(error.reason)}` : error.message;
  return `${text}\nRetrying ...`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
