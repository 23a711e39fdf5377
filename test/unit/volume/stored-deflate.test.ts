import fc from 'fast-check';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { storedDeflate, storedDeflateBytes } from '../../../volume/stored-deflate.ts';

test('stored data inflates to what it was made of, at any size', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: 0, max: 300_000 }),
        fc.constantFrom(0, 1, 65_534, 65_535, 65_536, 131_070, 131_071),
      ),
      (bytes) => {
        const content = Buffer.alloc(bytes, 'abcdefg');
        const stored = storedDeflate(content);
        expect(stored).toHaveLength(storedDeflateBytes(bytes));
        expect(inflateRawSync(stored).equals(content)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});
