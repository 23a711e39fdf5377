import type { Catalog } from '../../catalog/catalog.ts';
import type { BackupSeries } from '../../catalog/inputs.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { JobResource } from '../../configuration/director-conf.ts';
import { isBackupLevel, type BackupLevel } from './job-codes.ts';
import { decideLevel, type EarlierRun, type LevelDecision } from './level-decision.ts';

export type LevelCatalog = Pick<
  Catalog,
  'anyFullForOtherFileSet' | 'failedSince' | 'lastGoodBackup' | 'lastGoodFull'
>;

/** Decides the level of a backup by what the catalog says now. */
export async function lookUpLevel(
  catalog: LevelCatalog,
  question: {
    readonly job: JobResource;
    readonly requested: BackupLevel;
    /** Given with the run: holds at any level but Full, whatever was saved before. */
    readonly since?: Date | undefined;
    readonly fileSetName: string;
    readonly clientId: number;
    readonly fileSetId: number;
    readonly now: Date;
  },
): Promise<LevelDecision> {
  const { job, requested, since, fileSetName, clientId, fileSetId, now } = question;
  if (requested === 'F') return { level: 'F', messages: [] };
  if (since) return { level: requested, since, messages: [] };
  const series: BackupSeries = { jobName: job.name, clientId, fileSetId };
  const lastFull = earlierRun(await catalog.lastGoodFull(series));
  const lastDifferential = earlierRun(await catalog.lastGoodBackup({ ...series, levels: ['D'] }));
  const lastGoodRow = await catalog.lastGoodBackup({ ...series, levels: ['F', 'D', 'I'] });
  const lastGood = earlierRun(lastGoodRow);
  const failedAfter = lastGoodRow?.endTime ?? new Date(0);
  const failed = job.reRunFailedLevels ? await catalog.failedSince({ ...series, after: failedAfter }) : [];
  return decideLevel({
    requested,
    now,
    fileSetName,
    fullOfOtherFileSet: lastFull === undefined && (await catalog.anyFullForOtherFileSet(series)),
    failedLevels: failed.map(({ level }) => level).filter(isBackupLevel),
    maxFullIntervalSeconds: job.maxFullInterval,
    maxDiffIntervalSeconds: job.maxDiffInterval,
    reRunFailedLevels: job.reRunFailedLevels,
    ...(lastFull && { lastFull }),
    ...(lastDifferential && { lastDifferential }),
    ...(lastGood && { lastGood }),
  });
}

/**
 * The run that a backup of this level was built on when it started: its since time is the start of that. Undefined for a
 * Full, and when that run is no longer in the catalog.
 */
export async function lookUpReference(
  catalog: Pick<LevelCatalog, 'lastGoodBackup' | 'lastGoodFull'>,
  { level, before, ...series }: BackupSeries & { readonly level: BackupLevel; readonly before: Date },
): Promise<EarlierRun | undefined> {
  if (level === 'F') return undefined;
  const full = await catalog.lastGoodFull({ ...series, before });
  if (level === 'D' || full === undefined) return earlierRun(full);
  return earlierRun(await catalog.lastGoodBackup({ ...series, before, levels: ['F', 'D', 'I'] }));
}

function earlierRun(row: JobRow | undefined): EarlierRun | undefined {
  if (!row?.startTime || !isBackupLevel(row.level)) return undefined;
  return { jobId: row.jobId, job: row.job, level: row.level, startTime: row.startTime };
}
