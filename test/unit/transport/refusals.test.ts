import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refusals } from '../../../transport/refusals.ts';

describe('the log of refused connections', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells a sentence once a minute and counts the repetitions', () => {
    const told: string[] = [];
    using refusals = new Refusals((sentence) => told.push(sentence));
    for (let i = 0; i < 5; i++) refusals.tell('wrong password');
    refusals.tell('another thing');
    expect(told).toEqual(['wrong password', 'another thing']);
    vi.advanceTimersByTime(60_000);
    expect(told.slice(2)).toEqual(['4 more connections were refused in the last minute']);
    refusals.tell('wrong password');
    expect(told[3]).toBe('wrong password');
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(4);
  });

  it('is not flooded by a peer that invents names', () => {
    const told: string[] = [];
    using refusals = new Refusals((sentence) => told.push(sentence));
    for (let i = 0; i < 5000; i++) refusals.tell(`Director "${i}" is not known here`);
    expect(told).toHaveLength(100);
  });
});
