import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '../../catalog/connection.ts';
import { sql } from '../../catalog/sql-query.ts';
import type { RelayedSite } from './relayed-site.ts';
import type { SiteUnderTest } from './site-under-test.ts';

const MIB = 1 << 20;

/**
 * Runs a backup of `makeManyFiles` until some of its files are in the catalog, and holds it there: its client can send nothing
 * more until the line to the storage daemon is released.
 */
export async function runHalf(
  held: RelayedSite,
  options: { readonly jobId?: number; readonly level?: string; readonly job?: string } = {},
): Promise<void> {
  const { jobId = 1, level = 'Full', job = 'Backup' } = options;
  const half = held.lines['client to storage'].holdAfter(16 * MIB);
  await held.console(`run job=${job} level=${level} yes\n`);
  await half;
  await untilSomeSaved(held, jobId);
}

/** Resolves when the catalog has files of the job. */
export async function untilSomeSaved(held: SiteUnderTest, jobId: number): Promise<void> {
  // Asked of the file itself: a console that starts for each look takes longer than the job does.
  using catalog = new Connection(join(held.site.directory, 'director', 'Catalog.db'), 'read');
  while (!hasSavedFiles(catalog, jobId)) await delay(20);
}

function hasSavedFiles(catalog: Connection, jobId: number): boolean {
  const query = `SELECT 1 FROM FileRun WHERE JobId = ${jobId} LIMIT 1`;
  return catalog.transaction('read', () => sql(catalog, { query })).rows.length > 0;
}
