/**
 * Temporary tables of restore plans. A job's place in its chain, oldest first, is its rank; with the index of a file
 * within its job it gives the order in which a restore reads.
 *
 *     PlanJob        the chain
 *     PlanEntry      what is restored; PathId: the directory it goes to
 *     PlanStandIn    entries that are restored under another name than their own (links.ts)
 *     PlanDirectory  while the plan is made: directories to look into; Inherited: what the rules say of their contents
 *     PlanRule       while the plan is made: single entries for which a rule decides
 */
export const PLAN_TABLES = `
CREATE TEMP TABLE IF NOT EXISTS PlanJob (
  PlanId INTEGER, JobRank INTEGER, JobId INTEGER, PRIMARY KEY (PlanId, JobRank)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanEntry (
  PlanId INTEGER, JobRank INTEGER, FileIndex INTEGER, PathId INTEGER,
  PRIMARY KEY (PlanId, JobRank, FileIndex)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanStandIn (
  PlanId INTEGER, JobRank INTEGER, FileIndex INTEGER, Name BLOB,
  PRIMARY KEY (PlanId, JobRank, FileIndex)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanDirectory (
  Path BLOB PRIMARY KEY, PathId INTEGER, Inherited INTEGER, Segment INTEGER) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanRule (
  PathId INTEGER, Name BLOB, Marked INTEGER, PRIMARY KEY (PathId, Name)) WITHOUT ROWID;
DELETE FROM PlanDirectory;
DELETE FROM PlanRule;
`;
