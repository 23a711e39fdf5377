import type { VolumeExplanation, VolumeJob } from '../../retention/removal.ts';
import { formatDateTime } from '../../../text/civil-time.ts';
import { humanBytes } from '../../../text/numbers.ts';
import { announceCatalog } from '../catalog-line.ts';
import { volumeOnLineOrChosen } from '../choose-volume.ts';
import type { Command } from '../command.ts';
import { listingOf, renderListing, wantsJson, type Columns } from '../listing.ts';
import { KEPT_WORDS } from '../removal-listing.ts';

const COLUMNS: Columns<VolumeJob> = [
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
    const volume = await volumeOnLineOrChosen(context);
    const explanation = await context.services.retention.explain(volume);
    const listing = listingOf(COLUMNS, explanation.jobs);
    if (wantsJson(context)) return context.print(renderListing(listing, 'json'));
    await context.print(renderListing(listing, 'table'));
    for (const sentence of sentences(explanation)) await context.say(sentence);
  },
};

function sentences(explanation: VolumeExplanation): string[] {
  const { volume, jobs, writer, freeAt } = explanation;
  const { volumeName, volStatus, volBytes, poolName } = volume;
  const name = `Volume "${volumeName}"`;
  const about = `${name} of Pool "${poolName}" is ${volStatus} and takes ${humanBytes(volBytes)}.`;
  return [
    about,
    ...(writer === undefined ? [] : [`JobId ${writer} is writing it.`]),
    ...(jobs.length === 0 ? [withoutJobs(explanation)] : whatFrees(explanation)),
    ...(freeAt && jobs.length > 0 ? [spaceSentence(explanation)] : []),
  ];
}

function withoutJobs({ volume }: VolumeExplanation): string {
  const { recycle, enabled, volStatus } = volume;
  if (!recycle) return 'No job holds it. It is not written again: its Recycle flag is no.';
  if (enabled !== 1) return 'No job holds it. It is not written again: it is not enabled.';
  if (['Append', 'Recycle', 'Purged'].includes(volStatus))
    return 'No job holds it: the next job that needs it may write it.';
  return `No job holds it, but its status ${volStatus} keeps jobs off it: purge volume=${volume.volumeName} frees it.`;
}

function whatFrees({ volume, jobs, freeAt }: VolumeExplanation): string[] {
  const { volumeName, volStatus, volRetention } = volume;
  const held = jobs.filter(({ because }) => because !== 'expired');
  const lasts = jobs.filter(({ because }) => because === 'lastFull').map(({ job }) => job.jobId);
  const lines = [`${jobs.length} job${jobs.length === 1 ? '' : 's'} on it, ${held.length} of them held.`];
  if (lasts.length > 0) {
    lines.push(
      `JobId ${lasts.join(', ')} is free when a newer Full of the same client and FileSet is good, and its time has passed.`,
    );
  }
  if (volRetention === 0) lines.push('Its retention is 0: time alone never frees it.');
  if (freeAt) lines.push(`Time frees all of it on ${formatDateTime(freeAt)}.`);
  if (volStatus === 'Append') {
    lines.push(
      'It is still Append: jobs may be added, which keep it longer. Only Full and Used volumes are pruned.',
    );
  }
  if (held.length === 0 && volStatus !== 'Append')
    lines.push(`prune volume=${volumeName} frees it now; so does the next job that needs it.`);
  else lines.push(`purge volume=${volumeName} would free it now, and its jobs would be gone.`);
  return lines;
}

function spaceSentence({ volume }: VolumeExplanation): string {
  const bytes = humanBytes(volume.volBytes);
  return volume.truncateOnPurge
    ? `${bytes} of disk space come back then by themselves (Action On Purge = Truncate).`
    : `The next job that takes it overwrites it; truncate gives its ${bytes} back earlier.`;
}
