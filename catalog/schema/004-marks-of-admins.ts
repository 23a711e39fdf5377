import type { Migration } from './migration.ts';

/** What admins note of jobs, clients and volumes; it goes with what it is noted of. Names are Bacula's. */
export const marksOfAdmins: Migration = {
  version: 4,
  sql: `
ALTER TABLE JobRun ADD COLUMN Reviewed INTEGER NOT NULL DEFAULT 0;

CREATE TABLE TagJob (
  JobId INTEGER NOT NULL REFERENCES JobRun ON DELETE CASCADE,
  Tag TEXT NOT NULL,
  PRIMARY KEY (JobId, Tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE TagClient (
  ClientId INTEGER NOT NULL REFERENCES Client ON DELETE CASCADE,
  Tag TEXT NOT NULL,
  PRIMARY KEY (ClientId, Tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE TagMedia (
  MediaId INTEGER NOT NULL REFERENCES Volume ON DELETE CASCADE,
  Tag TEXT NOT NULL,
  PRIMARY KEY (MediaId, Tag)
) STRICT, WITHOUT ROWID;
`,
};
