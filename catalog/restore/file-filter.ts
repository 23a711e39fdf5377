import type { Chain } from '../chain.ts';
import type { Connection } from '../connection.ts';
import { lastFile } from '../file-runs.ts';
import type { FilesOfJob } from '../inputs.ts';

/** Whether a file of the job with this rank counts. */
export type FileFilter = (jobRank: number, fileIndex: number) => boolean;

/** The filter that leaves only these files of the jobs; undefined when that is all that they have saved. */
export function fileFilter(
  db: Connection,
  chain: Chain,
  within: readonly FilesOfJob[],
): FileFilter | undefined {
  const ofRanks = new Map<number, FilesOfJob['ranges']>();
  for (const { jobId, ranges } of within) {
    const rank = chain.jobIds.indexOf(jobId);
    if (rank >= 0 && !cover(ranges, lastFile(db, jobId).fileIndex)) ofRanks.set(rank, ranges);
  }
  if (ofRanks.size === 0) return undefined;
  return (jobRank, fileIndex) =>
    ofRanks.get(jobRank)?.some(({ first, last }) => fileIndex >= first && fileIndex <= last) ?? true;
}

/** Whether the ranges leave no gap between 1 and `last`. */
function cover(ranges: FilesOfJob['ranges'], last: number): boolean {
  let next = 1;
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    if (range.first > next) break;
    next = Math.max(next, range.last + 1);
  }
  return next > last;
}
