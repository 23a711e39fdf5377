import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { printablePath } from '../../text/printable.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { jobIdsOnLine } from './jobs-on-line.ts';
import { PagedListing, type Columns, type ListForm } from './listing.ts';

/** Files fetched and printed together. */
const PAGE_FILES = 2000;

/** The column is at least so wide, since later pages may have longer names than the first. */
const WIDTH_MIN = 80;

const COLUMNS: Columns<FileRecord> = [['Filename', ({ path }) => printablePath(path)]];

/** `list files jobid=`: page by page, since a job may have millions. */
export async function printFiles(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, signal } = context;
  const jobIds = await jobIdsOnLine(context);
  if (jobIds === undefined) throw new CommandError('of which job is not said', 'Add jobid=NUMBER.');
  const kind = line.value('type')?.toLowerCase() ?? 'saved';
  if (kind !== 'saved' && kind !== 'deleted' && kind !== 'all') {
    throw new CommandError(`"type=${kind}" is neither all nor deleted`);
  }
  const listing = new PagedListing(context, form, COLUMNS, { Filename: WIDTH_MIN });
  for (const jobId of jobIds) {
    let after;
    do {
      signal.throwIfAborted();
      const page = await services.catalog.filesPage({ jobId, kind, after, limit: PAGE_FILES });
      await listing.add(page.files);
      after = page.next;
    } while (after !== undefined);
  }
  await listing.end();
}
