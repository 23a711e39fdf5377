import type { Command } from '../command.ts';
import { END_KEYWORDS, endJobs } from '../end-jobs.ts';

/** Ends backups so that they can go on later from what they have saved; one that has saved nothing yet is cancelled. */
export const stop: Command = {
  name: 'stop',
  description: 'Stop a job',
  keywords: END_KEYWORDS,
  run: (context) =>
    endJobs(context, { verb: 'stop', done: 'stopped' }, (jobId, reason) =>
      context.services.jobs.stopJob(jobId, reason),
    ),
};
