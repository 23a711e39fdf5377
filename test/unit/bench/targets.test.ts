import { expect, test } from 'vitest';
import type { Measure } from '../../../bench/measure.ts';
import type { BenchResult } from '../../../bench/report/bench-result.ts';
import { markdown } from '../../../bench/report/markdown.ts';
import { isCompared, verdicts } from '../../../bench/report/targets.ts';
import type { TurnResult } from '../../../bench/turn.ts';

function measure(wallSeconds: number, cpu: number): Measure {
  return {
    wallSeconds,
    cpuSeconds: { fd: cpu / 2, sd: cpu / 2 },
    peakMiB: { 'noctule-fd': 250 },
    volumeBytes: 100,
  };
}

function turn(program: string, round: number, full: Measure): TurnResult {
  return { set: 'mixed', round, program, measures: { Full: full }, differences: {}, failures: [] };
}

function result(turns: TurnResult[]): BenchResult {
  return {
    command: 'npm run bench --',
    startedAt: '2026-01-01 00:00',
    machine: 'a machine',
    scale: 1,
    rounds: 3,
    dataSets: { mixed: { entries: 10, bytes: 1e9 } },
    versions: {},
    notMeasured: { restic: 'restic is not installed' },
    turns,
    overhead: [],
    link: [],
    largeVolume: [],
  };
}

const ROUNDS = result([
  // A busy first round makes both slow: ratios within the rounds are 0.2, 0.3 and 0.2.
  ...[measure(20, 40), measure(3, 8), measure(2, 8)].map((one, i) => turn('noctule GZIP', i + 1, one)),
  ...[measure(100, 50), measure(10, 10), measure(10, 10)].map((one, i) => turn('bacula GZIP', i + 1, one)),
]);

function verdictOf(title: string) {
  return verdicts(ROUNDS).find((one) => one.title.startsWith(title));
}

test('a target is held against the median of the ratios within each round', () => {
  expect(verdictOf('mixed, Full: wall of noctule GZIP')).toMatchObject({ found: 0.2, verdict: 'met' });
});

test('a missed target says by how much', () => {
  expect(verdictOf('mixed, Full: CPU of noctule GZIP')).toMatchObject({ found: 0.8, verdict: 'missed' });
  expect(verdictOf('mixed, Full: CPU of noctule GZIP')?.missedByPercent).toBeCloseTo(60);
  expect(verdictOf('mixed: peak of noctule-fd')?.missedByPercent).toBeCloseTo(25);
});

test('what a run has no figures for is not measured, neither met nor missed', () => {
  expect(verdictOf('mixed, Full: wall of noctule ZSTD')).toMatchObject({ verdict: 'not measured' });
});

test('a round in which the peer failed makes no ratio, and its message is in the report', () => {
  const failed: TurnResult = {
    ...turn('bacula GZIP', 1, measure(1, 1)),
    measures: {},
    failures: [{ work: 'Full', message: 'Fatal error: the disk is full' }],
  };
  const without = result([
    failed,
    ...ROUNDS.turns.filter(({ program, round }) => program !== 'bacula GZIP' || round > 1),
  ]);
  const found = verdicts(without).find(({ title }) =>
    title.startsWith('mixed, Full: wall of noctule GZIP'),
  )?.found;
  expect(found).toBeCloseTo(0.25);
  expect(markdown(without)).toContain('bacula GZIP, mixed, round 1, Full: Fatal error: the disk is full');
  expect(markdown(without)).toContain('restic is not installed');
});

test('A program is compared with a data set when one of the targets does', () => {
  expect(isCompared('mixed', 'noctule ZSTD')).toBe(true);
  expect(isCompared('small', 'noctule ZSTD')).toBe(false);
  expect(isCompared('small', 'restic')).toBe(true);
  expect(isCompared('big', 'restic')).toBe(false);
});
