import type { MediaRow } from '../../../catalog/rows.ts';
import type { DirectorConf } from '../../../configuration/director-conf.ts';
import type { VolumeExplanation, VolumeJob } from '../../retention/removal.ts';
import { formatDateTime } from '../../../text/civil-time.ts';
import { humanBytes } from '../../../text/numbers.ts';
import { holdsData, isClosed } from '../../volumes/volume-state.ts';
import { announceCatalog } from '../catalog-line.ts';
import { volumeOnLineOrChosen } from '../choose-volume.ts';
import type { Command } from '../command.ts';
import { listingOf, renderListing, wantsJson, type Columns } from '../listing.ts';
import { KEPT_WORDS } from '../removal-listing.ts';

/** A job with what becomes of it; `isChain`: the newest state of its client is made of it. */
type Row = VolumeJob & { readonly isChain: boolean };

const COLUMNS: Columns<Row> = [
  ['JobId', ({ job }) => job.jobId],
  ['Name', ({ job }) => job.name],
  ['Client', ({ job }) => job.clientName],
  ['Level', ({ job }) => job.level],
  ['EndTime', ({ job }) => job.endTime ?? 0],
  ['KeptUntil', ({ keptUntil }) => keptUntil ?? null],
  ['Because', ({ because }) => (because === 'expired' ? 'nothing keeps it' : KEPT_WORDS[because])],
];

/** Not in Bacula. */
export const explain: Command = {
  name: 'explain',
  description: 'Why a Volume is kept, until when, and what frees it',
  keywords: { volume: 'text', json: 'flag' },
  async run(context) {
    await announceCatalog(context, 'jobs');
    const { retention, catalog } = context.services;
    const volume = await volumeOnLineOrChosen(context);
    const explanation = await retention.explain(volume);
    const chain = new Set(await catalog.chainJobs(explanation.jobs.map(({ job }) => job.jobId)));
    const rows = explanation.jobs.map((row) => ({ ...row, isChain: chain.has(row.job.jobId) }));
    const listing = listingOf(COLUMNS, rows);
    if (wantsJson(context)) return context.print(renderListing(listing, 'json'));
    if (rows.length > 0) await context.print(renderListing(listing, 'table'));
    const prunes = isPrunedForJobs(context.conf(), volume);
    for (const sentence of sentences(explanation, rows, prunes)) await context.say(sentence);
  },
};

/** Whether a job that needs a volume takes expired jobs off this one. */
function isPrunedForJobs({ director, pools }: DirectorConf, { poolName }: MediaRow): boolean {
  return director.autoPrune && (pools.find(({ name }) => name === poolName)?.autoPrune ?? true);
}

function sentences(explanation: VolumeExplanation, rows: readonly Row[], isPruned: boolean): string[] {
  const { volume, writer } = explanation;
  const { volumeName, volStatus, volBytes, poolName } = volume;
  return [
    `Volume "${volumeName}" of Pool "${poolName}" is ${volStatus} and takes ${humanBytes(volBytes)}.`,
    ...(writer === undefined ? [] : [`JobId ${writer} is writing it.`]),
    ...(rows.length === 0 ? withoutJobs(volume, isPruned) : whatHolds(volume, rows)),
    ...(rows.length === 0 ? [] : whatFrees(explanation, rows, isPruned)),
  ];
}

function withoutJobs(volume: MediaRow, isPruned: boolean): string[] {
  const { recycle, enabled, volStatus, volumeName, volBytes } = volume;
  if (!recycle) return ['No job holds it. It is not written again: its Recycle flag is no.'];
  if (enabled !== 1) return ['No job holds it. It is not written again: it is not enabled.'];
  if (isClosed(volume) && !isPruned) return [`No job holds it: prune volume=${volumeName} frees it.`];
  if (!isClosed(volume) && !['Append', 'Recycle', 'Purged'].includes(volStatus)) {
    return [
      `No job holds it, but its status ${volStatus} keeps jobs off it: purge volume=${volumeName} frees it.`,
    ];
  }
  const isPurged = volStatus === 'Purged' && holdsData(volume);
  return [
    'No job holds it: the next job that needs it may write it.',
    ...(isPurged
      ? [`truncate volume=${volumeName} gives its ${humanBytes(volBytes)} back before that.`]
      : []),
  ];
}

function whatHolds({ volRetention }: MediaRow, rows: readonly Row[]): string[] {
  const held = rows.filter(({ because }) => because !== 'expired');
  const lasts = rows.filter(({ because }) => because === 'lastFull');
  const chain = rows.filter(({ because, isChain }) => because === 'expired' && isChain);
  const lines = [`${rows.length} job${rows.length === 1 ? '' : 's'} on it, ${held.length} of them held.`];
  if (lasts.length > 0) {
    lines.push(
      `JobId ${numbers(lasts)} is free when a newer Full of the same client and FileSet is good, and its time has passed.`,
    );
  }
  if (chain.length > 0) {
    lines.push(
      `The newest state of its client is made of JobId ${numbers(chain)}: when that is gone, a restore of this state misses what it` +
        ' saved. Run a Full before, and let Volume Retention be longer than the time between two Fulls.',
    );
  }
  if (volRetention === 0) lines.push('Its retention is 0: time alone never frees it.');
  return lines;
}

function whatFrees({ volume, freeAt }: VolumeExplanation, rows: readonly Row[], isPruned: boolean): string[] {
  const { volumeName, volStatus } = volume;
  const isHeld = rows.some(({ because }) => because !== 'expired');
  const lines = [];
  if (freeAt && isHeld) lines.push(`Time frees all of it on ${formatDateTime(freeAt)}.`);
  if (volStatus === 'Append') {
    lines.push(
      'It is still Append: jobs may be added, which keep it longer. Only Full and Used volumes are pruned.',
    );
  }
  if (isHeld || volStatus === 'Append') {
    lines.push(`purge volume=${volumeName} would free it now, and its jobs would be gone.`);
  } else {
    lines.push(
      isPruned
        ? `The next job that needs it overwrites it; prune volume=${volumeName} frees it now.`
        : `prune volume=${volumeName} frees it now: Auto Prune is off, and jobs do not by themselves.`,
    );
  }
  return [...lines, spaceSentence(volume)];
}

function spaceSentence({ volumeName, volBytes, truncateOnPurge }: MediaRow): string {
  const bytes = humanBytes(volBytes);
  return truncateOnPurge
    ? `When it is free, its ${bytes} of disk space come back by themselves (Action On Purge = Truncate).`
    : `When it is free, its ${bytes} of disk space are used by the next job that takes it; truncate volume=${volumeName} gives them back before.`;
}

function numbers(rows: readonly Row[]): string {
  return rows.map(({ job }) => job.jobId).join(', ');
}
