import type { Migration } from './migration.ts';

/** A bootstrap file names sessions: their jobs are found without a look at all jobs (`jobOfSession`, in the same words). */
export const jobsBySession: Migration = {
  version: 8,
  sql: `
CREATE INDEX JobRunBySession ON JobRun (VolSessionTime, VolSessionId) WHERE Type IN ('B', 'C');
`,
};
