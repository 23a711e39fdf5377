import { parsePrintablePath } from '../../../text/printable.ts';
import { messageLine } from '../../messages/message-line.ts';
import { resourceOnLine } from '../choose-resource.ts';
import { ClientListing } from '../client-listing.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/** What lies in a directory of a client now, for who puts a FileSet together. */
export const dotLs: Command = {
  name: '.ls',
  description: '',
  keywords: { client: 'client', path: 'text' },
  absentKeywords: { plugin: ['no plugin here can be listed', 'Write .ls client=NAME path=/DIRECTORY.'] },
  async run(context) {
    const { line, services } = context;
    const client = resourceOnLine(context, 'Client', 'client');
    const path = line.value('path');
    if (!client || !path?.startsWith('/'))
      throw new CommandError('of which directory is not said', 'Write .ls client=NAME path=/DIRECTORY.');
    const listing = new ClientListing(context);
    await services.peers.listDirectory({
      client,
      directory: parsePrintablePath(path),
      onListing: listing.add,
      async onMessage(message) {
        if (message.type === 'Skipped') return;
        await listing.end();
        await context.print(messageLine({ ...message, from: client.name, jobId: 0 }));
      },
    });
    await listing.end();
  },
};
