import type { FoundFile, JobRow } from '../../catalog/rows.ts';
import type { CommandContext } from './command.ts';

/** Files fetched and printed together. */
const PAGE_FILES = 1000;

/** A version of a file, with the job that saved it. */
export interface FoundVersion {
  readonly job: JobRow;
  readonly file: FoundFile;
}

/** Pages of the files that a pattern fits in these jobs, job by job in their order. None of them is held longer than it takes. */
export async function* versionsFound(
  { services, signal }: Pick<CommandContext, 'services' | 'signal'>,
  jobs: Iterable<JobRow>,
  pattern: string,
): AsyncGenerator<FoundVersion[]> {
  for (const job of jobs) {
    let after: number | undefined;
    do {
      signal.throwIfAborted();
      const page = await services.catalog.findFiles({ jobId: job.jobId, pattern, after, limit: PAGE_FILES });
      yield page.files.map((file) => ({ job, file }));
      after = page.next;
    } while (after !== undefined);
  }
}
