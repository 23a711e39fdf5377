import { describe, expect, test } from 'vitest';
import { substituteCodes, substituteWords } from '../../../commands/substitution.ts';

describe('substitution', () => {
  const codes = { n: 'My Job; rm -rf /', r: ['a@x', 'b@x'], e: 'OK' };

  test('never makes a word out of a part of a value', () => {
    expect(substituteWords(['echo', 'job=%n', '%e%%', '%q'], codes)).toEqual([
      'echo',
      'job=My Job; rm -rf /',
      'OK%',
      '%q',
    ]);
  });

  test('a list becomes words where it stands alone, else it is joined', () => {
    expect(substituteWords(['%r', '<%r>'], codes)).toEqual(['a@x', 'b@x', '<a@x,b@x>']);
  });

  test('does not substitute in what was substituted', () => {
    expect(substituteCodes('%a', { a: '%b', b: 'no' })).toBe('%b');
  });
});
