import type { Migration } from './migration.ts';

/** What the line of a run said of accurate=, for a backup that goes on or is restarted; NULL: what its Job says. */
export const accurateOfRuns: Migration = {
  version: 5,
  sql: 'ALTER TABLE JobRun ADD COLUMN Accurate INTEGER;',
};
