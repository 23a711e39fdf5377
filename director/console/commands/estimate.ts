import { withCommas } from '../../../text/numbers.ts';
import { messageLine } from '../../messages/message-line.ts';
import { announceCatalog } from '../catalog-line.ts';
import { chooseResource, resourceOnLine } from '../choose-resource.ts';
import { ClientListing } from '../client-listing.ts';
import { CommandError } from '../command-error.ts';
import { connectingTo } from '../connecting-to.ts';
import type { Command } from '../command.ts';
import { applyLine, effectiveLevel, RUN_KEYWORDS, type RunDraft } from '../run-draft.ts';

export const estimate: Command = {
  name: 'estimate',
  description: 'Count what a job would save; listing names it',
  keywords: {
    job: 'job',
    client: 'client',
    fileset: 'fileset',
    level: RUN_KEYWORDS.level!,
    accurate: ['yes', 'no'],
    since: 'text',
    listing: 'flag',
    limit: 'text',
  },
  async run(context) {
    const { line, services, say } = context;
    const draft: RunDraft = {
      job: resourceOnLine(context, 'Job', 'job') ?? (await chooseResource(context, 'Job')),
      startedBy: '',
    };
    applyLine(context, draft);
    const job = {
      ...draft.job,
      client: draft.client ?? draft.job.client,
      fileSet: draft.fileSet ?? draft.job.fileSet,
      accurate: draft.accurate ?? draft.job.accurate,
    };
    const { client } = job;
    if (job.type !== 'Backup' || !client) {
      throw new CommandError(`Job "${job.name}" is no backup`, 'Name a Job of type Backup.');
    }
    await announceCatalog(context, 'jobs', 'by resource');
    await say(connectingTo(client));
    const listing = line.has('listing') ? new ClientListing(context, line.integer('limit')) : undefined;
    const { files, bytes } = await services.peers.estimate({
      job,
      level: effectiveLevel(draft),
      since: draft.since,
      ...(listing && { onListing: listing.add }),
      async onMessage(message) {
        // As the Messages of the samples have it: what the FileSet leaves out is no news.
        if (message.type === 'Skipped') return;
        await listing?.end();
        await context.print(messageLine({ ...message, from: client.name, jobId: 0 }));
      },
    });
    await listing?.end();
    await say(`2000 OK estimate files=${withCommas(files)} bytes=${withCommas(bytes)}`);
  },
};
