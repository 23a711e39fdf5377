import { withCommas } from '../../../text/numbers.ts';
import { announceCatalog } from '../catalog-line.ts';
import { poolOnLineOrChosen, resourceOnLineOrChosen } from '../choose-resource.ts';
import { volumeOnLineOrChosen } from '../choose-volume.ts';
import { CommandCancelled } from '../command-error.ts';
import type { Command } from '../command.ts';
import { newVolumeName } from '../new-volume-name.ts';

export const relabel: Command = {
  name: 'relabel',
  description: 'Give a purged Volume another name and Pool',
  keywords: {
    storage: 'storage',
    oldvolume: 'text',
    volume: 'text',
    pool: 'pool',
    slot: 'text',
    drive: 'text',
    yes: 'flag',
  },
  async run(context) {
    const { services, say, line } = context;
    await announceCatalog(context, 'jobs', line.has('storage') ? 'by resource' : 'automatic');
    const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
    const volume = await volumeOnLineOrChosen(context, 'oldvolume');
    if (volume.volStatus !== 'Purged' && volume.volStatus !== 'Recycle') {
      throw new CommandCancelled(
        `Volume "${volume.volumeName}" has VolStatus ${volume.volStatus}. It must be Purged or Recycled before relabeling.`,
      );
    }
    const volumeName = await newVolumeName(context);
    const pool = await poolOnLineOrChosen(context);
    await say(`Connecting to Storage daemon ${storage.name} at ${storage.address}:${storage.sdPort} ...`);
    await say(`Sending relabel command from "${volume.volumeName}" to "${volumeName}" ...`);
    const { freedBytes, volumeBytes, deviceName, archiveDevice } = await services.peers.relabel({
      storage,
      volume,
      volumeName,
      pool,
    });
    await say(
      `3000 OK label. VolBytes=${volumeBytes} VolABytes=0 VolType=1 Volume="${volumeName}" ` +
        `Device="${deviceName}" (${archiveDevice})`,
    );
    await say(
      `Volume "${volume.volumeName}" is now "${volumeName}" in Pool "${pool.name}"; ${withCommas(freedBytes)} bytes are free again.`,
    );
  },
};
