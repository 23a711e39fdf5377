import { describe, expect, test } from 'vitest';
import { withPatience } from '../../../catalog/threads/patience.ts';

const busy = () => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });

/** A clock that only sleeping moves on, and what was slept. */
function clock() {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    options: {
      patienceMs: 10_000,
      nowMs: () => now,
      random: () => 0.5,
      sleep(ms: number) {
        slept.push(ms);
        now += ms;
      },
    },
  };
}

describe('a catalog that another program has locked', () => {
  test('is tried again with growing pauses until it is free', () => {
    const { slept, options } = clock();
    let tries = 0;
    const work = () => {
      tries += 1;
      if (tries < 5) throw busy();
      return 'done';
    };
    expect(withPatience(work, options)).toBe('done');
    expect(slept).toEqual([100, 200, 400, 800]);
  });

  test('is given up when the patience is at its end', () => {
    const { slept, options } = clock();
    expect(() =>
      withPatience(() => {
        throw busy();
      }, options),
    ).toThrow('database is locked');
    const total = slept.reduce((sum, ms) => sum + ms, 0);
    expect(total).toBeGreaterThanOrEqual(10_000);
    expect(total).toBeLessThan(13_000);
  });

  test('is not waited for when something else is wrong', () => {
    const { slept, options } = clock();
    expect(() =>
      withPatience(() => {
        throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
      }, options),
    ).toThrow('disk full');
    expect(slept).toEqual([]);
  });
});
