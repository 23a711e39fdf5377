import { checkArguments } from '../check-arguments.ts';
import type { Command } from '../command.ts';
import { ENDED_KEYWORDS, endsOnLine } from '../ended-backups.ts';
import { restartJobs } from './restart-jobs.ts';
import { resumeJobs } from './resume-jobs.ts';
import { RUN_KEYWORDS } from '../run-draft.ts';
import { resume } from './resume.ts';
import { withoutProse } from './run.ts';

/** Runs a backup that failed, or any other, again with the settings it had; an incomplete one that is called so goes on. */
export const restart: Command = {
  name: 'restart',
  description: 'Run a job again that failed or was canceled',
  keywords: { ...ENDED_KEYWORDS, ...RUN_KEYWORDS, yes: 'flag' },
  async run(context) {
    const ends = endsOnLine(context);
    if (ends !== 'I') return restartJobs(context, ends);
    checkArguments({ ...resume, name: 'restart incomplete' }, context.line);
    return resumeJobs(withoutProse(context));
  },
};
