import { randomInt } from 'node:crypto';
import { CatalogError } from '../catalog-error.ts';
import { chainOf } from '../chain.ts';
import type { Connection } from '../connection.ts';
import type { RestorePlan, RestoreSelection } from '../inputs.ts';
import type { NeededVolume, VolumeStretch } from '../rows.ts';
import { addStandIns } from './links.ts';
import { emptyPlanTables, makePlanTables } from './plan-tables.ts';
import { fileFilter } from './file-filter.ts';
import { resolveRules } from './rules.ts';
import { Selection } from './selection.ts';
import { volumeStretches } from './volumes.ts';

/**
 * Works out what a restore has to read: the newest version over the jobs of all that the rules take. The plan is kept in
 * temporary tables until it is closed, or the thread ends.
 * @throws CatalogError CAT_NOT_FOUND when none of the jobs exists.
 */
export function openRestorePlan(
  db: Connection,
  { jobIds, rules, within = [] }: RestoreSelection,
): RestorePlan {
  const chain = chainOf(db, jobIds);
  if (chain.jobIds.length === 0) {
    throw new CatalogError('CAT_NOT_FOUND', `None of the jobs ${jobIds.join(', ')} is in the catalog`);
  }
  makePlanTables(db);
  // Not counted up: a plan of a thread that was lost must not be taken for one of its successor's.
  const planId = randomInt(2 ** 47);
  chain.jobIds.forEach((jobId, jobRank) => {
    db.run('INSERT INTO PlanJob VALUES (:planId, :jobRank, :jobId)', { planId, jobRank, jobId });
  });
  const selection = new Selection(db, {
    ...{ planId, chain, rules: resolveRules(db, rules) },
    counts: fileFilter(db, chain, within),
  });
  selection.fill();
  const bytes = selection.bytes + addStandIns(db, planId, chain);
  const stretches = volumeStretches(db, planId, chain);
  return { planId, files: selection.files, bytes, volumes: volumesOf(stretches), stretches };
}

/** Closing a plan that is not there (any more) is no error. */
export function closeRestorePlan(db: Connection, planId: number): void {
  makePlanTables(db);
  emptyPlanTables(db, planId);
}

function volumesOf(stretches: readonly VolumeStretch[]): NeededVolume[] {
  const volumes = new Map<string, NeededVolume>();
  for (const { volumeName, mediaType, storageId } of stretches) {
    if (!volumes.has(volumeName)) volumes.set(volumeName, { volumeName, mediaType, storageId });
  }
  return [...volumes.values()];
}
