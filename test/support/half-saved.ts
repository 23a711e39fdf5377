import type { RelayedSite } from './relayed-site.ts';

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
  while (!(await hasSavedFiles(held, jobId)));
}

async function hasSavedFiles(held: RelayedSite, jobId: number): Promise<boolean> {
  const query = `SELECT 'has' || ' files' FROM FileRun WHERE JobId = ${jobId} LIMIT 1`;
  return (await held.console(`.sql query="${query}"\n`)).includes('has files');
}
