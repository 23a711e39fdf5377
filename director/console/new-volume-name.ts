import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';

/** Longer names do not fit the catalogs and labels of this tradition. */
const VOLUME_NAME_LENGTH_MAX = 127;

/**
 * The name of a volume that is to be: from the line, else by asking until a name will do. A person whose name on the line will not
 * do is asked too; a script is not, as its next command would be taken for the name.
 * @throws CommandError
 */
export async function newVolumeName(context: CommandContext): Promise<string> {
  let name = context.line.value('volume');
  for (;;) {
    if (name !== undefined) {
      const objection = await objectionTo(context, name);
      if (objection === undefined) return name;
      if (context.session.screen === undefined && context.line.has('volume')) {
        throw new CommandError(objection, 'Give another name with volume=.');
      }
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
