import type { Migration } from './migration.ts';

/** What volumes need to come back into use. ActionOnPurge: 1 = truncate the file when no job is left on the volume. */
export const lifeCycle: Migration = {
  version: 2,
  sql: `
ALTER TABLE VolumePool ADD COLUMN UseOnce INTEGER NOT NULL DEFAULT 0;
ALTER TABLE VolumePool ADD COLUMN ActionOnPurge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE VolumePool ADD COLUMN RecyclePoolId INTEGER NOT NULL DEFAULT 0;
ALTER TABLE VolumePool ADD COLUMN ScratchPoolId INTEGER NOT NULL DEFAULT 0;

ALTER TABLE Volume ADD COLUMN ActionOnPurge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE Volume ADD COLUMN RecyclePoolId INTEGER NOT NULL DEFAULT 0;
ALTER TABLE Volume ADD COLUMN ScratchPoolId INTEGER NOT NULL DEFAULT 0;
ALTER TABLE Volume ADD COLUMN Comment TEXT NOT NULL DEFAULT '';

CREATE TABLE Counters (
  Counter TEXT PRIMARY KEY,
  MinValue INTEGER NOT NULL,
  MaxValue INTEGER NOT NULL,
  CurrentValue INTEGER NOT NULL,
  WrapCounter TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Retentions count from there.
CREATE INDEX JobRunByAge ON JobRun (ClientId, JobTDate);
`,
};
