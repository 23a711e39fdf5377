import type { Catalog } from '../../catalog/catalog.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { DirectorConf, MessagesResource } from '../../configuration/director-conf.ts';
import { endedCodes } from '../jobs/job-substitution.ts';
import { endedWell } from '../reports/termination.ts';
import { isMail, JobMessages } from './job-messages.ts';
import { removeSpools } from './mail-spool.ts';
import type { MessageOutlets } from './outlets.ts';

/** A job that had not ended when the Director died, and what is said of it. */
export interface DiedJob {
  readonly row: JobRow;
  readonly text: string;
}

export interface LeftMailsOptions {
  readonly conf: DirectorConf;
  readonly catalog: Pick<Catalog, 'listJobs'>;
  readonly outlets: MessageOutlets;
  readonly directorName: string;
  readonly workingDirectory: string;
  /** Where mails of Jobs go that the conf does not hold any more. */
  readonly messages: MessagesResource;
}

/** A Job has no more runs than this between its end and the sending of its mail. */
const RUNS_MAX = 100;

/**
 * The mails that a Director owed when it died: of the jobs that died with it, and of those that had just ended. Each goes
 * on from what had been collected. One that was being sent is not sent again: at most one mail for each job and destination.
 */
export class LeftMails {
  readonly #mails: readonly { readonly messages: JobMessages; readonly row: JobRow }[];

  private constructor(mails: readonly { readonly messages: JobMessages; readonly row: JobRow }[]) {
    this.#mails = mails;
  }

  /**
   * To be called before any new job. `died`: the jobs that died, and what is to be said of each. `left`: unique names of
   * jobs with mails that wait; those of jobs that nobody knows any more are removed.
   */
  static async collect(
    { died, left }: { readonly died: readonly DiedJob[]; readonly left: ReadonlySet<string> },
    options: LeftMailsOptions,
  ): Promise<LeftMails> {
    const mails: { readonly messages: JobMessages; readonly row: JobRow }[] = [];
    for (const { row, text } of died) {
      const messages = mailsOf(row, options);
      await messages.resume();
      await messages.add('Error', text);
      mails.push({ messages, row });
    }
    const hasDied = new Set(died.map(({ row }) => row.job));
    for (const job of left) {
      if (hasDied.has(job)) continue;
      const row = await rowOf(job, options);
      if (!row) {
        await removeSpools(options.workingDirectory, job);
        continue;
      }
      const messages = mailsOf(row, options);
      await messages.resume();
      mails.push({ messages, row });
    }
    return new LeftMails(mails);
  }

  /** One after the other; the next start of the Director takes up what is left when `signal` aborts. Never rejects. */
  async send(signal: AbortSignal): Promise<void> {
    for (const { messages, row } of this.#mails) {
      if (signal.aborted) return;
      await messages.finish({ endedWell: endedWell(row.jobStatus) });
    }
  }
}

function mailsOf(row: JobRow, options: LeftMailsOptions): JobMessages {
  const { conf, outlets, directorName, workingDirectory } = options;
  const resource = conf.jobs.find(({ name }) => name === row.name)?.messages ?? options.messages;
  return new JobMessages({
    ...{ jobId: row.jobId, job: row.job, directorName, outlets, workingDirectory },
    resource: { ...resource, destinations: resource.destinations.filter(isMail) },
    codes: () => endedCodes(row, conf, directorName),
  });
}

/** Undefined: what was collected is of no job, or of one that the catalog does not hold. */
async function rowOf(job: string, { conf, catalog }: LeftMailsOptions): Promise<JobRow | undefined> {
  const resource = conf.jobs.find(({ name }) => job.startsWith(`${name.replaceAll(' ', '_')}.`));
  if (!resource) return undefined;
  const rows = await catalog.listJobs({ name: resource.name, limit: RUNS_MAX, order: 'desc' });
  return rows.find((row) => row.job === job);
}
