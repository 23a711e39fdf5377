import type { JobResource } from '../../configuration/director-conf.ts';

/** A run of the same Job and type, queued or running. */
export interface OtherRun {
  readonly jobId: number;
  /** Letters of the catalog. */
  readonly level: string;
  readonly status: string;
}

export type DuplicateVerdict =
  | { readonly action: 'run both' }
  | { readonly action: 'cancel other'; readonly jobId: number }
  | { readonly action: 'cancel new'; readonly reason: string };

export type DuplicateRules = Pick<
  JobResource,
  'allowDuplicateJobs' | 'cancelLowerLevelDuplicates' | 'cancelQueuedDuplicates' | 'cancelRunningDuplicates'
>;

/** Letters of jobs that only wait for their turn; in the queue, or since because their level has led them to a Storage that has no room. */
const QUEUED = 'Cjcspdt';

/** Which level is above which; levels that are not here are not compared. */
const RANKS: Readonly<Record<string, number>> = { I: 1, D: 2, F: 3, f: 3 };

/**
 * What becomes of a new run while there are others of its Job, of which the first decides (reference bacula-jobs, section 4,
 * duplicates). `level`: the one asked for; only backups have one that can be compared.
 */
export function judgeDuplicate(
  run: { readonly level: string; readonly rules: DuplicateRules },
  others: readonly OtherRun[],
): DuplicateVerdict {
  const { rules, level } = run;
  const [other] = others;
  if (rules.allowDuplicateJobs || !other) return { action: 'run both' };
  const cancelOther = { action: 'cancel other', jobId: other.jobId } as const;
  const reason = `JobId ${other.jobId} already running. Duplicate job not allowed.`;
  if (rules.cancelLowerLevelDuplicates) {
    const [own, theirs] = [RANKS[level], RANKS[other.level]];
    if (own !== undefined && theirs !== undefined && own > theirs) return cancelOther;
    if (own !== undefined && theirs !== undefined && own < theirs) return { action: 'cancel new', reason };
  }
  if (rules.cancelQueuedDuplicates && QUEUED.includes(other.status)) return cancelOther;
  if (rules.cancelRunningDuplicates) return cancelOther;
  return { action: 'cancel new', reason };
}
