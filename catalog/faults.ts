import type { Connection } from './connection.ts';

/** Something in the catalog that cannot be right. */
export interface Fault {
  readonly text: string;
  /** A repair removes it; nothing that could be restored is lost. */
  readonly isRepairable: boolean;
}

/** Rows whose owner is gone. */
interface Orphans {
  readonly what: string;
  readonly table: string;
  readonly where: string;
}

const NO_JOB = 'JobId NOT IN (SELECT JobId FROM JobRun)';
const NO_VOLUME = 'MediaId NOT IN (SELECT MediaId FROM Volume)';

const ORPHANS: readonly Orphans[] = [
  { what: 'runs of files without a job', table: 'FileRun', where: NO_JOB },
  { what: 'deleted files without a job', table: 'DeletedFile', where: NO_JOB },
  { what: 'directories on the way without a job', table: 'ImpliedDirectory', where: NO_JOB },
  { what: 'runs of blocks without a job', table: 'BlockRun', where: NO_JOB },
  { what: 'runs of blocks without a volume', table: 'BlockRun', where: NO_VOLUME },
  { what: 'JobMedia records without a job', table: 'JobMedia', where: NO_JOB },
  { what: 'JobMedia records without a volume', table: 'JobMedia', where: NO_VOLUME },
  { what: 'log lines without a job', table: 'JobLog', where: `JobId <> 0 AND ${NO_JOB}` },
];

/** What no repair can put right: each selects `text`. */
const CONTRADICTIONS = [
  `SELECT 'JobId ' || JobId || ' names client ' || ClientId || ', which is not there' AS text
     FROM JobRun WHERE ClientId NOT IN (SELECT ClientId FROM Client)`,
  `SELECT 'JobId ' || JobId || ' names FileSet ' || FileSetId || ', which is not there' AS text
     FROM JobRun WHERE FileSetId <> 0 AND FileSetId NOT IN (SELECT FileSetId FROM FileSetVersion)`,
  `SELECT 'Volume "' || VolumeName || '" names pool ' || PoolId || ', which is not there' AS text
     FROM Volume WHERE PoolId NOT IN (SELECT PoolId FROM VolumePool)`,
  `SELECT 'JobId ' || JobId || ' has ' || Found || ' files here, its end says ' || JobFiles AS text
     FROM (SELECT JobId, JobFiles,
                  (SELECT coalesce(sum(FileCount), 0) FROM FileRun r WHERE r.JobId = j.JobId) +
                  (SELECT count(*) FROM DeletedFile d WHERE d.JobId = j.JobId) AS Found
             FROM JobRun j WHERE Type = 'B' AND JobStatus = 'T' AND PurgedFiles = 0)
    WHERE Found <> JobFiles`,
  `SELECT 'JobId ' || JobId || ' has files, and no blocks that hold them' AS text
     FROM JobRun
    WHERE Type = 'B' AND JobStatus = 'T'
      AND JobId IN (SELECT JobId FROM FileRun) AND JobId NOT IN (SELECT JobId FROM BlockRun)`,
];

/** What SQLite itself finds: "ok" alone, or a line for each damage, a hundred at most. */
const INTEGRITY = 'PRAGMA integrity_check';

export function findFaults(db: Connection): Fault[] {
  const damage = db.all<{ integrity_check: string }>(INTEGRITY).map((row) => row.integrity_check);
  const contradictions = CONTRADICTIONS.flatMap((sql) => db.all<{ text: string }>(sql));
  const lasting = [...damage.filter((text) => text !== 'ok'), ...contradictions.map(({ text }) => text)];
  const orphans = ORPHANS.flatMap(({ what, table, where }): Fault[] => {
    const count = db.value<number>(`SELECT count(*) FROM ${table} WHERE ${where}`) ?? 0;
    return count === 0 ? [] : [{ text: `${count} ${what}`, isRepairable: true }];
  });
  return [...lasting.map((text) => ({ text, isRepairable: false })), ...orphans];
}

/** Removes all orphans. */
export function repair(db: Connection): void {
  for (const { table, where } of ORPHANS) db.run(`DELETE FROM ${table} WHERE ${where}`);
}
