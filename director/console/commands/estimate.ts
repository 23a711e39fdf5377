import { formatDateTime } from '../../../text/civil-time.ts';
import { withCommas } from '../../../text/numbers.ts';
import { printablePath } from '../../../text/printable.ts';
import type { ListedFile } from '../../daemons/client-estimate.ts';
import { messageLine } from '../../messages/message-line.ts';
import { announceCatalog } from '../catalog-line.ts';
import { chooseResource, resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import { connectingTo } from '../connecting-to.ts';
import type { Command, CommandContext } from '../command.ts';
import { modeText } from '../../../text/mode-text.ts';
import { applyLine, effectiveLevel, RUN_KEYWORDS, type RunDraft } from '../run-draft.ts';

/** Lines of a listing that are sent together. */
const LISTING_CHUNK = 1000;

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
    const listing = line.has('listing') ? new Listing(context) : undefined;
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

/** Prints entries in the order they come, many lines at a time. */
class Listing {
  readonly #context: CommandContext;
  #lines: string[] = [];
  #printed: Promise<void> = Promise.resolve();

  constructor(context: CommandContext) {
    this.#context = context;
  }

  readonly add = (file: ListedFile): void => {
    const { path, mode, linkCount, uid, gid, sizeBytes, mtimeSeconds } = file;
    this.#lines.push(
      `${modeText(mode)} ${String(linkCount).padStart(3)} ${String(uid).padEnd(8)} ${String(gid).padEnd(8)} ` +
        `${String(sizeBytes).padStart(18)} ${formatDateTime(new Date(mtimeSeconds * 1000))}  ${printablePath(path)}\n`,
    );
    if (this.#lines.length >= LISTING_CHUNK) this.#flush();
  };

  /** Prints what has come so far. */
  async end(): Promise<void> {
    this.#flush();
    await this.#printed;
  }

  #flush(): void {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#printed = this.#printed.then(() => this.#context.print(text));
  }
}
