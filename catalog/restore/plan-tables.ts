import type { Connection } from '../connection.ts';

/**
 * Temporary tables of restore plans. A job's place in its chain, oldest first, is its rank; with the index of a file
 * within its job it gives the order in which a restore reads.
 *
 *     PlanJob        the chain
 *     PlanRange      files FirstIndex to LastIndex of a job are restored; PathId: the directory they go to
 *     PlanLink       hard links among them
 *     PlanStandIn    files that are restored under another name than their own (links.ts)
 *     PlanMoved      of a copy: new indexes of files that hard links may point to (copy-page.ts)
 *     PlanDirectory  while the plan is made: directories to look into, and whether the rules take what they hold
 */
const TABLES = `
CREATE TEMP TABLE IF NOT EXISTS PlanJob (
  PlanId INTEGER, JobRank INTEGER, JobId INTEGER, PRIMARY KEY (PlanId, JobRank)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanRange (
  PlanId INTEGER, JobRank INTEGER, FirstIndex INTEGER, LastIndex INTEGER, PathId INTEGER,
  PRIMARY KEY (PlanId, JobRank, FirstIndex)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanLink (
  PlanId INTEGER, JobRank INTEGER, FileIndex INTEGER, PRIMARY KEY (PlanId, JobRank, FileIndex)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanStandIn (
  PlanId INTEGER, JobRank INTEGER, FileIndex INTEGER, Name BLOB,
  PRIMARY KEY (PlanId, JobRank, FileIndex)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanMoved (
  PlanId INTEGER, JobRank INTEGER, FileIndex INTEGER, NewIndex INTEGER,
  PRIMARY KEY (PlanId, JobRank, FileIndex)) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS PlanDirectory (
  PlanId INTEGER, PathId INTEGER, IsTaken INTEGER, RootId INTEGER, PRIMARY KEY (PlanId, PathId)) WITHOUT ROWID;
`;

/** Must come before any other statement on them: they belong to the connection. */
export function makePlanTables(db: Connection): void {
  db.execute(TABLES);
}

export function emptyPlanTables(db: Connection, planId: number): void {
  for (const table of ['PlanJob', 'PlanRange', 'PlanLink', 'PlanStandIn', 'PlanMoved', 'PlanDirectory']) {
    db.run(`DELETE FROM ${table} WHERE PlanId = :planId`, { planId });
  }
}
