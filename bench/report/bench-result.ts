import type { DataSetKind } from '../data-sets/data-sets.ts';
import type { LargeVolumeResult } from '../large-volume.ts';
import { median, type Measure, type Work } from '../measure.ts';
import type { LinkResult } from '../link/link.ts';
import type { OverheadResult } from '../overhead/overhead.ts';
import type { TurnResult } from '../turn.ts';

/** All that a run found; what `--json` writes. */
export interface BenchResult {
  readonly command: string;
  readonly startedAt: string;
  readonly machine: string;
  readonly scale: number;
  readonly rounds: number;
  readonly dataSets: Partial<Record<DataSetKind, { readonly entries: number; readonly bytes: number }>>;
  readonly versions: Record<string, string>;
  /** Programs and parts that were not measured, and why. */
  readonly notMeasured: Record<string, string>;
  readonly turns: TurnResult[];
  readonly overhead: OverheadResult[];
  readonly link: LinkResult[];
  readonly largeVolume: LargeVolumeResult[];
}

export interface Place {
  readonly set: DataSetKind;
  readonly program: string;
  readonly work: Work;
}

/** What every round in which it succeeded has for a piece of work, by the number of the round. */
export function measuresOf(result: BenchResult, { set, program, work }: Place): ReadonlyMap<number, Measure> {
  const found = new Map<number, Measure>();
  for (const turn of result.turns) {
    const measure = turn.measures[work];
    if (turn.set === set && turn.program === program && measure) found.set(turn.round, measure);
  }
  return found;
}

/**
 * Median over the rounds of own / peer: both values of a ratio come from one round, so that both had the same machine.
 * Undefined when no round has both.
 */
export function medianRatio(
  own: ReadonlyMap<number, Measure>,
  peer: ReadonlyMap<number, Measure>,
  value: (measure: Measure) => number,
): number | undefined {
  const ratios: number[] = [];
  for (const [round, measure] of own) {
    const other = peer.get(round);
    if (other !== undefined) ratios.push(value(measure) / value(other));
  }
  return ratios.length === 0 ? undefined : median(ratios);
}
