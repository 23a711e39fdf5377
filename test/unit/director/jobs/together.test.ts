import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { together } from '../../../../director/jobs/together.ts';

const never = new AbortController().signal;

describe('together', () => {
  test('ends when all tasks have ended', async () => {
    const ended: string[] = [];
    const task = async (name: string) => {
      await Promise.resolve();
      ended.push(name);
    };
    await together(never, () => [task('a'), task('b')], noOther);
    expect(ended.sort()).toEqual(['a', 'b']);
  });

  test('the first failure ends the others, and is the one that is thrown', async () => {
    let isEnded = false;
    const run = together(
      never,
      (signal) => [
        Promise.reject(new Error('first')),
        delay(60_000, undefined, { signal }).finally(() => {
          isEnded = true;
        }),
      ],
      noOther,
    );
    await expect(run).rejects.toThrow('first');
    expect(isEnded).toBe(true);
  });

  test('a second failure of its own is told as well', async () => {
    const others: unknown[] = [];
    const second = new Error('second');
    const run = together(
      never,
      () => [Promise.reject(new Error('first')), Promise.reject(second)],
      async (error) => {
        others.push(error);
      },
    );
    await expect(run).rejects.toThrow('first');
    expect(others).toEqual([second]);
  });

  test('an abort from outside ends all tasks, and its reason is thrown', async () => {
    const outside = new AbortController();
    const run = together(outside.signal, (signal) => [delay(60_000, undefined, { signal })], noOther);
    outside.abort(new Error('cancelled'));
    await expect(run).rejects.toThrow('cancelled');
  });
});

async function noOther(error: unknown): Promise<void> {
  throw error;
}
