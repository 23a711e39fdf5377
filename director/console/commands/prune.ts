import type { MediaRow } from '../../../catalog/rows.ts';
import type { ClientResource } from '../../../configuration/director-conf.ts';
import { parseDuration } from '../../../text/duration.ts';
import { durationText } from '../../../text/numbers.ts';
import { clientRetentions } from '../../retention/record-periods.ts';
import type { Removal } from '../../retention/removal.ts';
import { isClosed } from '../../volumes/volume-state.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceOnLineOrChosen } from '../choose-resource.ts';
import { volumeOnLineOrChosen } from '../choose-volume.ts';
import { CommandCancelled, CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { wantsJson } from '../listing.ts';
import { chooseFromMenu, confirm } from '../prompts.ts';
import { printRemoval, sayKept, sayPurged } from '../removal-listing.ts';

const SUBJECTS: readonly (readonly [
  item: string,
  keyword: string,
  prune: (context: CommandContext) => Promise<void>,
])[] = [
  ['Files', 'files', (context) => pruneClient(context, 'files')],
  ['Jobs', 'jobs', (context) => pruneClient(context, 'jobs')],
  ['Volume', 'volume', pruneOneVolume],
  ['Stats', 'stats', ({ say }) => say('No statistics are kept beside the jobs: there is nothing to prune.')],
  ['Snapshots', 'snapshot', ({ say }) => say('Snapshots are made and removed by scripts of the jobs.')],
];

export const prune: Command = {
  name: 'prune',
  description: 'Remove from the catalog what retentions allow',
  keywords: {
    files: 'flag',
    jobs: 'flag',
    client: 'client',
    volume: 'text',
    expired: 'flag',
    all: 'flag',
    allpools: 'flag',
    allfrompool: 'flag',
    pool: 'pool',
    mediatype: 'text',
    stats: 'flag',
    snapshot: 'flag',
    events: 'flag',
    dryrun: 'flag',
    json: 'flag',
    yes: 'flag',
  },
  async run(context) {
    await announceCatalog(context, 'jobs');
    if (context.line.has('expired', 'all', 'allpools', 'allfrompool')) return pruneExpired(context);
    // Not in the menu, whose numbers scripts know.
    if (context.line.has('events')) return context.say('No events are recorded: there is nothing to prune.');
    const named = SUBJECTS.findIndex(([, keyword]) => context.line.has(keyword));
    const index =
      named >= 0
        ? named
        : await chooseFromMenu(context, {
            heading: 'You have the following choices:',
            prompt: 'Choose item to prune',
            items: SUBJECTS.map(([item]) => item),
          });
    await SUBJECTS[index]![2](context);
  },
};

async function pruneClient(context: CommandContext, kind: 'files' | 'jobs'): Promise<void> {
  const { services, line, say } = context;
  const client = await resourceOnLineOrChosen(context, 'Client', 'client');
  const what = kind === 'files' ? 'Files' : 'Jobs';
  if (line.has('dryrun')) {
    const removal = await services.retention.expired({ kind, client });
    if (isNothing(removal) && !wantsJson(context)) return say(`No ${what} found to prune.`);
    return printRemoval(context, removal);
  }
  const periodSeconds = await agreedPeriod(context, periodQuestion(client, kind));
  const { jobs, ...removed } = await services.retention.prune({
    kind,
    client,
    ...(periodSeconds !== undefined && { periodSeconds }),
  });
  if (jobs === 0) return say(`No ${what} found to prune.`);
  const count = `${jobs} Job${jobs === 1 ? '' : 's'}`;
  await say(
    `Pruned ${kind === 'files' ? `Files from ${count}` : count} for client ${client.name} from catalog.`,
  );
  await sayPurged(context, { jobs, ...removed });
}

function periodQuestion(client: ClientResource, kind: 'files' | 'jobs'): string {
  const { fileRetention, jobRetention } = clientRetentions(client);
  return kind === 'files'
    ? `The current File retention period is: ${durationText(fileRetention)} `
    : `The current Job retention period is: ${durationText(jobRetention)} `;
}

async function pruneOneVolume(context: CommandContext): Promise<void> {
  const { services, line } = context;
  const volume = await volumeOnLineOrChosen(context);
  requireClosed(volume);
  const { volumeName, volRetention } = volume;
  if (line.has('dryrun'))
    return printRemoval(context, await services.retention.expired({ kind: 'volume', volume }));
  const question = `The current Volume "${volumeName}" retention period is: ${durationText(volRetention)} `;
  const period = await agreedPeriod(context, question);
  await pruneVolume(context, period === undefined ? volume : { ...volume, volRetention: period });
}

async function pruneVolume(context: CommandContext, volume: MediaRow): Promise<void> {
  const { services, say } = context;
  const { volumeName } = volume;
  const { jobs, kept } = await services.retention.expired({ kind: 'volume', volume });
  await say(
    jobs.length === 0
      ? `Found no Job associated with the Volume "${volumeName}" to prune`
      : `Found ${jobs.length} Job(s) associated with the Volume "${volumeName}" that will be pruned`,
  );
  await sayPurged(context, await services.retention.prune({ kind: 'volume', volume }));
  // Those inside their retention nobody expects to go.
  await sayKept(
    context,
    kept.filter(({ because }) => because !== 'retention'),
  );
}

/** All volumes that hold something whose retention has passed. */
async function pruneExpired(context: CommandContext): Promise<void> {
  const { services, line, say } = context;
  const poolName = line.has('allfrompool')
    ? (await resourceOnLineOrChosen(context, 'Pool', 'pool')).name
    : line.value('pool');
  const mediaType = line.value('mediatype');
  const volumes = (await services.catalog.listVolumes({ poolName })).filter(
    (volume) => isClosed(volume) && (mediaType === undefined || volume.mediaType === mediaType),
  );
  const expired: MediaRow[] = [];
  for (const volume of volumes) {
    const removal = await services.retention.expired({ kind: 'volume', volume });
    if (removal.jobs.length === 0) continue;
    expired.push(volume);
    if (!line.has('dryrun')) continue;
    if (!wantsJson(context)) await say(`Volume "${volume.volumeName}":`);
    await printRemoval(context, removal);
  }
  if (!wantsJson(context))
    await say(`${expired.length} expired volume${expired.length > 1 ? 's' : ''} found`);
  if (line.has('dryrun') || expired.length === 0) return;
  if (!line.has('yes')) {
    await say(expired.map(({ volumeName }) => volumeName).join(', '));
    if (!(await confirm(context, 'Continue?'))) throw new CommandCancelled();
  }
  for (const volume of expired) await pruneVolume(context, volume);
}

/**
 * Asks whether to go on, with the period that is said, or another. Undefined: with that one.
 * @throws CommandCancelled for a no
 */
async function agreedPeriod(context: CommandContext, statement: string): Promise<number | undefined> {
  if (context.line.has('yes')) return undefined;
  await context.say(statement);
  for (;;) {
    const answer = (await context.ask('Continue? (yes/mod/no): ')).toLowerCase();
    if (answer !== '' && 'yes'.startsWith(answer)) return undefined;
    if (answer !== '' && 'no'.startsWith(answer)) throw new CommandCancelled();
    if (answer === 'mod') return parsedPeriod(await context.ask('Enter new retention period: '));
  }
}

function parsedPeriod(text: string): number {
  const period = parseDuration(text);
  if (period !== undefined) return period;
  throw new CommandError(`"${text}" is no period`, 'Write it as 30 days.');
}

function requireClosed(volume: MediaRow): void {
  if (isClosed(volume)) return;
  const { volumeName, volStatus } = volume;
  throw new CommandError(
    `Volume "${volumeName}" has VolStatus ${volStatus} and cannot be pruned`,
    volStatus === 'Purged' || volStatus === 'Recycle'
      ? 'No job is on it any more: there is nothing to prune.'
      : 'Only Full and Used ones can; update volume=NAME volstatus=Used closes one.',
  );
}

function isNothing({ jobs, kept }: Removal): boolean {
  return jobs.length + kept.length === 0;
}
