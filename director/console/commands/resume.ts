import type { Command } from '../command.ts';
import { ENDED_KEYWORDS, endsOnLine } from '../ended-backups.ts';
import { restartJobs } from './restart-jobs.ts';
import { resumeJobs } from './resume-jobs.ts';

/** Lets incomplete backups go on from what they have saved. What failed or was canceled has nothing to go on from: it is run anew. */
export const resume: Command = {
  name: 'resume',
  description: 'Resume a job that is incomplete',
  keywords: {
    ...ENDED_KEYWORDS,
    storage: 'storage',
    when: 'text',
    priority: 'text',
    comment: 'text',
    spooldata: ['yes', 'no'],
    yes: 'flag',
  },
  async run(context) {
    const ends = endsOnLine(context);
    if (ends === '' || ends === 'I') await resumeJobs(context);
    else await restartJobs(context, ends);
  },
};
