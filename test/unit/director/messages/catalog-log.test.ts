import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LogEntry } from '../../../../catalog/inputs.ts';
import { CatalogLog } from '../../../../director/messages/catalog-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const line = (text: string, jobId = 1): LogEntry => ({ jobId, time: new Date(0), text });

/** Collects each transaction; `answer` is what becomes of it. */
function logWith(answer: () => Promise<void> = async () => {}) {
  const transactions: string[][] = [];
  const lost: unknown[] = [];
  const catalog = {
    appendLog: (entries: readonly LogEntry[]) => {
      transactions.push(entries.map(({ text }) => text));
      return answer();
    },
  };
  return { log: new CatalogLog(catalog, (error) => lost.push(error)), transactions, lost };
}

test('lines that can wait are written together, after a second at the latest', async () => {
  const { log, transactions } = logWith();
  await log.add(line('one'), 'with others');
  await vi.advanceTimersByTimeAsync(600);
  await log.add(line('two', 2), 'with others');
  expect(transactions).toEqual([]);
  await vi.advanceTimersByTimeAsync(400);
  expect(transactions).toEqual([['one', 'two']]);
  await log.add(line('three'), 'with others');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(transactions).toEqual([['one', 'two'], ['three']]);
});

test('a line that cannot wait takes those before it along, in their order', async () => {
  const { log, transactions } = logWith();
  await log.add(line('one'), 'with others');
  await log.add(line('two'), 'with others');
  await log.add(line('at once'), 'at once');
  expect(transactions).toEqual([['one', 'two', 'at once']]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(transactions).toHaveLength(1);
});

test.each([
  ['a thousand lines', 1_000, 'x'],
  ['a quarter of a megabyte', 4, 'x'.repeat(64 * 1024)],
])('%s wait no longer, and whoever added the last one waits for the catalog', async (_, lines, text) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { log, transactions } = logWith(() => promise);
  for (let i = 1; i < lines; i++) await log.add(line(text), 'with others');
  expect(transactions).toEqual([]);
  let isWritten = false;
  const last = log.add(line(text), 'with others').then(() => (isWritten = true));
  expect(transactions.map(({ length }) => length)).toEqual([lines]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(isWritten).toBe(false);
  resolve();
  await last;
});

test('a flush also waits for lines that are being written', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { log, transactions } = logWith(() => promise);
  await log.add(line('one'), 'with others');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(transactions).toEqual([['one']]);
  let isFlushed = false;
  const flushed = log.flush().then(() => (isFlushed = true));
  await vi.advanceTimersByTimeAsync(0);
  expect(isFlushed).toBe(false);
  resolve();
  await flushed;
  expect(transactions).toHaveLength(1);
});

test('that lines are lost is told once, to who waits for them or to the one for the rest', async () => {
  const failures = [new Error('first'), new Error('second')];
  const { log, lost } = logWith(() => {
    const failure = failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  });
  await log.add(line('one'), 'with others');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(lost).toEqual([new Error('first')]);
  await expect(log.add(line('two'), 'at once')).rejects.toThrow('second');
  await log.flush();
  await log.add(line('three'), 'at once');
  expect(lost).toHaveLength(1);
});
