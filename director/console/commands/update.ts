import type { MediaRow } from '../../../catalog/rows.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';

/** Those that an admin may give by hand. Purged and Recycle are not among them: what is on the volume would go. */
const VOLUME_STATUSES = ['Append', 'Full', 'Used', 'Error', 'Read-Only', 'Disabled', 'Archive'];
const ENABLED = { no: 0, yes: 1, archived: 2 } as const;

export const update: Command = {
  name: 'update',
  description: 'Change what the catalog says of a Volume',
  keywords: { volume: 'text', volstatus: VOLUME_STATUSES, enabled: Object.keys(ENABLED), pool: 'pool' },
  async run(context) {
    const { line, services } = context;
    const volumeName = line.value('volume');
    if (volumeName === undefined || !line.has('volstatus', 'enabled', 'pool')) {
      throw new CommandError(
        'what to change is missing',
        'Write update volume=NAME with volstatus=, enabled= or pool=.',
      );
    }
    await announceCatalog(context, 'jobs');
    const volume = await services.catalog.volumeByName(volumeName);
    if (!volume)
      throw new CommandError(`the catalog has no Volume "${volumeName}"`, '"list volumes" shows them.');
    const changes = [statusChange(context), enabledChange(context), await poolChange(context, volume)];
    for (const change of changes) {
      if (!change) continue;
      await services.catalog.setVolume(volume.mediaId, change.changes);
      await context.say(change.said);
    }
  },
};

type Change = {
  readonly changes: { volStatus?: string; enabled?: number; poolId?: number };
  readonly said: string;
};

function statusChange({ line }: CommandContext): Change | undefined {
  const wanted = line.value('volstatus');
  if (wanted === undefined) return undefined;
  const volStatus = VOLUME_STATUSES.find((status) => status.toLowerCase() === wanted.toLowerCase());
  if (volStatus === undefined) {
    throw new CommandError(
      `Invalid VolStatus specified: ${wanted}`,
      `Choose from ${VOLUME_STATUSES.join(', ')}.`,
    );
  }
  return { changes: { volStatus }, said: `New Volume status is: ${volStatus}` };
}

function enabledChange({ line }: CommandContext): Change | undefined {
  const wanted = line.value('enabled')?.toLowerCase();
  if (wanted === undefined) return undefined;
  if (!Object.hasOwn(ENABLED, wanted)) {
    throw new CommandError(
      `"enabled=${wanted}" is unknown`,
      `Choose from ${Object.keys(ENABLED).join(', ')}.`,
    );
  }
  return {
    changes: { enabled: ENABLED[wanted as keyof typeof ENABLED] },
    said: `New Enabled flag is: ${wanted}`,
  };
}

async function poolChange(context: CommandContext, volume: MediaRow): Promise<Change | undefined> {
  const wanted = context.line.value('pool');
  if (wanted === undefined) return undefined;
  const { name } = resourceNamed(context, 'Pool', wanted);
  const [row] = await context.services.catalog.listPools({ name });
  if (!row) throw new CommandError(`the catalog has no Pool "${name}" yet`, 'It is written there by reload.');
  return { changes: { poolId: row.poolId }, said: `New Pool is: ${name} (was ${volume.poolName})` };
}
