import { defaultLevel, isBackupLevel, levelLetter } from '../jobs/job-codes.ts';
import { choosePool } from '../jobs/pool-choice.ts';
import type { RunRequest, ScheduledRun } from '../services.ts';
import { firingPriority, type Firing } from './firings.ts';

/** The run that a Run line asks for. */
export function scheduledRequest({ job, run, at }: Firing): RunRequest {
  const { level, priority, accurate } = run.line.overrides;
  return {
    job,
    when: at,
    startedBy: 'scheduler',
    ...(level !== undefined && { level }),
    ...(priority !== undefined && { priority }),
    ...(accurate !== undefined && { accurate }),
    ...(run.pool && { pool: run.pool }),
    ...(run.fullPool && { fullPool: run.fullPool }),
    ...(run.incrementalPool && { incrementalPool: run.incrementalPool }),
    ...(run.differentialPool && { differentialPool: run.differentialPool }),
    ...(run.nextPool && { nextPool: run.nextPool }),
    ...(run.storage && { storage: run.storage }),
    ...(run.messages && { messages: run.messages }),
  };
}

/** A firing as the front ends show it: with the level and pool it has as long as nothing raises the level. */
export function scheduledRun(firing: Firing): ScheduledRun {
  const { job, run, at } = firing;
  const request = scheduledRequest(firing);
  const level = request.level ?? job.level ?? defaultLevel(job.type);
  const letter = levelLetter(level);
  const pool =
    job.type === 'Backup' && letter !== undefined && isBackupLevel(letter)
      ? choosePool(request, letter).resource
      : (request.pool ?? job.pool);
  return { at, job, level, priority: firingPriority(firing), poolName: pool.name, runLine: run.line.text };
}
