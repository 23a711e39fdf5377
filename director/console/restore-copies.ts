import type { JobRow } from '../../catalog/rows.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import type { RestoreChoice } from './restore-menu.ts';
import { sourceOf } from './restore-source.ts';

/**
 * With `copies` on the line the same files out of copies: the oldest of each backup. A backup that has none is read itself, which
 * is said.
 * @throws CommandError when none of them has a copy, or the catalog has forgotten the files of one.
 */
export async function inCopies(context: CommandContext, choice: RestoreChoice): Promise<RestoreChoice> {
  if (!context.line.has('copies')) return choice;
  if (choice.kind === 'browse') {
    return { kind: 'browse', source: sourceOf(await copiesOf(context, choice.source.jobIds)) };
  }
  const { files } = choice;
  const { jobIds } = sourceOf(await copiesOf(context, files.selection.jobIds));
  return { ...choice, files: { ...files, selection: { ...files.selection, jobIds } } };
}

async function copiesOf({ services, say }: CommandContext, jobIds: readonly number[]): Promise<JobRow[]> {
  const { catalog } = services;
  const oldest = new Map<number, number>();
  for (const { jobId, copyJobId } of await catalog.copiesOf(jobIds)) {
    if (!oldest.has(jobId)) oldest.set(jobId, copyJobId);
  }
  const taken: JobRow[] = [];
  for (const jobId of jobIds) {
    const row = await catalog.jobById(oldest.get(jobId) ?? jobId);
    if (!row) throw new CommandError(`JobId ${jobId} has just been deleted`, 'Try again.');
    taken.push(row);
  }
  if (taken.every(({ type }) => type !== 'C')) {
    throw new CommandError(
      `there is no copy of JobId ${jobIds.join(',')}`,
      '"list copies" shows those that there are. Leave "copies" out to restore from the backups themselves.',
    );
  }
  const originals = taken.filter(({ type }) => type !== 'C').map(({ jobId }) => jobId);
  const copies = taken.filter(({ type }) => type === 'C').map(({ jobId }) => jobId);
  await say(`Restoring from the copies with JobId ${copies.join(',')}.`);
  if (originals.length > 0) await say(`There is no copy of JobId ${originals.join(',')}: it is read itself.`);
  return taken;
}
