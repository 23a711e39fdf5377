import { announceCatalog } from '../catalog-line.ts';
import { chooseResource, poolsByName, resourceOnLine, resourceOnLineOrChosen } from '../choose-resource.ts';
import type { Command, CommandContext } from '../command.ts';

/** Longer names do not fit the catalogs and labels of this tradition. */
const VOLUME_NAME_LENGTH_MAX = 127;

export const label: Command = {
  name: 'label',
  description: 'Make a new Volume',
  keywords: { storage: 'storage', volume: 'text', pool: 'pool', slot: 'text', drive: 'text', yes: 'flag' },
  async run(context) {
    const { services, say } = context;
    await announceCatalog(context, 'jobs', context.line.has('storage') ? 'by resource' : 'automatic');
    const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
    const volumeName = await newVolumeName(context);
    const pool =
      resourceOnLine(context, 'Pool', 'pool') ??
      (await chooseResource(context, 'Pool', poolsByName(context.conf())));
    await say(`Connecting to Storage daemon ${storage.name} at ${storage.address}:${storage.sdPort} ...`);
    await say(`Sending label command for Volume "${volumeName}" Slot 0 ...`);
    const { volumeBytes, deviceName, archiveDevice } = await services.peers.label({
      storage,
      pool,
      volumeName,
    });
    await say(
      `3000 OK label. VolBytes=${volumeBytes} VolABytes=0 VolType=1 Volume="${volumeName}" ` +
        `Device="${deviceName}" (${archiveDevice})`,
    );
    await say(`Catalog record for Volume "${volumeName}", Slot 0  successfully created.`);
  },
};

/** From the line, else (or when that will not do) by asking until a name will do. */
async function newVolumeName(context: CommandContext): Promise<string> {
  let name = context.line.value('volume');
  for (;;) {
    if (name !== undefined) {
      const objection = await objectionTo(context, name);
      if (objection === undefined) return name;
      await context.say(objection);
    }
    name = await context.ask('Enter new Volume name: ');
  }
}

async function objectionTo({ services }: CommandContext, name: string): Promise<string | undefined> {
  const illegal = /[^\w:.-]/u.exec(name)?.[0];
  if (illegal !== undefined) return `Illegal character "${illegal}" in a volume name.`;
  if (name === '') return 'A volume name must have at least one character.';
  if (name.length > VOLUME_NAME_LENGTH_MAX)
    return `A volume name has at most ${VOLUME_NAME_LENGTH_MAX} characters.`;
  // Who wants to leave types this, and would find a Volume of that name for ever.
  if (/^(quit|exit)$/i.test(name)) return `"${name}" is taken for a wish to leave: type a period for that.`;
  if (await services.catalog.volumeByName(name))
    return `Media record for new Volume "${name}" already exists.`;
  return undefined;
}
