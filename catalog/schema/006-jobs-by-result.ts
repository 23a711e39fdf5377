import type { Migration } from './migration.ts';

/**
 * What levels, chains and retention ask for is found without a look at the past of the job or client. Good backups are those
 * of GOOD_BACKUP (job-rows.ts), in the same words.
 */
export const jobsByResult: Migration = {
  version: 6,
  sql: `
CREATE INDEX GoodBackupOfFileSet ON JobRun (ClientId, FileSetId, Level, StartTime)
  WHERE Type = 'B' AND JobStatus IN ('T', 'W');
CREATE INDEX GoodBackupByAge ON JobRun (ClientId, PurgedFiles, JobTDate)
  WHERE Type = 'B' AND JobStatus IN ('T', 'W');
CREATE INDEX OtherJobByAge ON JobRun (ClientId, PurgedFiles, JobTDate)
  WHERE NOT (Type = 'B' AND JobStatus IN ('T', 'W'));
DROP INDEX JobRunByAge;
DROP INDEX JobRunOfFileSet;
CREATE INDEX JobRunOfClient ON JobRun (ClientId);
`,
};
