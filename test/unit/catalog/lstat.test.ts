import { expect, test } from 'vitest';
import { lstatColumn, parseLstat } from '../../../catalog/lstat.ts';
import { A_RECORD } from './site.ts';

test('an LStat column gives its numbers back', () => {
  const record = { ...A_RECORD, sizeBytes: 2 ** 40 + 5, mtimeSeconds: -86_400, linkFileIndex: 7 };
  const numbers = parseLstat(lstatColumn(record))!;
  expect(numbers).toHaveLength(16);
  expect(numbers[2]).toBe(BigInt(record.mode));
  expect(numbers[7]).toBe(2n ** 40n + 5n);
  expect(numbers[11]).toBe(-86_400n);
  expect(numbers[13]).toBe(7n);
});

test.each(['', 'A B', 'P0A CKi$ IGk B A A A 4 BAA I BZHWzz BW9iN7 BW9iN7'])('%j is no LStat', (text) => {
  expect(parseLstat(text)).toBeUndefined();
});
