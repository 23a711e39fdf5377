import { onlyOrOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { wantsJson } from '../listing.ts';
import { statusClient, statusStorage } from '../status-daemons.ts';
import { clientRecords, directorRecords, storageRecords, type StatusRecord } from '../status-records.ts';

const SECTIONS = ['header', 'running', 'terminated', 'scheduled', 'devices'] as const;

/** The code with which each kind of daemon begins its answer about jobs. */
const OK_CODES = { director: 1000, client: 2000, storage: 3000 } as const;

/**
 * `.status dir|client=|storage= header|running|terminated|scheduled|devices`: `key=value` lines, and a blank one behind each
 * job. `current` and `last` instead: a line for each job that runs, or for the last that ended. Without a section the header
 * of the Director, or what `status` says of another daemon.
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
    const client = onlyOrOnLine(context, 'Client', 'client');
    const storage = onlyOrOnLine(context, 'Storage', 'storage');
    const section = SECTIONS.find((word) => line.has(word));
    const aboutJobs = line.has('current', 'last');
    if (client && section === undefined && !aboutJobs) return statusClient(context, client);
    if (storage && section === undefined && !aboutJobs) return statusStorage(context, storage);
    const sections = client
      ? await clientRecords(context, client)
      : storage
        ? await storageRecords(context, storage)
        : await directorRecords(context);
    if (aboutJobs) {
      const jobs = line.has('current') ? sections.running : sections.terminated.slice(-1);
      return printJobs(context, client ? 'client' : storage ? 'storage' : 'director', jobs);
    }
    const records = sections[section ?? 'header'];
    if (!records) throw new CommandError(`that daemon has nothing to say of ${section}`);
    await print(context, section ?? 'header', records);
  },
};

/** What a daemon does not say of a job, its status and errors so far, the Director knows of its own jobs. */
async function printJobs(
  context: CommandContext,
  daemon: keyof typeof OK_CODES,
  jobs: readonly StatusRecord[],
): Promise<void> {
  if (wantsJson(context)) return context.print(`${JSON.stringify(jobs)}\n`);
  const { services, say } = context;
  const running = new Map(services.jobs.running().map(({ jobId, status }) => [jobId, status]));
  await say(`${OK_CODES[daemon]} OK .status`);
  for (const job of jobs) {
    const jobId = Number(job.jobid);
    const status = job.status ?? running.get(jobId) ?? 'R';
    const errors = job.errors ?? (await services.catalog.jobById(jobId))?.jobErrors ?? 0;
    await say(`JobId=${jobId} JobStatus=${status} JobErrors=${errors}`);
  }
}

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
