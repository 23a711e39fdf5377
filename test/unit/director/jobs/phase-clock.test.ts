import { describe, expect, test } from 'vitest';
import { PhaseClock } from '../../../../director/jobs/phase-clock.ts';

const RUNNING = { status: 'R', text: 'is running' };

/** A job that has stood in phases of these letters for so many seconds each. */
function after(...phases: readonly [status: string, seconds: number][]): PhaseClock {
  let nowMs = 0;
  const clock = new PhaseClock({ status: 'C', text: '' }, () => new Date(nowMs));
  for (const [status, seconds] of phases) {
    clock.enter({ status, text: '' });
    nowMs += seconds * 1000;
  }
  return clock;
}

describe('what Max Wait Time counts', () => {
  test('is the sum of time blocked on resources, however often the job ran in between', () => {
    expect(after(['s', 30], ['R', 500], ['m', 7]).waitedMs).toBe(37_000);
    expect(after(['s', 30], ['c', 5], ['R', 500]).waitedMs).toBe(35_000);
  });

  test.each(['p', 'd', 's', 'c', 'j', 'm', 'M', 'F', 'S'])('is a wait in state %s', (status) => {
    const clock = after([status, 9]);
    expect([clock.isWaiting, clock.waitedMs]).toEqual([true, 9000]);
  });

  test.each(['C', 'R', 't'])('is no time in state %s', (status) => {
    const clock = after([status, 9]);
    expect([clock.isWaiting, clock.waitedMs]).toEqual([false, 0]);
  });

  test('begins anew when the job is queued again', () => {
    const clock = after(['s', 30], ['R', 500]);
    clock.restart({ status: 't', text: '' });
    clock.enter(RUNNING);
    expect(clock.waitedMs).toBe(0);
  });
});
