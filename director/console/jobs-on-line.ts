import type { CommandContext } from './command.ts';
import { parseNumberList } from './number-list.ts';
import { jobNameOf } from './terminated-table.ts';

/**
 * The JobIds that the line asks about, with `jobid=` or by the unique name of one job with `ujobid=`: none when there is no job
 * of that name. Undefined when the line names no job.
 * @throws CommandError when `jobid=` is no list of numbers.
 */
export async function jobIdsOnLine({
  line,
  services,
}: Pick<CommandContext, 'line' | 'services'>): Promise<number[] | undefined> {
  const jobIds = line.value('jobid');
  if (jobIds !== undefined) return parseNumberList('jobid', jobIds);
  const uniqueName = line.value('ujobid');
  if (uniqueName === undefined) return undefined;
  const runs = await services.catalog.listJobs({ name: jobNameOf(uniqueName) });
  return runs.filter(({ job }) => job === uniqueName).map(({ jobId }) => jobId);
}
