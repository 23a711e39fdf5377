import { syncPool } from '../../catalog-ids.ts';
import { announceCatalog } from '../catalog-line.ts';
import { poolOnLineOrChosen } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/** Rows are made when the conf is read: what is left for this is a row that was deleted by other means. */
export const create: Command = {
  name: 'create',
  description: 'Write a Pool of the conf into the catalog',
  keywords: { pool: 'pool' },
  async run(context) {
    const { services, say } = context;
    await announceCatalog(context, 'jobs');
    const pool = await poolOnLineOrChosen(context);
    if ((await services.catalog.listPools({ name: pool.name })).length > 0) {
      throw new CommandError(
        `Pool "${pool.name}" already exists in the catalog`,
        `"update pool=${pool.name}" writes what the conf says of it now.`,
      );
    }
    await syncPool(services.catalog, pool);
    await say(`Pool ${pool.name} created.`);
  },
};
