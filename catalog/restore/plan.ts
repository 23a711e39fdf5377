import { randomInt } from 'node:crypto';
import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import { CatalogError } from '../catalog-error.ts';
import type { Connection } from '../connection.ts';
import { chainOf } from '../directory.ts';
import { attributesOfType } from '../file-attributes.ts';
import type { RestorePlan, RestoreSelection } from '../inputs.ts';
import { addStandIns } from './links.ts';
import { PLAN_TABLES } from './plan-tables.ts';
import { resolveRules } from './rules.ts';
import { Selection } from './selection.ts';
import { neededVolumes } from './volumes.ts';

const PLAN_TOTALS = `
  SELECT count(*) AS files, coalesce(sum(iif(f.Attributes >= :first AND f.Attributes < :end, f.Size, 0)), 0) AS bytes
    FROM PlanEntry e
    CROSS JOIN PlanJob j ON j.PlanId = e.PlanId AND j.JobRank = e.JobRank
    CROSS JOIN FileEntry f ON f.FileId = (j.JobId << 32) | e.FileIndex
   WHERE e.PlanId = :planId`;

/**
 * Works out what a restore has to read: the newest version over the jobs of all that the rules select. The plan is
 * kept in temporary tables until it is closed, or the thread ends.
 */
export function openRestorePlan(db: Connection, { jobIds, rules }: RestoreSelection): RestorePlan {
  db.execute(PLAN_TABLES);
  const chain = chainOf(db, jobIds);
  if (chain.length === 0) {
    throw new CatalogError('CAT_NOT_FOUND', `None of the jobs ${jobIds.join(', ')} is in the catalog`);
  }
  // Not counted up: a plan of a thread that was lost must not be taken for one of its successor's.
  const planId = randomInt(2 ** 47);
  chain.forEach((jobId, jobRank) => {
    db.run('INSERT INTO PlanJob VALUES (:planId, :jobRank, :jobId)', { planId, jobRank, jobId });
  });
  new Selection(db, { planId, chain, rules: resolveRules(rules) }).fill();
  addStandIns(db, planId);
  const totals = db.get<{ files: number; bytes: number }>(PLAN_TOTALS, {
    planId,
    ...attributesOfType(FileType.REGULAR),
  });
  return { planId, files: totals?.files ?? 0, bytes: totals?.bytes ?? 0, volumes: neededVolumes(db, planId, chain) };
}

/** Closing a plan that is not there (any more) is no error. */
export function closeRestorePlan(db: Connection, planId: number): void {
  db.execute(PLAN_TABLES);
  for (const table of ['PlanStandIn', 'PlanEntry', 'PlanJob']) {
    db.run(`DELETE FROM ${table} WHERE PlanId = :planId`, { planId });
  }
}
