import type { Migration } from './migration.ts';

/** Copies are looked for by their originals. */
export const copies: Migration = {
  version: 3,
  sql: `
CREATE INDEX JobRunCopies ON JobRun (PriorJobId, JobId) WHERE Type = 'C';
`,
};
