import { resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { wantsJson } from '../listing.ts';
import { statusClient, statusStorage } from '../status-daemons.ts';
import { clientRecords, directorRecords, storageRecords, type StatusRecord } from '../status-records.ts';

const SECTIONS = ['header', 'running', 'terminated', 'scheduled', 'devices'] as const;

/**
 * `.status dir|client=|storage= header|running|terminated|scheduled|devices`: `key=value` lines, and a blank one behind each
 * job. Without a section the header of the Director, or what `status` says of another daemon.
 */
export const dotStatus: Command = {
  name: '.status',
  description: '',
  keywords: {
    dir: 'flag',
    director: 'flag',
    client: 'client',
    storage: 'storage',
    ...Object.fromEntries(SECTIONS.map((section) => [section, 'flag'] as const)),
    current: 'flag',
    last: 'flag',
    limit: 'text',
    days: 'text',
  },
  async run(context) {
    const { line } = context;
    if (line.has('current')) return context.say('1000 OK .status');
    const client = resourceOnLine(context, 'Client', 'client');
    const storage = resourceOnLine(context, 'Storage', 'storage');
    const section = line.has('last') ? 'terminated' : SECTIONS.find((word) => line.has(word));
    if (client && section === undefined) return statusClient(context, client);
    if (storage && section === undefined) return statusStorage(context, storage);
    const sections = client
      ? await clientRecords(context, client)
      : storage
        ? await storageRecords(context, storage)
        : await directorRecords(context);
    const records = sections[section ?? 'header'];
    if (!records) throw new CommandError(`that daemon has nothing to say of ${section}`);
    const wanted = line.has('last') ? records.slice(-1) : records;
    await print(context, section ?? 'header', wanted);
  },
};

async function print(
  context: CommandContext,
  section: string,
  records: readonly StatusRecord[],
): Promise<void> {
  if (wantsJson(context)) return context.print(`${JSON.stringify(records)}\n`);
  const title = section === 'header' ? 'header:\n' : '';
  await context.print(
    records
      .map(
        (record) =>
          `${title}${Object.entries(record)
            .map(([key, value]) => `${key}=${value}\n`)
            .join('')}\n`,
      )
      .join(''),
  );
}
