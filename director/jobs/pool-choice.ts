import type { JobResource, PoolResource, StorageResource } from '../../configuration/director-conf.ts';
import { RunRefused } from '../director-errors.ts';
import type { RunRequest } from '../services.ts';
import type { BackupLevel } from './job-codes.ts';

/** A resource, and how the run came to it as the job report says it: "Job resource", "Run Pool override" ... */
export interface Sourced<R> {
  readonly resource: R;
  readonly from: string;
}

/** Words of the report for the level-specific pools. */
const LEVEL_WORDS: Readonly<Record<BackupLevel, string>> = { F: 'Full', D: 'Diff', I: 'Inc' };

/**
 * The pool of a backup at its final level: the level-specific pool of the Run line, then of the Job; else the pool
 * that the run names; else the Job's. (So `run pool=X` by hand does not get X when the Job has a pool for the level.)
 */
export function choosePool(request: RunRequest, level: BackupLevel): Sourced<PoolResource> {
  const word = LEVEL_WORDS[level];
  const ofRun = runLevelPool(request, level);
  if (ofRun) return { resource: ofRun, from: `Run ${word}Pool override` };
  const ofJob = jobLevelPool(request.job, level);
  if (ofJob) return { resource: ofJob, from: `Job ${word}Pool override` };
  if (request.pool) {
    return { resource: request.pool, from: isScheduled(request) ? 'Run Pool override' : 'Command input' };
  }
  return { resource: request.job.pool, from: 'Job resource' };
}

/**
 * The storage of a run: the one that the run names, else the pool's, else the Job's.
 * @throws RunRefused when there is none, or it is disabled.
 */
export function chooseStorage(request: RunRequest, pool: PoolResource): Sourced<StorageResource> {
  const chosen = storageOf(request, pool);
  if (!chosen) {
    throw new RunRefused(`Neither Job "${request.job.name}" nor Pool "${pool.name}" names a Storage`, {
      hint: `Add "Storage = ..." to Job "${request.job.name}".`,
    });
  }
  if (!chosen.resource.enabled) {
    throw new RunRefused(`Storage "${chosen.resource.name}" is disabled (Enabled = no)`);
  }
  return chosen;
}

function storageOf(request: RunRequest, pool: PoolResource): Sourced<StorageResource> | undefined {
  if (request.storage) {
    const from = isScheduled(request) ? 'Run Storage override' : 'Command input';
    return { resource: request.storage, from };
  }
  const [ofPool] = pool.storage;
  if (ofPool) return { resource: ofPool, from: 'Pool resource' };
  const [ofJob] = request.job.storage;
  return ofJob && { resource: ofJob, from: 'Job resource' };
}

function runLevelPool(request: RunRequest, level: BackupLevel): PoolResource | undefined {
  if (level === 'F') return request.fullPool;
  return level === 'D' ? request.differentialPool : request.incrementalPool;
}

function jobLevelPool(job: JobResource, level: BackupLevel): PoolResource | undefined {
  if (level === 'F') return job.fullBackupPool;
  return level === 'D' ? job.differentialBackupPool : job.incrementalBackupPool;
}

function isScheduled(request: RunRequest): boolean {
  return request.startedBy === 'scheduler';
}
