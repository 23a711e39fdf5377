import fc from 'fast-check';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { copyBytes, crc32 } from '../../../native/byte-work.ts';

test('the checksum is that of zlib', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => crc32(bytes) === zlibCrc32(bytes)));
});

test('bytes are copied out of shared memory to their place, and nothing beside it is touched', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), fc.nat(40), (bytes, from, offset) => {
      const shared = Buffer.from(new SharedArrayBuffer(from + bytes.length), from);
      shared.set(bytes);
      const target = Buffer.alloc(offset + bytes.length + 7, 0xaa);
      copyBytes(shared, target, offset);
      const beside = (length: number) => Buffer.alloc(length, 0xaa);
      expect(target.equals(Buffer.concat([beside(offset), bytes, beside(7)]))).toBe(true);
    }),
  );
});

test('bytes that do not fit are refused', () => {
  expect(() => copyBytes(Buffer.alloc(4), Buffer.alloc(6), 3)).toThrow(RangeError);
  expect(() => copyBytes(Buffer.alloc(4), Buffer.alloc(6), -1)).toThrow(RangeError);
});
