import { expect, test } from 'vitest';
import { appendAll } from './fake-daemons.ts';
import { TestDirector } from './test-director.ts';

const HOUR_MS = 3_600_000;

test.each([
  [HOUR_MS, 'Warning', '3600 seconds ahead of'],
  [-HOUR_MS, 'Warning', '3600 seconds behind'],
])(
  'the clock difference is measured, and the since time is corrected: a client off by %i ms',
  async (offsetMs, type, sentence) => {
    let now = new Date('2026-11-01T03:00:00Z');
    await using director = await TestDirector.start({
      now: () => now,
      script: { append: appendAll, clockMs: () => now.getTime() + offsetMs },
    });
    const first = await director.outcome('Gzip', { level: 'Full' });
    expect(first.text).toContain(`${type}: The clock of Client "peer-fd" is ${sentence} the Director's`);
    const { startTime } = (await director.catalog.jobById(first.jobId))!;
    now = new Date('2026-11-02T03:00:00Z');
    await director.outcome('Gzip', { level: 'Incremental' });
    const [full, incremental] = director.daemons.backups;
    expect(full?.sinceNs).toBeUndefined();
    // A millisecond for clocks that are read in turn.
    expect(incremental?.sinceNs).toBe(BigInt(startTime!.getTime() + offsetMs - 1) * 1_000_000n);
  },
);
