import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clockMessage, measureClockOffset } from '../../../../director/daemons/clock-offset.ts';
import type { DaemonLink } from '../../../../director/daemons/daemon-ports.ts';
import { reach } from '../../../../transport/reach.ts';
import { PeerRefusedName, PeerUnreachable } from '../../../../transport/peer-errors.ts';

const target = {
  host: '127.0.0.1',
  port: 9103,
  self: { role: 'director', name: 'peer-dir' },
  peerKind: 'Storage daemon',
  peerName: 'File1',
} as const;
const signal = new AbortController().signal;

/** Links whose `ready` fails with these errors, one after the other, and then succeeds. */
function links(...failures: Error[]): { make: () => DaemonLink; made: () => number; open: () => number } {
  let made = 0;
  let open = 0;
  return {
    made: () => made,
    open: () => open,
    make: () => {
      const failure = failures[made++];
      open += 1;
      return {
        ready: async () => {
          if (failure) throw failure;
        },
        [Symbol.dispose]: () => {
          open -= 1;
        },
      };
    },
  };
}

const noWait = { signal, timeoutSeconds: 60, random: () => -1.5 };

describe('reach', () => {
  test('tries again while the daemon is down, and tells it once', async () => {
    const down = new PeerUnreachable(target, 'ECONNREFUSED');
    const some = links(down, down, down);
    const told: Error[] = [];
    await reach(some.make, { ...noWait, onRetry: async (error) => void told.push(error) });
    expect(some.made()).toBe(4);
    expect(some.open()).toBe(1);
    expect(told).toEqual([down]);
  });

  test('gives up at once when the daemon answers and refuses', async () => {
    const some = links(new PeerRefusedName(target));
    const run = reach(some.make, { ...noWait, onRetry: () => Promise.reject(new Error('told')) });
    await expect(run).rejects.toThrow('does not know Director "peer-dir"');
    expect([some.made(), some.open()]).toEqual([1, 0]);
  });

  test('gives up when the time is over', async () => {
    const some = links(...Array<Error>(100).fill(new PeerUnreachable(target, 'ECONNREFUSED')));
    const run = reach(some.make, { ...noWait, timeoutSeconds: 0, onRetry: async () => {} });
    await expect(run).rejects.toThrow('cannot be reached: connection refused');
    expect([some.made(), some.open()]).toEqual([1, 0]);
  });

  test('ends when it is cancelled while it waits', async () => {
    const cancel = new AbortController();
    const some = links(...Array<Error>(100).fill(new PeerUnreachable(target, 'ECONNREFUSED')));
    const run = reach(some.make, {
      timeoutSeconds: 60,
      signal: cancel.signal,
      onRetry: async () => cancel.abort(new Error('cancelled')),
    });
    await expect(run).rejects.toThrow('cancelled');
    expect(some.open()).toBe(0);
  });
});

describe('the offset of a client clock', () => {
  const MS = 1_000_000n;

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A client whose clock is ahead by `offsetMs`, and whose answers take these times to arrive. */
  async function measured(offsetMs: number, delaysMs: number[]) {
    let question = 0;
    const client = {
      hello: async () => {
        const clockNs = BigInt(Date.now() + offsetMs) * MS;
        const delayMs = delaysMs[question++ % delaysMs.length];
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        return { name: 'peer-fd', version: '', platform: '', clockNs };
      },
    };
    const measuring = measureClockOffset(client, signal);
    await vi.advanceTimersByTimeAsync(Math.max(...delaysMs)); // no question waits for the answer to another
    return await measuring;
  }

  test.each([
    [0, [50, 3, 20]],
    [-5000, [10, 1, 1]],
    [7000, [100, 200, 90]],
  ])('of %i ms is never taken for more than it is, and for little less', async (offsetMs, delaysMs) => {
    const { atLeastNs } = await measured(offsetMs, delaysMs);
    expect(atLeastNs).toBeLessThanOrEqual(BigInt(offsetMs) * MS);
    expect(atLeastNs).toBeGreaterThanOrEqual(BigInt(offsetMs - Math.min(...delaysMs) - 2) * MS);
  });

  test('is measured by five questions at once, in one round trip (about ten of them in Bacula)', async () => {
    const answers: (() => void)[] = [];
    const hello = async () => {
      await new Promise<void>((resolve) => void answers.push(resolve));
      return { name: 'peer-fd', version: '', platform: '', clockNs: BigInt(Date.now()) * MS };
    };
    const measuring = measureClockOffset({ hello }, signal);
    expect(answers).toHaveLength(5);
    for (const answer of answers) answer();
    await measuring;
    expect(answers).toHaveLength(5);
  });

  test('is reported above three seconds, and warned of above ten minutes', () => {
    expect(clockMessage({ atLeastNs: 3000n * MS }, 'peer-fd')).toBeUndefined();
    expect(clockMessage({ atLeastNs: -5000n * MS }, 'peer-fd')).toEqual({
      type: 'Info',
      text: `The clock of Client "peer-fd" is 5 seconds behind the Director's; since times are corrected.`,
    });
    expect(clockMessage({ atLeastNs: 700_000n * MS }, 'peer-fd')?.type).toBe('Warning');
  });
});
