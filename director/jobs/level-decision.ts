import type { BackupLevel } from './job-codes.ts';

/** An earlier run that the new one may build on. */
export interface EarlierRun {
  readonly jobId: number;
  /** Its unique name. */
  readonly job: string;
  readonly level: BackupLevel;
  readonly startTime: Date;
}

/** What the catalog and the conf say about a backup at the moment it starts. */
export interface LevelFacts {
  readonly requested: BackupLevel;
  readonly now: Date;
  readonly fileSetName: string;
  /** The newest good Full of this Job, Client and version of the FileSet. */
  readonly lastFull?: EarlierRun;
  /** The newest good Differential after that Full. */
  readonly lastDifferential?: EarlierRun;
  /** The newest good backup of any level that belongs to that Full. */
  readonly lastGood?: EarlierRun;
  /** A good Full exists, but of an earlier version of the FileSet. */
  readonly fullOfOtherFileSet: boolean;
  /** Levels of runs that failed after the last good backup of this Job. */
  readonly failedLevels: readonly BackupLevel[];
  /** 0 = no limit. */
  readonly maxFullIntervalSeconds: number;
  readonly maxDiffIntervalSeconds: number;
  readonly reRunFailedLevels: boolean;
}

export interface LevelDecision {
  readonly level: BackupLevel;
  /** The level asked for, when another one is done. */
  readonly upgradedFrom?: BackupLevel;
  /** Entries changed after this are saved: the START of the reference run, so that nothing falls between two runs. */
  readonly since?: Date;
  readonly reference?: EarlierRun;
  /** Why the level is another than the one asked for; for the job's messages. */
  readonly messages: readonly string[];
}

/**
 * The level a backup really runs at, and its since time (rules 1-6 of Bacula's level promotion).
 * Full beats Differential. A Full that is asked for is a Full.
 */
export function decideLevel(facts: LevelFacts): LevelDecision {
  if (facts.requested === 'F') return { level: 'F', messages: [] };
  const upgrade = upgradeToFull(facts) ?? upgradeToDifferential(facts);
  const level = upgrade?.level ?? facts.requested;
  const reference = referenceRun(level, facts);
  return {
    level,
    messages: upgrade?.messages ?? [],
    ...(level !== facts.requested && { upgradedFrom: facts.requested }),
    ...(reference && { reference, since: reference.startTime }),
  };
}

interface Upgrade {
  readonly level: BackupLevel;
  readonly messages: readonly string[];
}

function upgradeToFull(facts: LevelFacts): Upgrade | undefined {
  if (!facts.lastFull) {
    const changed = `The FileSet "${facts.fileSetName}" was modified since the last Full backup.`;
    return {
      level: 'F',
      messages: [
        ...(facts.fullOfOtherFileSet ? [changed] : []),
        'No prior Full backup Job record found.',
        'No prior or suitable Full backup found in catalog. Doing FULL backup.',
      ],
    };
  }
  if (isOlderThan(facts.lastFull, facts.maxFullIntervalSeconds, facts.now)) {
    return { level: 'F', messages: ['Max Full Interval exceeded. Doing FULL backup.'] };
  }
  if (facts.reRunFailedLevels && facts.failedLevels.includes('F')) {
    return {
      level: 'F',
      messages: ['A Full of this Job failed after its last good backup. Doing FULL backup.'],
    };
  }
  return undefined;
}

function upgradeToDifferential(facts: LevelFacts): Upgrade | undefined {
  if (facts.requested !== 'I') return undefined;
  const lastBasis = newer(facts.lastFull, facts.lastDifferential);
  if (lastBasis && isOlderThan(lastBasis, facts.maxDiffIntervalSeconds, facts.now)) {
    return { level: 'D', messages: ['Max Diff Interval exceeded. Doing Differential backup.'] };
  }
  if (facts.reRunFailedLevels && facts.failedLevels.includes('D')) {
    const failed = 'A Differential of this Job failed after its last good backup. Doing Differential backup.';
    return { level: 'D', messages: [failed] };
  }
  return undefined;
}

function referenceRun(level: BackupLevel, facts: LevelFacts): EarlierRun | undefined {
  if (level === 'F') return undefined;
  return level === 'D' ? facts.lastFull : newer(facts.lastFull, facts.lastGood);
}

function isOlderThan(run: EarlierRun, limitSeconds: number, now: Date): boolean {
  return limitSeconds > 0 && now.getTime() - run.startTime.getTime() >= limitSeconds * 1000;
}

function newer(a: EarlierRun | undefined, b: EarlierRun | undefined): EarlierRun | undefined {
  if (!a || !b) return a ?? b;
  return b.startTime > a.startTime ? b : a;
}
