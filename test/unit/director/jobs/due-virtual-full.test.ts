import { describe, expect, test } from 'vitest';
import { durable, finish, mountVolume, openSession, type Script } from './fake-daemons.ts';
import { TestDirector } from './test-director.ts';

const DAY_MS = 86_400_000;
const START = new Date('2026-11-01T03:00:00Z');

const appendToAny: Script['append'] = async (call) => {
  await openSession(call);
  const { volumeName } = await mountVolume(call);
  call.answer({ event: { $case: 'durable', value: durable({ volumeName }) } });
  finish(call);
};

/** In place of a level: a Full that is cancelled in the queue. */
const CANCELLED_FULL = 'Full, cancelled';

/** A Job with these directives and no Next Pool, whose n-th run begins on the n-th day; resolves with the last. */
async function lastOf(directives: string, levels: readonly string[], changes: { since?: Date } = {}) {
  let day = 0;
  const extra = `Job { Name = Raised; JobDefs = Defaults; ${directives} }`;
  await using director = await TestDirector.start({
    conf: { extra },
    script: { append: appendToAny },
    now: () => new Date(START.getTime() + day * DAY_MS),
  });
  for (const level of levels.slice(0, -1)) {
    if (level === CANCELLED_FULL) {
      const jobId = await director.run('Raised', { level: 'Full', when: new Date(START.getTime() * 2) });
      director.jobs.cancel(jobId, 'by hand');
      await director.jobs.ended(jobId);
      continue;
    }
    const { status, text } = await director.outcome('Raised', { level });
    expect(status, text).toMatch(/[TW]/); // W: the client's clock is the real one
    day++;
  }
  const { jobId, status, text } = await director.outcome('Raised', { level: levels.at(-1)!, ...changes });
  return { level: (await director.catalog.jobById(jobId))?.level, status, text };
}

const THREE_DAYS = 'Max Virtual Full Interval = 3 days';
const DUE = ['Full', 'Incremental', 'Incremental', 'Incremental'];

describe('Max Virtual Full Interval passed since the last Full', () => {
  test.each(['Incremental', 'Differential'])('makes a run at level %s a VirtualFull', async (level) => {
    const { level: letter, text } = await lastOf(THREE_DAYS, [...DUE.slice(0, -1), level]);
    expect(letter).toBe('f');
    expect(text).toContain('Max Virtual Full Interval exceeded. Doing VirtualFull backup.');
    expect(text).toContain(`Backup Level:           Virtual Full (upgraded from ${level})`);
    expect(text).toContain('No Next Pool specification found in Pool "A-Incr-Pool".');
  });

  test('is beside the point before it has passed', async () => {
    expect((await lastOf('Max Virtual Full Interval = 4 days', DUE)).level).toBe('I');
  });

  test('counts only if Max Full Interval is not set', async () => {
    expect((await lastOf(`${THREE_DAYS}; Max Full Interval = 30 days`, DUE)).level).toBe('I');
  });

  test('beats Max Diff Interval', async () => {
    expect((await lastOf(`${THREE_DAYS}; Max Diff Interval = 1 day`, DUE)).level).toBe('f');
  });

  test('is beaten by a Full: that of Rerun Failed Levels', async () => {
    const after = [...DUE.slice(0, -1), CANCELLED_FULL, 'Incremental'];
    expect((await lastOf(`${THREE_DAYS}; Rerun Failed Levels = yes`, after)).level).toBe('F');
    expect((await lastOf(THREE_DAYS, after)).level).toBe('f');
  });

  test('leaves a Full a Full, and a run with a since time what it is', async () => {
    expect((await lastOf(THREE_DAYS, [...DUE.slice(0, -1), 'Full'])).level).toBe('F');
    expect((await lastOf(THREE_DAYS, DUE, { since: START })).level).toBe('I');
  });

  test('with nothing to put together lets the backup be one from the client', async () => {
    expect((await lastOf(`${THREE_DAYS}; Backups To Keep = 2`, DUE)).level).toBe('I');
  });
});
