import { DATA_SETS, type DataSetKind } from '../data-sets/data-sets.ts';
import type { OverheadResult } from '../overhead/overhead.ts';
import { cpuOfAll, median, type Measure, type Work } from '../measure.ts';
import { medianRatio, measuresOf, type BenchResult } from './bench-result.ts';

/** A bound that a run is held against. */
interface Target {
  readonly title: string;
  readonly bound: number;
  readonly direction: 'at most' | 'at least';
  /** Whose works are compared with each other, if any are. */
  readonly compares?: { readonly set: DataSetKind; readonly programs: readonly string[] };
  /** Undefined when the run did not measure it. */
  readonly found: (result: BenchResult) => number | undefined;
}

export interface Verdict {
  readonly title: string;
  readonly wanted: string;
  readonly found: number | undefined;
  readonly verdict: 'met' | 'missed' | 'not measured';
  /** By how much a bound was missed, in per cent of it. */
  readonly missedByPercent?: number;
}

const VALUES = {
  wall: (measure: Measure) => measure.wallSeconds,
  CPU: cpuOfAll,
  'volume bytes': (measure: Measure) => measure.volumeBytes ?? NaN,
} as const;

/** `own` and `peer` are programs; each bound is a ratio. */
function ratios(
  sets: readonly DataSetKind[],
  work: Work,
  [own, peer]: readonly [string, string],
  bounds: Partial<Record<keyof typeof VALUES, number>>,
): Target[] {
  return sets.flatMap((set) =>
    Object.entries(bounds).map(([value, bound]): Target => ({
      title: `${set}, ${work}: ${value} of ${own} ÷ ${peer}`,
      bound,
      direction: 'at most',
      compares: { set, programs: [own, peer] },
      found: (result) =>
        medianRatio(
          measuresOf(result, { set, program: own, work }),
          measuresOf(result, { set, program: peer, work }),
          VALUES[value as keyof typeof VALUES],
        ),
    })),
  );
}

/** The most that a daemon had resident in any work of any turn. */
function peak(set: DataSetKind, daemon: string, mebibytes: number): Target {
  return {
    title: `${set}: peak of ${daemon}, MiB`,
    bound: mebibytes,
    direction: 'at most',
    found: ({ turns }) => {
      const peaks = turns
        .filter((turn) => turn.set === set)
        .flatMap(({ measures }) => Object.values(measures))
        .flatMap(({ peakMiB }) => peakMiB[daemon] ?? []);
      return peaks.length === 0 ? undefined : Math.max(...peaks);
    },
  };
}

function catalog(set: DataSetKind): Target {
  return {
    title: `${set}: bytes of the catalog for each file`,
    bound: 90,
    direction: 'at most',
    found: ({ turns }) => {
      const values = turns
        .filter((turn) => turn.set === set && turn.program === 'noctule GZIP')
        .flatMap(({ catalogBytesPerFile }) => catalogBytesPerFile ?? []);
      return values.length === 0 ? undefined : median(values);
    },
  };
}

/** The median of the rounds. */
function overhead(title: string, bound: number, value: (one: OverheadResult) => number): Target {
  return {
    ...{ title, bound, direction: 'at most' },
    found: ({ overhead: rounds }) => (rounds.length === 0 ? undefined : median(rounds.map(value))),
  };
}

const GZIP = ['noctule GZIP', 'bacula GZIP'] as const;
const UNCOMPRESSED = ['noctule uncompressed', 'bacula uncompressed'] as const;

const TARGETS: readonly Target[] = [
  ...ratios(['mixed', 'big'], 'Full', GZIP, { wall: 0.25, CPU: 0.5 }),
  ...ratios(['small'], 'Full', GZIP, { wall: 0.35, CPU: 0.4 }),
  ...ratios(['mixed'], 'Full', UNCOMPRESSED, { wall: 0.8, CPU: 0.8 }),
  ...ratios(['big'], 'Full', UNCOMPRESSED, { wall: 1, CPU: 1 }),
  ...ratios(['small'], 'Full', UNCOMPRESSED, { wall: 0.4, CPU: 0.4 }),
  ...ratios(['mixed'], 'Full', ['noctule ZSTD', 'restic'], { wall: 0.6 }),
  ...ratios(['mixed'], 'Full', ['noctule ZSTD', 'tar | zstd -3 -T2'], { wall: 1.4 }),
  ...ratios(['small'], 'Incremental, no change', GZIP, { wall: 0.5, CPU: 2 }),
  ...ratios(['small'], 'Incremental, no change', ['noctule GZIP', 'restic'], { CPU: 0.5 }),
  ...ratios(DATA_SETS, 'restore all', GZIP, { wall: 0.6, CPU: 0.8 }),
  ...ratios(DATA_SETS, 'Full', GZIP, { 'volume bytes': 1 }),
  catalog('mixed'),
  catalog('small'),
  ...DATA_SETS.flatMap((set) => [
    peak(set, 'noctule-fd', 200),
    peak(set, 'noctule-sd', 150),
    peak(set, 'noctule-dir', 200),
  ]),
  overhead('a Director answers a command after its start, ms', 500, ({ directorMs }) => directorMs),
  overhead('a Full of one file, ms', 300, ({ jobMs }) => jobMs),
  overhead('processor time of the idle daemons, %', 0.1, ({ idlePercent }) => idlePercent),
  {
    title: 'one file out of a volume as of 50 GB: MiB read',
    bound: 3,
    direction: 'at most',
    found: ({ largeVolume }) =>
      largeVolume.length === 0
        ? undefined
        : Math.max(...largeVolume.map(({ readBytes }) => readBytes)) / 2 ** 20,
  },
  ...['40 ms, no limit', '40 ms, 1 Gbit/s', '40 ms, 100 Mbit/s'].map((line): Target => ({
    title: `backup over a line (${line}): share of the rate of a plain copy`,
    bound: 0.8,
    direction: 'at least',
    found: ({ link }) => {
      const shares = link.filter((one) => one.line === line).map(({ share }) => share);
      return shares.length === 0 ? undefined : median(shares);
    },
  })),
];

/** Whether a target compares what this program does with this data set. */
export function isCompared(set: DataSetKind, program: string): boolean {
  return TARGETS.some(({ compares }) => compares?.set === set && compares.programs.includes(program));
}

export function verdicts(result: BenchResult): Verdict[] {
  return TARGETS.map(({ title, bound, direction, found: find }) => {
    const found = find(result);
    const wanted = `${direction} ${bound}`;
    if (found === undefined || Number.isNaN(found))
      return { title, wanted, found: undefined, verdict: 'not measured' };
    const missedBy = direction === 'at most' ? found / bound - 1 : 1 - found / bound;
    if (missedBy <= 0) return { title, wanted, found, verdict: 'met' };
    return { title, wanted, found, verdict: 'missed', missedByPercent: missedBy * 100 };
  });
}
