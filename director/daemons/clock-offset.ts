import type { ClientLink } from './daemon-ports.ts';

const QUESTIONS = 5;
const REPORT_FROM_MS = 3_000;
const WARN_FROM_MS = 600_000;

/** How a client's clock differs from the Director's. */
export interface ClockOffset {
  /**
   * A lower bound of (client's clock - Director's clock), in nanoseconds. Since times are moved by it, never by more:
   * a bound too low saves a file twice, one too high would miss a file.
   */
  readonly atLeastNs: bigint;
}

/**
 * Asks the client's clock several times at once: over a long line, one after the other would hold up each job. Each answer was
 * read before it arrived, so (its reading - the time of arrival) is never more than the true offset; the largest of them is the best.
 */
export async function measureClockOffset(
  client: Pick<ClientLink, 'hello'>,
  signal: AbortSignal,
  nowMs: () => number = Date.now,
): Promise<ClockOffset> {
  const bounds = await Promise.all(
    Array.from({ length: QUESTIONS }, async () => {
      const { clockNs } = await client.hello(signal);
      // Date.now() cuts off up to a millisecond.
      return clockNs - BigInt(nowMs() + 1) * 1_000_000n;
    }),
  );
  return { atLeastNs: bounds.reduce((best, bound) => (bound > best ? bound : best)) };
}

/** What to tell the admin about a difference; `undefined` when it is small. */
export function clockMessage(
  offset: ClockOffset,
  clientName: string,
): { readonly type: 'Info' | 'Warning'; readonly text: string } | undefined {
  const ms = Number(offset.atLeastNs / 1_000_000n);
  if (Math.abs(ms) <= REPORT_FROM_MS) return undefined;
  const direction = ms > 0 ? 'ahead of' : 'behind';
  const seconds = Math.round(Math.abs(ms) / 1000);
  return {
    type: Math.abs(ms) > WARN_FROM_MS ? 'Warning' : 'Info',
    text: `The clock of Client "${clientName}" is ${seconds} seconds ${direction} the Director's; since times are corrected.`,
  };
}
