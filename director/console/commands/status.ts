import { chooseResource, resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { eachOf } from '../each-daemon.ts';
import { wantsJson } from '../listing.ts';
import { chooseFromMenu } from '../prompts.ts';
import { printAllJson, printClientJson, printDirectorJson, printStorageJson } from '../status-json.ts';
import { statusClient, statusStorage } from '../status-daemons.ts';
import { statusDirector } from '../status-director.ts';
import { statusNetwork } from '../status-network.ts';
import { statusSchedule } from '../status-schedule.ts';

export const status: Command = {
  name: 'status',
  description: 'Report status',
  keywords: {
    director: 'flag',
    dir: 'flag',
    client: 'client',
    storage: 'storage',
    slots: 'flag',
    schedule: 'schedule',
    scheduled: 'flag',
    network: 'flag',
    bytes: 'text',
    all: 'flag',
    job: 'job',
    days: 'text',
    time: 'text',
    limit: 'text',
    offset: 'text',
    novolume: 'flag',
    json: 'flag',
  },
  async run(context) {
    const { line } = context;
    if (line.has('all')) return statusAll(context);
    if (line.has('director', 'dir')) return statusOfDirector(context);
    if (line.has('schedule', 'scheduled')) return statusSchedule(context);
    if (line.has('network')) return statusNetwork(context);
    if (line.has('storage')) return statusOfStorage(context);
    if (line.has('client')) return statusOfClient(context);
    const choices = [
      ['Director', statusOfDirector],
      ['Storage', statusOfStorage],
      ['Client', statusOfClient],
      ['Scheduled', statusSchedule],
      ['Network', statusNetwork],
      ['All', statusAll],
    ] as const;
    const index = await chooseFromMenu(context, {
      heading: 'Status available for:',
      prompt: 'Select daemon type for status',
      items: choices.map(([item]) => item),
    });
    await choices[index]![1](context);
  },
};

async function statusOfDirector(context: CommandContext): Promise<void> {
  await (wantsJson(context) ? printDirectorJson : statusDirector)(context);
}

async function statusOfClient(context: CommandContext): Promise<void> {
  const client = resourceOnLine(context, 'Client', 'client') ?? (await chooseResource(context, 'Client'));
  await (wantsJson(context) ? printClientJson : statusClient)(context, client);
}

async function statusOfStorage(context: CommandContext): Promise<void> {
  const storage = resourceOnLine(context, 'Storage', 'storage') ?? (await chooseResource(context, 'Storage'));
  await (wantsJson(context) ? printStorageJson : statusStorage)(context, storage);
}

/** All daemons, also when one of them cannot be reached; then the command fails at its end. */
async function statusAll(context: CommandContext): Promise<void> {
  if (wantsJson(context)) return printAllJson(context);
  await statusDirector(context);
  const unreachable = await eachOf(context, {
    storage: (storage) => statusStorage(context, storage),
    client: (client) => statusClient(context, client),
  });
  if (unreachable.length > 0)
    throw new CommandError(`no status of ${unreachable.join(', ')}`, 'See the lines above.');
}
