import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runBackup } from '../../../file-daemon/backup/backup-job.ts';
import { BlockCompressor } from '../../../file-daemon/backup/block-compressor.ts';
import { Throttle, type ThrottleClock } from '../../../file-daemon/bandwidth/throttle.ts';
import { throttledMembers, throttledStore } from '../../../file-daemon/bandwidth/throttled.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { FakeClock } from './support/fake-clock.ts';
import { fileSet, include } from './support/file-sets.ts';
import { MemberStore } from './support/member-store.ts';

const NEVER = new AbortController().signal;
const MB = 1_000_000;

function throttleOf(bytesPerSecond: number, clock: ThrottleClock = new FakeClock()): Throttle {
  const throttle = new Throttle(clock);
  throttle.setLimit(bytesPerSecond);
  return throttle;
}

/** Sleeps until it is woken by its signal alone. */
class StandingClock implements ThrottleClock {
  readonly #asleep = Promise.withResolvers<void>();
  readonly asleep = this.#asleep.promise;
  nowMs(): number {
    return 0;
  }
  sleep(_ms: number, signal: AbortSignal): Promise<void> {
    this.#asleep.resolve();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
}

describe('a throttle', () => {
  it('never lets more through than its speed and a quarter of a second of it, but for the last piece', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 3 * MB }), { minLength: 1, maxLength: 30 });
    const check = fc.asyncProperty(pieces, fc.integer({ min: 1000, max: 5 * MB }), async (sizes, speed) => {
      const clock = new FakeClock();
      const throttle = throttleOf(speed, clock);
      let sent = 0;
      for (const size of sizes) {
        await throttle.take(size, NEVER);
        expect(sent).toBeLessThanOrEqual((clock.ms / 1000 + 0.25) * speed + 1);
        sent += size;
      }
    });
    await fc.assert(check);
  });

  it('gives all of its speed to a steady sender, also of pieces larger than the burst', async () => {
    const clock = new FakeClock();
    const throttle = throttleOf(2 * MB, clock);
    for (let piece = 0; piece < 100; piece++) await throttle.take(MB, NEVER);
    // 99 MB must have had their time when the last goes; half a MB of them was the burst.
    expect(clock.ms).toBeCloseTo((99 - 0.5) * 500, -1);
  });

  it('does not save up for longer than the burst', async () => {
    const clock = new FakeClock();
    const throttle = throttleOf(MB, clock);
    clock.ms = 3_600_000;
    for (let piece = 0; piece < 11; piece++) await throttle.take(MB / 2, NEVER);
    expect(clock.ms).toBeGreaterThanOrEqual(3_600_000 + 4_700);
  });

  it('takes no time without a limit', async () => {
    const clock = new FakeClock();
    const throttle = new Throttle(clock);
    for (let piece = 0; piece < 1000; piece++) await throttle.take(MB, NEVER);
    expect(clock.ms).toBe(0);
  });

  it('lets go what waits when the limit is lifted', async () => {
    const clock = new StandingClock();
    const throttle = throttleOf(1, clock);
    await throttle.take(MB, NEVER);
    const waiting = throttle.take(MB, NEVER);
    await clock.asleep;
    throttle.setLimit(0);
    await waiting;
  });

  it('ends with the job', async () => {
    const clock = new StandingClock();
    const throttle = throttleOf(1, clock);
    await throttle.take(MB, NEVER);
    const cancel = new AbortController();
    const waiting = throttle.take(MB, cancel.signal);
    await clock.asleep;
    cancel.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});

describe('a limited job', () => {
  it('that backs up sends its members at the speed of the limit', async () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'file'), randomBytes(12 * MB));
    const clock = new FakeClock();
    const throttle = throttleOf(2 * MB, clock);
    const store = new MemberStore();
    const request = {
      jobId: 1,
      job: 'Backup.1',
      level: 'F',
      fileSet: undefined,
      storage: undefined,
      accurate: false,
      bandwidth: undefined,
      volSessionId: 7,
      volSessionTime: 1,
    };
    const ports = {
      openStore: async (ended: AbortSignal) => throttledStore(store, throttle, ended),
      notice: async () => undefined,
      progress: async () => undefined,
      compressor: new BlockCompressor(2),
      ioClass: 'none' as const,
      prior: (async function* () {})(),
    };
    await runBackup(request, fileSet([include([root.path])]), ports, NEVER);
    const bytes = store.members.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeGreaterThan(12 * MB);
    expect(clock.ms).toBeGreaterThan((bytes / (2 * MB) - 0.25 - 0.6) * 1000);
    expect(clock.ms).toBeLessThan((bytes / (2 * MB)) * 1000);
  });

  it('that restores takes its members at the speed of the limit', async () => {
    const clock = new FakeClock();
    const members = async function* () {
      for (let member = 0; member < 10; member++) yield Buffer.alloc(MB);
    };
    let taken = 0;
    for await (const { length } of throttledMembers(members(), throttleOf(2 * MB, clock), NEVER))
      taken += length;
    expect(taken).toBe(10 * MB);
    expect(clock.ms).toBeCloseTo((9 - 0.5) * 500, -1);
  });
});
