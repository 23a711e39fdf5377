import { expect, test } from 'vitest';
import { OperatorRequest } from '../../../../director/volumes/operator-request.ts';

const MINUTE_MS = 60_000;

/** Hours, from the first, at which a job that asks each minute is heard. */
async function heardAt(hours: number, textAt: (hour: number) => string): Promise<number[]> {
  let nowMs = Date.UTC(2026, 10, 21);
  const startMs = nowMs;
  const heard: number[] = [];
  const messages = { add: async () => void heard.push((nowMs - startMs) / (60 * MINUTE_MS)) };
  const request = new OperatorRequest(messages, () => new Date(nowMs));
  for (; nowMs - startMs <= hours * 60 * MINUTE_MS; nowMs += MINUTE_MS)
    await request.say('Mount', textAt((nowMs - startMs) / (60 * MINUTE_MS)));
  return heard;
}

test('a mount request is repeated: after an hour, then in growing intervals of a day at most', async () => {
  expect(await heardAt(100, () => 'Please mount')).toEqual([0, 1, 3, 7, 15, 31, 55, 79]);
});

test('a request for something else is heard at once', async () => {
  const heard = await heardAt(5, (hour) => (hour < 2 ? 'Please mount' : 'Please label'));
  expect(heard).toEqual([0, 1, 2, 3, 5]);
});
