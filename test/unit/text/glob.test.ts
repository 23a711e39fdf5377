import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher, globSieve, hasWildcards, lastPartSieve } from '../../../text/glob.ts';
import { printablePath } from '../../../text/printable.ts';

function matches(pattern: string, name: string | Buffer): boolean {
  return globMatcher(pattern)(Buffer.from(name as string));
}

describe('a shell pattern', () => {
  it.each([
    ['*', '.profile', true],
    ['*.c', 'module1.c', true],
    ['*.c', 'module1.cc', false],
    ['module?.c', 'module1.c', true],
    ['module?.c', 'module10.c', false],
    ['?', 'é', true],
    ['?', '日', true],
    ['??', '日', false],
    ['[a-c]*', 'bob', true],
    ['[!a-c]*', 'bob', false],
    ['[!a-c]*', 'dan', true],
    ['a.b', 'axb', false],
    ['(a|b)+$', '(a|b)+$', true],
    ['star*', 'star*', true],
    ['star\\*', 'star*', true],
    ['star\\*', 'stars', false],
    ['[', '[', true],
    ['new\\nline', 'new\nline', true],
    ['n*\\nl*', 'new\nline', true],
    ['back\\\\slash', 'back\\slash', true],
    ['back\\slash', 'back\\slash', true],
    ["it's", "it's", true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c', false],
    ['*ab*', 'aab', true],
    ['ab*ba', 'aba', false],
    ['**', '', true],
    ['*é', 'caf\u00e9', true],
  ])('%s and the name %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('matches every name in the form in which it is shown, and no other', () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(name, name, (one, other) => {
        const pattern = printablePath(one);
        expect(globMatcher(pattern)(one)).toBe(true);
        if (!hasWildcards(pattern)) expect(globMatcher(pattern)(other)).toBe(one.equals(other));
      }),
    );
  });

  it('lets through its first look whatever it matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '[a]', '\\*', '/'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const bytes = Buffer.from(name);
        if (!globMatcher(pattern)(bytes)) return;
        expect(globSieve(pattern)(bytes, bytes.length)).toBe(true);
        const part = bytes.subarray(bytes.lastIndexOf('/') + 1);
        expect(lastPartSieve(pattern)(part, part.length)).toBe(true);
      }),
    );
  });

  it('knows whether it has wildcards', () => {
    expect(hasWildcards('a*')).toBe(true);
    expect(hasWildcards('a\\*')).toBe(false);
    expect(hasWildcards("it's")).toBe(false);
  });
});
