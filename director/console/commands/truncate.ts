import type { MediaRow } from '../../../catalog/rows.ts';
import { humanBytes } from '../../../text/numbers.ts';
import { holdsData } from '../../volumes/volume-state.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceOnLine } from '../choose-resource.ts';
import { volumeNamed } from '../choose-volume.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';

export const truncate: Command = {
  name: 'truncate',
  description: 'Give the disk space of purged Volumes back',
  keywords: {
    volume: 'text',
    pool: 'pool',
    allpools: 'flag',
    mediatype: 'text',
    storage: 'storage',
    drive: 'text',
    yes: 'flag',
  },
  async run(context) {
    await announceCatalog(context, 'jobs');
    await truncateVolumes(context);
  },
};

/** Those that the line names, among the Purged ones whose Action On Purge is Truncate; one that is named needs not have it. */
export async function truncateVolumes(context: CommandContext): Promise<void> {
  const { services, say } = context;
  const volumes = await candidates(context);
  if (volumes.length === 0) return say('No Volumes found to truncate.');
  for (const volume of volumes) {
    const freedBytes = await services.retention.truncate(volume);
    await say(
      `The volume "${volume.volumeName}" has been truncated: ${humanBytes(freedBytes)} were given back.`,
    );
  }
}

async function candidates(context: CommandContext): Promise<MediaRow[]> {
  const { services, line } = context;
  const name = line.value('volume');
  if (name !== undefined) return [purged(await volumeNamed(context, name))];
  if (!line.has('pool', 'allpools', 'mediatype', 'storage')) {
    throw new CommandError(
      'which Volumes is missing',
      'Write volume=, pool=, mediatype=, storage= or allpools.',
    );
  }
  const storage = resourceOnLine(context, 'Storage', 'storage');
  const mediaType = line.value('mediatype') ?? storage?.mediaType;
  return (await services.catalog.listVolumes({ poolName: line.value('pool') })).filter(
    (volume) => isCandidate(volume) && (mediaType === undefined || volume.mediaType === mediaType),
  );
}

function isCandidate(volume: MediaRow): boolean {
  const { volStatus, recycle, enabled, truncateOnPurge } = volume;
  return volStatus === 'Purged' && recycle && enabled === 1 && truncateOnPurge && holdsData(volume);
}

function purged(volume: MediaRow): MediaRow {
  if (volume.volStatus === 'Purged') return volume;
  throw new CommandError(
    `Volume "${volume.volumeName}" has VolStatus ${volume.volStatus}: its data is still wanted`,
    `Take the jobs off it first: prune volume=${volume.volumeName}, or purge`,
  );
}
