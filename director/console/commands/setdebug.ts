import { changeDebugging, type DebugChanges, type Debugging } from '../../../daemon/log.ts';
import type { ClientResource, StorageResource } from '../../../configuration/director-conf.ts';
import { chooseResource, resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { connectingTo } from '../connecting-to.ts';
import { eachOf } from '../each-daemon.ts';
import { chooseFromMenu } from '../prompts.ts';

const LEVEL_MAX = 1000;

/** Which debug messages daemons write, until they end. There are no options and tags to choose them by. */
export const setdebug: Command = {
  name: 'setdebug',
  description: 'Have daemons write debug messages',
  keywords: {
    level: 'text',
    trace: ['0', '1'],
    options: 'text',
    tags: 'text',
    dir: 'flag',
    director: 'flag',
    client: 'client',
    storage: 'storage',
    all: 'flag',
  },
  async run(context) {
    const { line } = context;
    const changes = await changesOf(context);
    if (line.has('all')) return setAll(context, changes);
    if (line.has('dir', 'director')) return setDirector(context, changes);
    if (line.has('storage')) return setChosenStorage(context, changes);
    if (line.has('client')) return setChosenClient(context, changes);
    const choices = [
      ['Director', setDirector],
      ['Storage', setChosenStorage],
      ['Client', setChosenClient],
      ['All', setAll],
    ] as const;
    const index = await chooseFromMenu(context, {
      heading: 'Available daemons are:',
      prompt: 'Select daemon type to set debug level',
      items: choices.map(([item]) => item),
    });
    await choices[index]![1](context, changes);
  },
};

/** Whether the Director's debug messages go to its trace file. */
export const trace: Command = {
  name: 'trace',
  description: "Turn on/off the Director's trace file",
  keywords: { on: 'flag', off: 'flag' },
  async run(context) {
    const { line } = context;
    if (line.has('on') === line.has('off'))
      throw new CommandError('on or off is missing', 'Write trace on, or trace off.');
    await setDirector(context, { trace: line.has('on') });
  },
};

async function changesOf(context: CommandContext): Promise<DebugChanges> {
  const { line } = context;
  const trace = line.value('trace');
  if (trace !== undefined && trace !== '0' && trace !== '1')
    throw new CommandError(`"trace=${trace}" is neither 0 nor 1`, 'Write trace=1 for a file of its own.');
  const text =
    line.value('level') ?? (trace === undefined ? await context.ask('Enter new debug level: ') : undefined);
  const level = text === undefined ? undefined : Number(text);
  if (text !== undefined && (!/^\d{1,4}$/.test(text) || Number(text) > LEVEL_MAX))
    throw new CommandError(
      `"${text}" is no debug level`,
      `Write level=0 for none, up to level=${LEVEL_MAX}.`,
    );
  return { level, trace: trace === undefined ? undefined : trace === '1' };
}

async function setDirector({ services, say }: CommandContext, changes: DebugChanges): Promise<void> {
  await say(answer(1000, changeDebugging(services.log.debugging, changes)));
}

async function setChosenStorage(context: CommandContext, changes: DebugChanges): Promise<void> {
  const storage = resourceOnLine(context, 'Storage', 'storage') ?? (await chooseResource(context, 'Storage'));
  await setStorage(context, storage, changes);
}

async function setChosenClient(context: CommandContext, changes: DebugChanges): Promise<void> {
  const client = resourceOnLine(context, 'Client', 'client') ?? (await chooseResource(context, 'Client'));
  await setClient(context, client, changes);
}

async function setStorage(
  { services, say }: CommandContext,
  storage: StorageResource,
  changes: DebugChanges,
) {
  await say(`Connecting to Storage daemon ${storage.name} at ${storage.address}:${storage.sdPort}`);
  await say(answer(3000, await services.peers.storageDebug(storage, changes)));
}

async function setClient({ services, say }: CommandContext, client: ClientResource, changes: DebugChanges) {
  await say(connectingTo(client));
  await say(answer(2000, await services.peers.clientDebug(client, changes)));
}

async function setAll(context: CommandContext, changes: DebugChanges): Promise<void> {
  await setDirector(context, changes);
  const unreachable = await eachOf(context, {
    storage: (storage) => setStorage(context, storage, changes),
    client: (client) => setClient(context, client, changes),
  });
  if (unreachable.length > 0)
    throw new CommandError(`not set at ${unreachable.join(', ')}`, 'See the lines above.');
}

function answer(code: number, { level, trace }: Debugging): string {
  return `${code} OK setdebug=${level} trace=${trace ? 1 : 0} options= tags=`;
}
