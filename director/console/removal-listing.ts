import type { JobRow, MediaRow } from '../../catalog/rows.ts';
import { formatDateTime } from '../../text/civil-time.ts';
import { humanBytes } from '../../text/numbers.ts';
import {
  removalTexts,
  type KeptBecause,
  type KeptJob,
  type Removal,
  type Removed,
} from '../retention/removal.ts';
import type { CommandContext } from './command.ts';
import { listingOf, renderListing, wantsJson, type Columns } from './listing.ts';

/** Why a job stays, in words. */
export const KEPT_WORDS: Readonly<Record<KeptBecause, string>> = {
  running: 'it has not ended',
  read: 'a running job reads it',
  lastFull: 'the last good Full of its client and FileSet',
  chain: 'the newest state is made of it',
  initCatalog: 'the next Verify at level Catalog compares with it',
  retention: 'its retention has not passed',
};

const COLUMNS: Columns<{ readonly job: JobRow; readonly fate: string }> = [
  ['JobId', ({ job }) => job.jobId],
  ['Name', ({ job }) => job.name],
  ['Level', ({ job }) => job.level],
  ['EndTime', ({ job }) => job.endTime ?? 0],
  ['JobFiles', ({ job }) => job.jobFiles],
  ['JobBytes', ({ job }) => job.jobBytes],
  ['Fate', ({ fate }) => fate],
];

/** What a dry run shows: the jobs that would go, and those that stay with the reason. */
export async function printRemoval(context: CommandContext, { jobs, kept }: Removal): Promise<void> {
  const chain = new Set(await context.services.catalog.chainJobs(jobs.map(({ jobId }) => jobId)));
  const wouldGo = ({ jobId }: JobRow) =>
    chain.has(jobId) ? 'would go, although the newest state is made of it' : 'would go';
  const rows = [
    ...jobs.map((job) => ({ job, fate: wouldGo(job) })),
    ...kept.map(({ job, because }) => ({ job, fate: `stays: ${KEPT_WORDS[because]}` })),
  ].sort((a, b) => a.job.jobId - b.job.jobId);
  await context.print(renderListing(listingOf(COLUMNS, rows), wantsJson(context) ? 'json' : 'table'));
}

/** What happened to volumes and copies, after jobs were taken away. */
export async function sayPurged({ say }: CommandContext, removed: Removed): Promise<void> {
  for (const text of removalTexts(removed)) await say(text);
  if (removed.freedBytes > 0) await say(`${humanBytes(removed.freedBytes)} of disk space were given back.`);
  for (const problem of removed.problems) await say(`The space was not given back yet: ${problem}`);
}

/** Jobs that were meant to go and did not. */
export async function sayKept({ say }: CommandContext, kept: readonly KeptJob[]): Promise<void> {
  for (const { job, because } of kept) await say(`JobId ${job.jobId} stays: ${KEPT_WORDS[because]}.`);
}

/** When a volume with jobs is free again, as the lists of volumes say it. */
export function keptText(
  { volRetention }: MediaRow,
  hold:
    | { readonly newestJobTDate: number; readonly runningJobs: number; readonly lastFullJobId?: number }
    | undefined,
): string {
  if (!hold) return '';
  if (hold.runningJobs > 0) return 'a job is writing it';
  if (volRetention === 0) return 'for ever: Volume Retention is 0';
  const until = formatDateTime(new Date((hold.newestJobTDate + volRetention) * 1000));
  return hold.lastFullJobId === undefined
    ? until
    : `${until}, and as long as JobId ${hold.lastFullJobId} is the last good Full`;
}
