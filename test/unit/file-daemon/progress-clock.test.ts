import { describe, expect, it } from 'vitest';
import { ProgressClock } from '../../../file-daemon/worker/progress-clock.ts';

const MIB = 1024 * 1024;

describe('the clock of progress', () => {
  it('is due about once a second while small files go by, and rarely looked at', () => {
    let [nowMs, looks] = [0, 0];
    const clock = new ProgressClock(() => (looks++, nowMs));
    let due = 0;
    for (let file = 0; file < 10_000; file++, nowMs += 1) if (clock.isDue(file)) due += 1;
    expect(due).toBeGreaterThan(8);
    expect(due).toBeLessThan(11);
    expect(looks).toBeLessThan(10_000 / 15);
  });

  it('is due with each MiB of a large file that takes a second', () => {
    let nowMs = 0;
    const clock = new ProgressClock(() => nowMs);
    const due = Array.from({ length: 5 }, (_, index) => {
      nowMs += 1000;
      return clock.isDue((index + 1) * MIB);
    });
    expect(due).toEqual([true, true, true, true, true]);
  });
});
