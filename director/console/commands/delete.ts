import { announceCatalog } from '../catalog-line.ts';
import { volumeOnLineOrChosen } from '../choose-volume.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { parseNumberList } from '../number-list.ts';
import { chooseFromMenu, confirm } from '../prompts.ts';
import { promotedText } from '../../retention/removal.ts';
import { sayKept } from '../removal-listing.ts';

/** In the order of the menu: scripts answer by number. */
const SUBJECTS: readonly (readonly [item: string, remove: (context: CommandContext) => Promise<void>])[] = [
  ['volume', deleteVolume],
  ['pool', deletePool],
  ['jobid', deleteJobs],
  ['snapshot', ({ say }) => say('Snapshots are made and removed by scripts of the jobs.')],
  ['client', deleteClient],
];

export const deleteCommand: Command = {
  name: 'delete',
  description: 'Delete a Volume, Pool, Client or job from the catalog; no data is touched',
  keywords: { volume: 'text', pool: 'text', jobid: 'text', snapshot: 'flag', client: 'text', yes: 'flag' },
  absentKeywords: {
    objectid: ['there are no objects of plugins in the catalog', 'Name a volume=, pool=, jobid= or client=.'],
  },
  async run(context) {
    await announceCatalog(context, 'jobs');
    const named = SUBJECTS.findIndex(([word]) => context.line.has(word));
    if (named >= 0) return SUBJECTS[named]![1](context);
    await context.say('What is deleted here is gone from the catalog: restores do not find it any more.\n');
    const index = await chooseFromMenu(context, {
      heading: 'You have the following choices:',
      prompt: 'Choose catalog item to delete',
      items: SUBJECTS.map(([item]) => item),
    });
    await SUBJECTS[index]![1](context);
  },
};

async function deleteVolume(context: CommandContext): Promise<void> {
  const { services, say } = context;
  const volume = await volumeOnLineOrChosen(context);
  const { volumeName } = volume;
  await say(
    `\nThis command will delete volume ${volumeName}\nand all Jobs saved on that volume from the Catalog`,
  );
  if (!(await agreed(context, `Volume "${volumeName}"`))) return;
  const removed = await services.retention.deleteVolume(volume);
  const { jobs } = removed;
  if (jobs > 0) await say(`${jobs} Job${jobs === 1 ? '' : 's'} on it deleted from the catalog.`);
  const promoted = promotedText(removed);
  if (promoted) await say(promoted);
}

async function deleteJobs(context: CommandContext): Promise<void> {
  const { services, line, say } = context;
  const text = line.value('jobid') ?? (await context.ask('Enter JobId to delete: '));
  for (const jobId of parseNumberList('jobid', text)) {
    const job = await services.catalog.jobById(jobId);
    if (!job) {
      await say(`JobId=${jobId} is not in the catalog.`);
      continue;
    }
    const { kept } = services.retention.removable([job]);
    const removed = await services.retention.purgeJobs([job]);
    if (kept.length > 0) await sayKept(context, kept);
    else await say(`JobId=${jobId} and associated records deleted from the catalog.`);
    const promoted = promotedText(removed);
    if (promoted) await say(promoted);
  }
}

async function deletePool(context: CommandContext): Promise<void> {
  const { services, line, conf } = context;
  const pools = (await services.catalog.listPools({})).sort((a, b) => (a.name < b.name ? -1 : 1));
  const name = line.value('pool') ?? (await chosen(context, 'Defined Pools:', 'Select the Pool', pools));
  const pool = pools.find((one) => one.name === name);
  if (!pool) throw new CommandError(`the catalog has no Pool "${name}"`, '"list pools" shows them.');
  if (!(await agreed(context, `Pool "${name}"`))) return;
  if (conf().pools.some((one) => one.name === name)) throw stillInConf('Pool', name);
  await services.catalog.deletePool(pool.poolId);
}

async function deleteClient(context: CommandContext): Promise<void> {
  const { services, line, conf, say } = context;
  const clients = await services.catalog.listClients();
  const name =
    line.value('client') ?? (await chosen(context, 'Defined Clients:', 'Select the Client', clients));
  const client = clients.find((one) => one.name === name);
  if (!client) throw new CommandError(`the catalog has no Client "${name}"`, '"list clients" shows them.');
  if (!(await agreed(context, `Client "${name}" and all its jobs`))) return;
  if (conf().clients.some((one) => one.name === name)) throw stillInConf('Client', name);
  const { jobs } = await services.retention.purgeJobs(await services.catalog.listJobs({ clientName: name }));
  await services.catalog.deleteClient(client.clientId);
  await say(`Client "${name}" and ${jobs} Job${jobs === 1 ? '' : 's'} deleted from the catalog.`);
}

async function chosen(
  context: CommandContext,
  heading: string,
  prompt: string,
  rows: readonly { readonly name: string }[],
): Promise<string> {
  if (rows.length === 0) throw new CommandError('there is nothing to delete');
  const items = rows.map(({ name }) => name);
  return items[await chooseFromMenu(context, { heading, prompt, items })]!;
}

async function agreed(context: CommandContext, what: string): Promise<boolean> {
  return context.line.has('yes') || (await confirm(context, `Are you sure you want to delete ${what}?`));
}

function stillInConf(kind: string, name: string): CommandError {
  return new CommandError(
    `${kind} "${name}" is in the conf`,
    'Take it out there, reload, and delete it then.',
  );
}
