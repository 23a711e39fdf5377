import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWalkOrder, firstNotBefore, isBelow } from '../../../file-daemon/walk/walk-order.ts';

/** Names with bytes on both sides of the slash. */
const name = fc.string({
  unit: fc.constantFrom('a', 'b', '!', '\x01', '0', '\xff'),
  minLength: 1,
  maxLength: 3,
});
const path = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join('/')}`);

/** The order as it is described: by names, and what a path contains before the path. */
function slowCompare(a: string, b: string): number {
  if (a === b) return 0;
  const [x, y] = [a, b].map((one) => (one === '/' ? [] : one.slice(1).split('/')));
  for (let at = 0; ; at++) {
    const [left, right] = [x![at], y![at]];
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    if (left !== right) return left < right ? -1 : 1;
  }
}

describe('walk order', () => {
  it('sorts names bytewise, a directory after what is in it, the root last', () => {
    const sorted = ['/a/x/1', '/a/x', '/a/x!', '/a', '/a!', '/a0', '/b', '/\xff', '/'];
    expect([...sorted].reverse().sort(compareWalkOrder)).toEqual(sorted);
  });

  it('agrees with a comparison name by name', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(compareWalkOrder(a, b))).toBe(slowCompare(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps what is below a directory together, right before it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path), path, (paths, directory) => {
        const sorted = paths.sort(compareWalkOrder).map((path) => ({ path }));
        const end = firstNotBefore(sorted, directory);
        const below = sorted.filter((one) => isBelow(one.path, directory));
        expect(sorted.slice(end - below.length, end)).toEqual(below);
        expect(sorted.slice(0, end).every((one) => compareWalkOrder(one.path, directory) < 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
