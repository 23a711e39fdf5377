import type { JobChanges } from '../../../catalog/inputs.ts';
import { syncPool } from '../../catalog-ids.ts';
import { announceCatalog } from '../catalog-line.ts';
import { poolOnLineOrChosen, resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { chooseFromMenu } from '../prompts.ts';
import { UPDATE_VOLUME_KEYWORDS, updateVolume } from '../update-volume.ts';
import { longPools } from '../pool-listing.ts';
import { parseYesNo } from '../yes-no.ts';
import { parseDate } from '../when.ts';

/** What can be updated, in the order of the menu: scripts answer by number. */
const SUBJECTS: readonly (readonly [item: string, update: (context: CommandContext) => Promise<void>])[] = [
  ['Volume parameters', updateVolume],
  ['Pool from resource', updatePool],
  ['Slots from autochanger', ({ say }) => say('Volumes lie in directories: there is no autochanger.')],
  [
    'Long term statistics',
    ({ say }) => say('No statistics are kept beside the jobs: there is nothing to update.'),
  ],
  [
    'Snapshot parameters',
    ({ say }) => say('Snapshots are made by scripts of the jobs: there is nothing to update.'),
  ],
];

/** Subjects of newer versions: they are named, and stand in no menu. */
const PROTECTION = 'Volume files are not protected by flags: there is nothing to update.';

export const update: Command = {
  name: 'update',
  description: 'Change what the catalog says of a Volume, Pool or job',
  keywords: {
    ...UPDATE_VOLUME_KEYWORDS,
    pool: 'pool',
    slots: 'flag',
    scan: 'flag',
    storage: 'storage',
    stats: 'flag',
    days: 'text',
    snapshot: 'flag',
    volumeprotect: 'flag',
    jobid: 'text',
    client: 'client',
    starttime: 'text',
    priority: 'text',
    comment: 'text',
    reviewed: ['yes', 'no'],
  },
  async run(context) {
    await announceCatalog(context, 'jobs');
    const { line } = context;
    if (line.has('volume', 'volstatus', 'allfrompool', 'fromallpools', 'frompool'))
      return updateVolume(context);
    if (line.has('volumeprotect')) return context.say(PROTECTION);
    if (line.has('jobid', 'priority')) return updateJob(context);
    if (line.has('pool')) return updatePool(context);
    const named = ['slots', 'stats', 'snapshot'].findIndex((word) => line.has(word));
    const index =
      named >= 0
        ? named + 2
        : await chooseFromMenu(context, {
            heading: 'Update choice:',
            prompt: 'Choose catalog item to update',
            items: SUBJECTS.map(([item]) => item),
          });
    await SUBJECTS[index]![1](context);
  },
};

/** The row follows the conf at each reload already; this says so, and shows it. */
async function updatePool(context: CommandContext): Promise<void> {
  const pool = await poolOnLineOrChosen(context);
  await syncPool(context.services.catalog, pool);
  await context.print(await longPools(context, 'table', pool.name));
  await context.say('Pool DB record updated from resource.');
}

async function updateJob(context: CommandContext): Promise<void> {
  const { line, services, say } = context;
  const jobId = line.integer('jobid');
  const job = jobId === undefined ? undefined : await services.catalog.jobById(jobId);
  if (!job) throw new CommandError(`the catalog has no JobId ${jobId ?? ''}`, '"list jobs" shows them.');
  if (line.has('priority')) return updatePriority(context, job.jobId);
  if (!job.endTime) throw new CommandError(`JobId ${job.jobId} has not ended`, 'Wait for its end.');
  const changes = await jobChanges(context);
  if (Object.keys(changes).length === 0) {
    throw new CommandError(
      'what to change is missing',
      'Write client=, pool=, starttime=, comment=, reviewed= or priority=.',
    );
  }
  await services.catalog.setJob(job.jobId, changes);
  await say(`JobId=${job.jobId} updated.`);
}

/** Only of a job that waits, while the rest is of jobs that have ended. */
async function updatePriority({ line, services, say }: CommandContext, jobId: number): Promise<void> {
  const priority = line.integer('priority');
  if (!priority) throw new CommandError('"priority=" is out of range', '1 is the most urgent.');
  if (line.has('client', 'pool', 'starttime', 'comment', 'reviewed')) {
    throw new CommandError(
      'priority= is for a job that waits, the rest for one that has ended',
      'Write one without the other.',
    );
  }
  if (!(await services.jobs.setPriority(jobId, priority))) {
    throw new CommandError(
      `JobId ${jobId} does not wait for its turn`,
      'What has begun keeps the priority that it began with.',
    );
  }
  await say(`JobId=${jobId} updated.`);
}

async function jobChanges(context: CommandContext): Promise<JobChanges> {
  const { line, services } = context;
  const [client, pool] = [line.value('client'), line.value('pool')];
  const [startTime, comment] = [line.value('starttime'), line.value('comment')];
  const reviewed = line.value('reviewed');
  const clientRow =
    client === undefined
      ? undefined
      : (await services.catalog.listClients()).find(
          ({ name }) => name === resourceNamed(context, 'Client', client).name,
        );
  const [poolRow] =
    pool === undefined
      ? []
      : await services.catalog.listPools({ name: resourceNamed(context, 'Pool', pool).name });
  return {
    ...(clientRow && { clientId: clientRow.clientId }),
    ...(poolRow && { poolId: poolRow.poolId }),
    ...(startTime !== undefined && { startTime: parseDate(startTime) }),
    ...(comment !== undefined && { comment }),
    ...(reviewed !== undefined && { reviewed: parseYesNo('reviewed', reviewed) }),
  };
}
