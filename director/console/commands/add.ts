import { announceCatalog } from '../catalog-line.ts';
import { poolOnLineOrChosen, resourceOnLineOrChosen } from '../choose-resource.ts';
import type { Command } from '../command.ts';
import { newVolumeName } from '../new-volume-name.ts';

/** The job that takes the Volume first makes its file and its label. */
export const add: Command = {
  name: 'add',
  description: 'Add a Volume to a Pool without labelling it',
  keywords: { pool: 'pool', storage: 'storage', volume: 'text' },
  async run(context) {
    const { services, say } = context;
    await announceCatalog(context, 'jobs');
    const pool = await poolOnLineOrChosen(context);
    const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
    const volumeName = await newVolumeName(context);
    const [row] = await services.catalog.listPools({ name: pool.name });
    if (!row) throw new Error(`Pool "${pool.name}" is not in the catalog`);
    await services.catalog.createVolume({
      volumeName,
      poolId: row.poolId,
      mediaType: storage.mediaType,
      storageId: await services.catalog.syncStorage(storage.name),
      status: 'Append',
    });
    services.jobs.lookForVolumes();
    await say(`Volume "${volumeName}" added to Pool "${pool.name}"; it is labelled when a job takes it.`);
  },
};
