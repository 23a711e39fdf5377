import { levelLetter } from '../../jobs/job-codes.ts';
import { resourceOnLine } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/** Good runs that a prediction goes by. */
const RUNS = 10;

/** What the next run of a Job will come to, going by its last good ones. */
export const dotEstimate: Command = {
  name: '.estimate',
  description: '',
  keywords: { job: 'job', level: 'text' },
  async run(context) {
    const { line, services, print } = context;
    const job = resourceOnLine(context, 'Job', 'job');
    if (!job) throw new CommandError('of which Job is not said', 'Write .estimate job=NAME.');
    const word = line.value('level') ?? job.level ?? 'Full';
    const level = levelLetter(word) ?? word;
    const runs = (await services.catalog.listJobs({ name: job.name, level, order: 'desc', ended: true }))
      .filter(({ jobStatus }) => 'TW'.includes(jobStatus))
      .slice(0, RUNS);
    const mean = (values: readonly number[]) =>
      values.length === 0 ? 0 : Math.round(values.reduce((sum, one) => sum + one, 0) / values.length);
    const seconds = runs.map(
      ({ startTime, endTime }) => ((endTime?.getTime() ?? 0) - (startTime?.getTime() ?? 0)) / 1000,
    );
    await print(
      `level=${level}\nnbjob=${runs.length}\njobbytes=${mean(runs.map(({ jobBytes }) => jobBytes))}\n` +
        `jobfiles=${mean(runs.map(({ jobFiles }) => jobFiles))}\nduration=${mean(seconds)}\njob=${job.name}\n`,
    );
  },
};
