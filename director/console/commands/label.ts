import { announceCatalog } from '../catalog-line.ts';
import { poolOnLineOrChosen, resourceOnLineOrChosen } from '../choose-resource.ts';
import type { Command } from '../command.ts';
import { newVolumeName } from '../new-volume-name.ts';

export const label: Command = {
  name: 'label',
  description: 'Make a new Volume',
  keywords: { storage: 'storage', volume: 'text', pool: 'pool', slot: 'text', drive: 'text', yes: 'flag' },
  absentKeywords: {
    barcodes: [
      'volumes lie in directories: there is no autochanger whose barcodes could be read',
      'Name a Volume with volume=, or set Label Format in its Pool: then jobs make their Volumes.',
    ],
  },
  async run(context) {
    const { services, say } = context;
    await announceCatalog(context, 'jobs', context.line.has('storage') ? 'by resource' : 'automatic');
    const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
    const volumeName = await newVolumeName(context);
    const pool = await poolOnLineOrChosen(context);
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
