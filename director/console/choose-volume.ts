import type { MediaRow } from '../../catalog/rows.ts';
import { chooseResource, poolsByName } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { volumesOfPool } from './volume-listing.ts';

/** The Volume that the line names, else one of a Pool that is asked for. @throws CommandError, CommandCancelled */
export async function volumeOnLineOrChosen(
  context: CommandContext,
  keyword: 'volume' | 'oldvolume' = 'volume',
): Promise<MediaRow> {
  const name = context.line.value(keyword);
  if (name !== undefined) return volumeNamed(context, name);
  const pool = await chooseResource(context, 'Pool', poolsByName(context.conf()));
  await context.print(await volumesOfPool(context, pool.name));
  const answer = await context.ask('Enter a Volume name or *MediaId: ');
  return answer.startsWith('*') ? volumeNumbered(context, answer.slice(1)) : volumeNamed(context, answer);
}

export async function volumeNamed({ services }: CommandContext, name: string): Promise<MediaRow> {
  const volume = await services.catalog.volumeByName(name);
  if (volume) return volume;
  throw new CommandError(`the catalog has no Volume "${name}"`, '"list volumes" shows them.');
}

async function volumeNumbered({ services }: CommandContext, text: string): Promise<MediaRow> {
  const volumes = await services.catalog.listVolumes({});
  const volume = volumes.find(({ mediaId }) => String(mediaId) === text);
  if (volume) return volume;
  throw new CommandError(`the catalog has no Volume with MediaId "${text}"`, '"list volumes" shows them.');
}
