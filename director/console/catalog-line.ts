import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { wantsJson } from './listing.ts';

/**
 * Says which catalog is used, when the session first touches it. Scripts and habits know these lines in this form:
 * queries and job commands each announce it once, and only a command that named no resource speaks of a selection. JSON stays JSON.
 * @throws CommandError when the console has no right to it
 */
export async function announceCatalog(
  context: CommandContext,
  use: 'queries' | 'jobs',
  choice: 'automatic' | 'by resource' = 'automatic',
): Promise<void> {
  const { catalogAnnounced } = context.session;
  const [catalog] = context.conf().catalogs;
  if (!catalog)
    throw new CommandError('this console may not use the Catalog', 'Its Catalog ACL would have to name it.');
  if (catalogAnnounced.has(use) || wantsJson(context)) return;
  const { name } = catalog;
  if (catalogAnnounced.size === 0 && choice === 'automatic')
    await context.say(`Automatically selected Catalog: ${name}`);
  catalogAnnounced.add(use);
  await context.say(`Using Catalog "${name}"`);
}
