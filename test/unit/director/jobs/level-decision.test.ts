import { describe, expect, test } from 'vitest';
import { decideLevel, type EarlierRun, type LevelFacts } from '../../../../director/jobs/level-decision.ts';

const NOW = new Date('2026-11-21T03:40:00Z');
const DAY_SECONDS = 86_400;

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * DAY_SECONDS * 1000);
}

const full: EarlierRun = { jobId: 1, job: 'Backup.1', level: 'F', startTime: daysAgo(10) };
const differential: EarlierRun = { jobId: 5, job: 'Backup.5', level: 'D', startTime: daysAgo(5) };
const incremental: EarlierRun = { jobId: 7, job: 'Backup.7', level: 'I', startTime: daysAgo(1) };

function facts(changes: Partial<LevelFacts> = {}): LevelFacts {
  return {
    requested: 'I',
    now: NOW,
    fileSetName: 'Gzip',
    fullOfOtherFileSet: false,
    failedLevels: [],
    maxFullIntervalSeconds: 0,
    maxDiffIntervalSeconds: 0,
    reRunFailedLevels: false,
    ...changes,
  };
}

describe('decideLevel', () => {
  test('a Full that is asked for is a Full, without a since time', () => {
    expect(decideLevel(facts({ requested: 'F', lastFull: full }))).toEqual({ level: 'F', messages: [] });
  });

  test('without a good Full, an Incremental becomes a Full and says so in the words that scripts look for', () => {
    expect(decideLevel(facts())).toEqual({
      level: 'F',
      upgradedFrom: 'I',
      messages: [
        'No prior Full backup Job record found.',
        'No prior or suitable Full backup found in catalog. Doing FULL backup.',
      ],
    });
  });

  test('if a Full exists for another FileSetId the message says that the FileSet was modified', () => {
    const decision = decideLevel(facts({ requested: 'D', fullOfOtherFileSet: true }));
    expect(decision).toMatchObject({ level: 'F', upgradedFrom: 'D' });
    expect(decision.messages[0]).toContain('FileSet "Gzip" was modified');
    expect(decision.messages).toHaveLength(3);
  });

  test('an Incremental goes on from the start of the newest good run of any level', () => {
    const decision = decideLevel(
      facts({ lastFull: full, lastDifferential: differential, lastGood: incremental }),
    );
    expect(decision).toMatchObject({ level: 'I', since: incremental.startTime, reference: incremental });
    expect(decision.upgradedFrom).toBeUndefined();
  });

  test('an Incremental after a newer Full goes on from that Full', () => {
    const olderIncremental = { ...incremental, startTime: daysAgo(20) };
    expect(decideLevel(facts({ lastFull: full, lastGood: olderIncremental })).since).toEqual(full.startTime);
  });

  test('a Differential goes on from the start of the last Full, whatever came after it', () => {
    const decision = decideLevel(
      facts({ requested: 'D', lastFull: full, lastDifferential: differential, lastGood: incremental }),
    );
    expect(decision).toMatchObject({ level: 'D', since: full.startTime, reference: full });
  });

  test('when Max Full Interval has passed since the start of the last Full, it is time for a Full', () => {
    const limit = { maxFullIntervalSeconds: 10 * DAY_SECONDS, lastFull: full, lastGood: incremental };
    expect(decideLevel(facts(limit))).toMatchObject({
      level: 'F',
      messages: ['Max Full Interval exceeded. Doing FULL backup.'],
    });
    expect(decideLevel(facts({ ...limit, maxFullIntervalSeconds: 10 * DAY_SECONDS + 1 })).level).toBe('I');
  });

  test('when Max Diff Interval has passed since the last Differential or Full, an Incremental becomes a Differential', () => {
    const limit = { maxDiffIntervalSeconds: 5 * DAY_SECONDS, lastFull: full, lastGood: incremental };
    const decision = decideLevel(facts({ ...limit, lastDifferential: differential }));
    expect(decision).toMatchObject({ level: 'D', upgradedFrom: 'I', since: full.startTime });
    expect(decision.messages).toEqual(['Max Diff Interval exceeded. Doing Differential backup.']);
    const newer = { ...differential, startTime: daysAgo(4) };
    expect(decideLevel(facts({ ...limit, lastDifferential: newer })).level).toBe('I');
  });

  test('Max Diff Interval counts from the last Full if that is later or no Differential exists', () => {
    const limit = { maxDiffIntervalSeconds: 5 * DAY_SECONDS, lastGood: incremental };
    const newFull = { ...full, startTime: daysAgo(4) };
    const old = { ...differential, startTime: daysAgo(12) };
    expect(decideLevel(facts({ ...limit, lastFull: newFull, lastDifferential: old })).level).toBe('I');
    expect(decideLevel(facts({ ...limit, lastFull: newFull })).level).toBe('I');
    expect(decideLevel(facts({ ...limit, lastFull: full })).level).toBe('D');
  });

  test('Max Diff Interval does not touch a Differential that is asked for', () => {
    const decision = decideLevel(facts({ requested: 'D', maxDiffIntervalSeconds: 1, lastFull: full }));
    expect(decision).toMatchObject({ level: 'D', messages: [] });
  });

  test('with ReRun Failed Levels a failed Full is run again, whatever level is asked for', () => {
    const failed = {
      reRunFailedLevels: true,
      failedLevels: ['F'] as const,
      lastFull: full,
      lastGood: incremental,
    };
    expect(decideLevel(facts(failed)).level).toBe('F');
    expect(decideLevel(facts({ ...failed, requested: 'D' })).level).toBe('F');
    expect(decideLevel(facts({ ...failed, reRunFailedLevels: false })).level).toBe('I');
  });

  test('with ReRun Failed Levels a failed Differential raises an Incremental only', () => {
    const failed = {
      reRunFailedLevels: true,
      failedLevels: ['D'] as const,
      lastFull: full,
      lastGood: incremental,
    };
    expect(decideLevel(facts(failed)).level).toBe('D');
    expect(decideLevel(facts({ ...failed, requested: 'D' }))).toMatchObject({ level: 'D', messages: [] });
  });

  test('a Full beats a Differential when both are due', () => {
    const both = {
      maxFullIntervalSeconds: 1,
      maxDiffIntervalSeconds: 1,
      lastFull: full,
      lastGood: incremental,
    };
    expect(decideLevel(facts(both)).level).toBe('F');
  });
});
