import type { Command } from '../command.ts';
import { END_KEYWORDS, endJobs } from '../end-jobs.ts';

export const cancel: Command = {
  name: 'cancel',
  description: 'Cancel a job',
  keywords: END_KEYWORDS,
  run: (context) =>
    endJobs(context, { verb: 'cancel', done: 'canceled' }, (jobId, reason) =>
      context.services.jobs.cancel(jobId, reason),
    ),
};
