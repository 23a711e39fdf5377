import { describe, expect, test } from 'vitest';
import { InFlight } from '../../../../director/jobs/in-flight.ts';

describe('InFlight', () => {
  test('starts in order and holds the caller up when enough are on their way', async () => {
    const inFlight = new InFlight(2);
    const started: number[] = [];
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const start = (index: number) =>
      inFlight.start(() => {
        started.push(index);
        return gates[index]!.promise;
      });
    await start(0);
    await start(1);
    const third = start(2);
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    gates[0]!.resolve();
    await third;
    expect(started).toEqual([0, 1, 2]);
    gates[1]!.resolve();
    gates[2]!.resolve();
    await inFlight.settled();
  });

  test('starts nothing after a failure, and tells it', async () => {
    const inFlight = new InFlight(2);
    await inFlight.start(() => Promise.reject(new Error('disk full')));
    await expect(inFlight.settled()).rejects.toThrow('disk full');
    let isStarted = false;
    const next = inFlight.start(async () => {
      isStarted = true;
    });
    await expect(next).rejects.toThrow('disk full');
    expect(isStarted).toBe(false);
  });
});
