import { expect, test } from 'vitest';
import { readAhead } from '../../../storage-daemon/read-ahead.ts';

test('all comes in order, a few ahead of the consumer, and the source is closed', async () => {
  let made = 0;
  let isClosed = false;
  async function* source() {
    try {
      for (; made < 20; made++) yield made;
    } finally {
      isClosed = true;
    }
  }
  const seen: number[] = [];
  for await (const value of readAhead(source(), 4)) {
    expect(made).toBeLessThanOrEqual(value + 4);
    seen.push(value);
  }
  expect(seen).toEqual([...Array(20).keys()]);
  expect(isClosed).toBe(true);
});

test('a consumer that stops closes the source, and a failure comes in its place', async () => {
  let isClosed = false;
  async function* source() {
    try {
      yield 1;
      yield 2;
      throw new Error('bad sector');
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of readAhead(source(), 4)) break;
  expect(isClosed).toBe(true);
  const seen: number[] = [];
  await expect(async () => {
    for await (const value of readAhead(source(), 4)) seen.push(value);
  }).rejects.toThrow('bad sector');
  expect(seen).toEqual([1, 2]);
});
