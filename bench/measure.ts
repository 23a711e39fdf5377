/** One piece of work that every program is given, as the tables name it. */
export const WORKS = [
  'Full',
  'Incremental, no change',
  'Incremental, 1 % changed',
  'restore all',
  'restore one file',
] as const;
export type Work = (typeof WORKS)[number];

/** What one piece of work took. */
export interface Measure {
  readonly wallSeconds: number;
  /** User and system seconds by process, ended children included. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** The most that each process had resident during the work, in MiB. */
  readonly peakMiB: Readonly<Record<string, number>>;
  /** What came to the volumes or the repository, in bytes. */
  readonly volumeBytes?: number;
  /** What the process that reads volumes has read in all, in bytes; at most this was read from the volume. */
  readonly readBytes?: number;
}

export function cpuOfAll({ cpuSeconds }: Measure): number {
  return Object.values(cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
