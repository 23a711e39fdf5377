import type { JobRow, MediaRow } from '../../../catalog/rows.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceOnLine, resourceOnLineOrChosen } from '../choose-resource.ts';
import { volumeNamed, volumeOnLineOrChosen } from '../choose-volume.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { parseNumberList } from '../number-list.ts';
import { chooseFromMenu } from '../prompts.ts';
import { sayKept, sayPurged } from '../removal-listing.ts';
import { truncateVolumes } from './truncate.ts';

const PURGEABLE = ['Append', 'Full', 'Used', 'Error'];

const SUBJECTS: readonly (readonly [item: string, purge: (context: CommandContext) => Promise<void>])[] = [
  ['files', purgeFiles],
  ['jobs', purgeJobs],
  ['volume', purgeVolume],
];

export const purge: Command = {
  name: 'purge',
  description: 'Remove from the catalog, whatever retentions say',
  keywords: {
    files: 'flag',
    jobs: 'flag',
    volume: 'text',
    client: 'client',
    job: 'job',
    jobid: 'text',
    name: 'job',
    action: ['truncate', 'all'],
    pool: 'pool',
    allpools: 'flag',
    mediatype: 'text',
    storage: 'storage',
    drive: 'text',
    yes: 'flag',
  },
  async run(context) {
    const { line, say } = context;
    await say(
      '\nPurging takes jobs and files out of the catalog without regard to their retention: this can be DANGEROUS.',
    );
    await say('The command prune takes only what has expired.\n');
    await announceCatalog(context, 'jobs');
    if (line.has('action')) requireAction(line.value('action'));
    // `purge volume action=all allpools` is how scripts give the space of purged volumes back: it purges nothing.
    if (line.has('action') && line.value('volume') === undefined && !line.has('files', 'jobs'))
      return truncateVolumes(context);
    const named = SUBJECTS.findIndex(([word]) => line.has(word));
    const index =
      named >= 0
        ? named
        : await chooseFromMenu(context, {
            heading: 'You have the following choices:',
            prompt: 'Choose item to purge',
            items: SUBJECTS.map(([item]) => item),
          });
    await SUBJECTS[index]![1](context);
  },
};

/** What is done with purged volumes. @throws CommandError */
function requireAction(action: string | undefined): void {
  if (/^(truncate|all)$/i.test(action ?? '')) return;
  throw new CommandError(`"action=${action ?? ''}" is unknown`, 'Write action=truncate.');
}

async function purgeFiles(context: CommandContext): Promise<void> {
  const { services, line, say, conf } = context;
  const catalogName = conf().catalogs[0]?.name ?? '';
  const named = await jobsOnLine(context);
  const client = named ? undefined : await resourceOnLineOrChosen(context, 'Client', 'client');
  if (client) await say(`Begin purging files for Client "${client.name}"`);
  const jobs = named ?? (await services.catalog.listJobs({ clientName: client!.name }));
  const { kept } = services.retention.removable(jobs);
  const { jobs: count } = await services.retention.purgeFiles(jobs);
  const whose = client ? `client "${client.name}"` : `JobIds: ${idsOf(jobs)}`;
  if (count === 0) await say(`No Files found for ${whose} to purge from ${catalogName} catalog.`);
  else
    await say(
      `Files for ${count} Job${count === 1 ? '' : 's'} for ${whose} purged from ${catalogName} catalog.`,
    );
  await sayKept(context, line.has('jobid', 'job', 'name') ? kept : []);
}

async function purgeJobs(context: CommandContext): Promise<void> {
  const { services, line, say, conf } = context;
  const catalogName = conf().catalogs[0]?.name ?? '';
  const named = await jobsOnLine(context);
  const client = named ? undefined : await resourceOnLineOrChosen(context, 'Client', 'client');
  if (client) await say(`Begin purging jobs from Client "${client.name}"`);
  const jobs = named ?? (await services.catalog.listJobs({ clientName: client!.name }));
  const { kept } = services.retention.removable(jobs);
  const removed = await services.retention.purgeJobs(jobs);
  const whose = client ? `client ${client.name}` : `JobIds: ${idsOf(jobs)}`;
  if (removed.jobs === 0) await say(`No Jobs found for ${whose} to purge from ${catalogName} catalog.`);
  else
    await say(
      `${removed.jobs} Job${removed.jobs === 1 ? '' : 's'} for ${whose} purged from ${catalogName} catalog.`,
    );
  await sayPurged(context, removed);
  await sayKept(context, line.has('jobid', 'job', 'name') ? kept : []);
}

async function purgeVolume(context: CommandContext): Promise<void> {
  const { services, line, say } = context;
  const volume = await volumeOnLineOrChosen(context);
  const { volumeName, volStatus } = volume;
  if (!PURGEABLE.includes(volStatus)) {
    await say(`\nVolume "${volumeName}" has VolStatus "${volStatus}" and cannot be purged.`);
    return say('The VolStatus must be: Append, Full, Used, or Error to be purged.\n');
  }
  const jobs = await services.catalog.jobsOnVolume(volume.mediaId);
  const { kept } = services.retention.removable(jobs);
  const removed = await services.retention.purgeVolume(volume);
  await say(
    `${removed.jobs} Job${removed.jobs === 1 ? '' : 's'} on Volume "${volumeName}" purged from catalog.`,
  );
  await sayPurged(context, removed);
  await sayKept(context, kept);
  if (line.has('action')) await truncateVolumes(context);
}

/** The jobs that the line names by number, Job or Volume; undefined when it names none. */
async function jobsOnLine(context: CommandContext): Promise<JobRow[] | undefined> {
  const { services, line } = context;
  const jobIds = line.value('jobid');
  if (jobIds !== undefined) {
    const rows = await Promise.all(
      parseNumberList('jobid', jobIds).map((jobId) => services.catalog.jobById(jobId)),
    );
    if (rows.some((row) => !row))
      throw new CommandError(`not all of JobIds ${jobIds} are in the catalog`, '"list jobs" shows them.');
    return rows.filter((row) => row !== undefined);
  }
  // Also those of a Job that is no longer in the conf.
  const name = line.value('job', 'name');
  if (name !== undefined) {
    const jobs = await services.catalog.listJobs({ name });
    if (jobs.length === 0) resourceOnLine(context, 'Job', 'job', 'name');
    return jobs;
  }
  const volumeName = line.value('volume');
  return volumeName === undefined ? undefined : jobsOf(context, await volumeNamed(context, volumeName));
}

function jobsOf({ services }: CommandContext, { mediaId }: MediaRow): Promise<JobRow[]> {
  return services.catalog.jobsOnVolume(mediaId);
}

function idsOf(jobs: readonly JobRow[]): string {
  return jobs.map(({ jobId }) => jobId).join(',');
}
