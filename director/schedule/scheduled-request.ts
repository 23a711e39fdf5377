import { firingPriority, type Firing } from '../../configuration/runs/firings.ts';
import { askedLevel, chosenPool } from '../../configuration/runs/run-choice.ts';
import { formatDateTime } from '../../text/civil-time.ts';
import type { RunRequest, ScheduledRun } from '../services.ts';

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

/** The run that makes up for one that was missed: now, with a word about it. */
export function catchUpRequest(firing: Firing): RunRequest {
  const { when: missedAt = firing.at, ...request } = scheduledRequest(firing);
  return { ...request, comment: `Catch up of ${formatDateTime(missedAt)}` };
}

/** A firing as the front ends show it: with the level and pool it has as long as nothing raises the level. */
export function scheduledRun(firing: Firing): ScheduledRun {
  const { job, run, at } = firing;
  const level = askedLevel(job, run.line.overrides.level);
  const pool = chosenPool({ ...run, job }, level).resource;
  return {
    at,
    job,
    level: level ?? '',
    priority: firingPriority(firing),
    poolName: pool.name,
    runLine: run.line.text,
  };
}
