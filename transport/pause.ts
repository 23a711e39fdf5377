import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after so many milliseconds. @throws the reason of `signal` when that aborts before. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
