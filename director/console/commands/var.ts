import { JobNames } from '../../jobs/job-names.ts';
import { labelValue } from '../../jobs/label-values.ts';
import { expandVariables } from '../../volumes/label-variables.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/** Shows what a Label Format would give for a Job; no Counter moves on. */
export const variable: Command = {
  name: 'var',
  description: 'Expand a Label Format for a Job: var [job=NAME] TEXT',
  keywords: 'rest',
  async run(context) {
    const { line, services, session, conf, now, say } = context;
    const [, jobName, text = ''] = /^(?:job=(\S+)\s*)?(.*)$/s.exec(line.rest) ?? [];
    if (text === '') throw new CommandError('what to expand is missing', 'Write for example var $Job-$Year.');
    const job = jobName === undefined ? conf().jobs[0] : resourceNamed(context, 'Job', jobName);
    if (!job) throw new CommandError('there is no Job to expand it for', 'Define one and reload.');
    const [pool] = await services.catalog.listPools({ name: job.pool.name });
    const facts = {
      job: {
        name: job.name,
        job: new JobNames().next(job.name, now()),
        jobId: 0,
        level: job.level ?? '',
        type: job.type,
        clientName: job.client.name,
        storageName: job.storage[0]?.name ?? '',
        catalogName: job.client.catalog.name,
      },
      directorName: services.name,
      mediaType: job.storage[0]?.mediaType ?? '',
      pool: { name: job.pool.name, numVols: pool?.numVols ?? 0 },
      now: now(),
      counters: conf().counters,
      catalog: services.catalog,
      // The Director's environment may hold what a named console is not to know.
      environment: session.consoleName === undefined ? process.env : {},
    };
    const value = await expandVariables(
      text,
      (name) => labelValue(name, 'value', facts),
      (problem) => new CommandError(problem, 'See Label Format in docs/conf.'),
    );
    await say(value);
  },
};
