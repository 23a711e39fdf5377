import { describe, expect, it } from 'vitest';
import { SessionTable } from '../../../storage-daemon/session-table.ts';

const STARTED_AT = new Date('2026-11-29T05:00:00.700Z');

describe('the name of a session on the volumes', () => {
  it('is not that of another storage daemon that started in the same second', () => {
    const [one, other] = [new SessionTable(STARTED_AT, 20), new SessionTable(STARTED_AT, 20)];
    expect(one.volSessionTime).toBe(other.volSessionTime);
    const ids = [one, other].map((table) => Array.from({ length: 10 }, () => table.nextVolSessionId()));
    for (const [first = 0, ...more] of ids) {
      expect(more).toEqual(more.map((_, index) => first + 1 + index));
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(2 ** 31);
    }
    expect(new Set(ids.flat()).size).toBe(20);
  });
});
