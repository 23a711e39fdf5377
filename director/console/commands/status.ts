import { OperatorError } from '../../../errors/operator-error.ts';
import { chooseResource, resourceOnLine } from '../choose-resource.ts';
import { CommandError, sentencesOf } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { chooseFromMenu } from '../prompts.ts';
import { statusClient, statusStorage } from '../status-daemons.ts';
import { statusDirector } from '../status-director.ts';
import { statusSchedule } from '../status-schedule.ts';

export const status: Command = {
  name: 'status',
  description: 'Report status',
  keywords: {
    director: 'flag',
    dir: 'flag',
    client: 'client',
    storage: 'storage',
    schedule: 'schedule',
    scheduled: 'flag',
    all: 'flag',
    job: 'job',
    days: 'text',
    limit: 'text',
  },
  async run(context) {
    const { line } = context;
    if (line.has('all')) return statusAll(context);
    if (line.has('director', 'dir')) return statusDirector(context);
    if (line.has('schedule', 'scheduled')) return statusSchedule(context);
    if (line.has('storage')) return statusOfStorage(context);
    if (line.has('client')) return statusOfClient(context);
    const choices = [
      ['Director', statusDirector],
      ['Storage', statusOfStorage],
      ['Client', statusOfClient],
      ['Scheduled', statusSchedule],
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

async function statusOfClient(context: CommandContext): Promise<void> {
  await statusClient(
    context,
    resourceOnLine(context, 'Client', 'client') ?? (await chooseResource(context, 'Client')),
  );
}

async function statusOfStorage(context: CommandContext): Promise<void> {
  await statusStorage(
    context,
    resourceOnLine(context, 'Storage', 'storage') ?? (await chooseResource(context, 'Storage')),
  );
}

/** All daemons, also when one of them cannot be reached; then the command fails at its end. */
async function statusAll(context: CommandContext): Promise<void> {
  const { clients, storages } = context.conf();
  await statusDirector(context);
  const unreachable: string[] = [];
  const daemons = [
    ...storages.map((storage) => [`Storage ${storage.name}`, () => statusStorage(context, storage)] as const),
    ...clients.map((client) => [`Client ${client.name}`, () => statusClient(context, client)] as const),
  ];
  for (const [name, show] of daemons) {
    try {
      await show();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      await context.say(`${sentencesOf(error)}\n`);
      unreachable.push(name);
    }
  }
  if (unreachable.length > 0)
    throw new CommandError(`no status of ${unreachable.join(', ')}`, 'See the lines above.');
}
