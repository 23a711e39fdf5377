import type { StorageResource } from '../../configuration/director-conf.ts';
import type { StorageGroup } from '../../configuration/runs/run-choice.ts';

/** A Storage that a job may take, and what the policies of a group look at. */
export interface StorageCandidate {
  readonly storage: StorageResource;
  /** Running jobs that use it. */
  readonly jobs: number;
  /** Whether Maximum Concurrent Jobs leaves room for one more. */
  readonly hasRoom: boolean;
  readonly freeBytes: number;
  /** When the Job's last good backup to it began; undefined: there is none. */
  readonly lastBackup: Date | undefined;
}

type Policy = Pick<StorageGroup, 'policy' | 'thresholdBytes'>;

/**
 * The Storages of a group in the order in which a job is to try them: by the Storage Group Policy, those that are alike in the order of
 * the conf; any that has room before any that has none.
 */
export function storageOrder(
  candidates: readonly StorageCandidate[],
  policy: Policy,
): readonly StorageCandidate[] {
  const ordered = byPolicy(candidates, policy);
  return [...ordered.filter(({ hasRoom }) => hasRoom), ...ordered.filter(({ hasRoom }) => !hasRoom)];
}

function byPolicy(candidates: readonly StorageCandidate[], { policy, thresholdBytes }: Policy) {
  switch (policy) {
    case 'ListedOrder':
      return candidates;
    case 'LeastUsed':
      return candidates.toSorted(byJobs);
    case 'FreeSpace':
      return candidates.toSorted(byFreeSpace);
    case 'FreeSpaceLeastUsed': {
      const most = Math.max(...candidates.map(({ freeBytes }) => freeBytes));
      const isLarge = ({ freeBytes }: StorageCandidate) => freeBytes >= most - thresholdBytes;
      const small = candidates.filter((one) => !isLarge(one));
      return [...candidates.filter(isLarge).sort(byJobs), ...small.sort(byFreeSpace)];
    }
    case 'LastBackedUpTo':
      return candidates.toSorted((a, b) => lastMs(a) - lastMs(b));
  }
}

function byJobs(a: StorageCandidate, b: StorageCandidate): number {
  return a.jobs - b.jobs;
}

function byFreeSpace(a: StorageCandidate, b: StorageCandidate): number {
  return b.freeBytes - a.freeBytes;
}

function lastMs({ lastBackup }: StorageCandidate): number {
  return lastBackup?.getTime() ?? 0;
}
