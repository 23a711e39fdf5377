import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../daemon/log.ts';
import { messageOf, OperatorError } from '../../errors/operator-error.ts';
import { JobOutOfTime } from '../director-errors.ts';
import { writeBootstrap } from '../bootstrap/write-bootstrap.ts';
import { autoPrune } from '../retention/auto-prune.ts';
import { endedWell } from '../reports/termination.ts';
import { formatReportTime } from '../../text/civil-time.ts';
import { durationText } from '../../text/numbers.ts';
import { RUNNING, type ActiveJob } from './active-job.ts';
import { AdminJob } from './admin-job.ts';
import { BackupJob } from './backup-job.ts';
import { CopyJob } from './copy-job.ts';
import { DueVirtualFull } from './due-virtual-full.ts';
import type { JobEnvironment } from './job-environment.ts';
import type { JobKind } from './job-kind.ts';
import { againAfter, type Again } from './reschedule.ts';
import { RestoreJob } from './restore-job.ts';
import { runAfterScripts, runCompletionScripts } from './run-scripts.ts';
import { VerifyJob } from './verify-job.ts';
import { VirtualFullJob } from './virtual-full-job.ts';

/** Pauses before the end of a job is written once more: its status must not be lost to a busy disk. */
const END_RETRY_PAUSES_MS = [200, 1_000, 5_000];

/** Makes what carries out a job of this type. @throws RunRefused when the conf does not hold what it needs. */
export function jobKindOf(job: ActiveJob, env: JobEnvironment): JobKind {
  switch (job.plan.type) {
    case 'B':
      if (job.plan.level === 'f') return new VirtualFullJob(job, env);
      return DueVirtualFull.isFor(job) ? new DueVirtualFull(job, env) : new BackupJob(job, env);
    case 'R':
      return new RestoreJob(job, env);
    case 'V':
      return new VerifyJob(job, env);
    case 'D':
      return new AdminJob(job, env);
    case 'c':
    case 'g':
      return new CopyJob(job, env);
  }
}

/**
 * Runs a job to its end, whatever happens: its status is in the catalog and its report is out when this resolves. Never
 * rejects. Resolves with how it is to be done once more, if it is; of a job that is to be done once more under its own JobId
 * there is no end yet, and no report.
 */
export async function carryOut(
  job: ActiveJob,
  kind: JobKind,
  env: JobEnvironment,
  log: Log,
): Promise<Again | undefined> {
  const reached = await runToEnd(job, kind, env, log);
  const { type, job: resource } = job.plan;
  const again =
    env.stopSignal.aborted || job.isStopped
      ? undefined
      : againAfter({ job: resource, type, status: reached, attempt: job.attempt, totals: kind.totals() });
  if (again) await sayAgain(job, env);
  if (again === 'same JobId' && (await waitsAgain(job, env))) return again;
  await end(job, kind, env, reached);
  return again === 'same JobId' ? 'new JobId' : again;
}

async function sayAgain({ job, plan, messages }: ActiveJob, env: JobEnvironment): Promise<void> {
  const { rescheduleInterval } = plan.job;
  const at = new Date(env.now().getTime() + rescheduleInterval * 1000);
  await messages.info(
    `Rescheduled Job ${job} to run again in ${durationText(rescheduleInterval)}, at ${formatReportTime(at)}.`,
  );
}

/** Whether the catalog could be told that the job waits; if not, it has to end. */
async function waitsAgain({ jobId, messages }: ActiveJob, env: JobEnvironment): Promise<boolean> {
  try {
    await env.catalog.setJob(jobId, { jobStatus: 't' });
    return true;
  } catch (error) {
    await messages.add('Error', `The job cannot wait in the catalog: ${messageOf(error)}`);
    return false;
  }
}

async function end(job: ActiveJob, kind: JobKind, env: JobEnvironment, reached: string): Promise<void> {
  const endTime = env.now();
  const status = await recordEnd(job, kind, env, { status: reached, endTime });
  if (endedWell(status)) await settle(job, kind);
  if (endedWell(status) && job.plan.type === 'B') await writeBootstrap(job, env);
  await job.messages.add(isFailure(status) ? 'Error' : 'Info', kind.report(status, endTime));
  if (endedWell(status) || status === 'D') await pruneAfter(job, env);
  const done = await runLastScripts(job, kind, env, { status, endTime, scripts: runAfterScripts });
  const final = await runLastScripts(job, kind, env, {
    status: done,
    endTime,
    scripts: runCompletionScripts,
  });
  await job.messages.finish({ endedWell: endedWell(final) });
}

async function settle(job: ActiveJob, kind: JobKind): Promise<void> {
  try {
    await kind.afterEnd?.();
  } catch (error) {
    await job.messages.add('Error', messageOf(error));
  }
}

/** What has grown old stays another day when this fails; the job itself is done. */
async function pruneAfter(job: ActiveJob, env: JobEnvironment): Promise<void> {
  try {
    await autoPrune(job, env);
  } catch (error) {
    await job.messages.add('Warning', `Nothing was pruned: ${messageOf(error)}`);
  }
}

async function runToEnd(job: ActiveJob, kind: JobKind, env: JobEnvironment, log: Log): Promise<string> {
  try {
    job.signal.throwIfAborted();
    if (job.failedInQueue !== undefined) throw job.failedInQueue;
    job.enter(RUNNING);
    // Until its kind stamps it: a job that fails before is shown with the time at which it began to.
    const startTime = env.now();
    job.startTime = startTime;
    await env.catalog.setJob(job.jobId, { jobStatus: 'R', ...(!job.isResumed && { startTime }) });
    await kind.run();
    return kind.verdict();
  } catch (error) {
    const isAborted = job.signal.aborted;
    if (isAborted) await sayAborted(job);
    else await explain(job, error, log);
    if (isAborted && !job.isStopped) return 'A';
    if (await keepsSaved(job, kind, error)) return 'I';
    return isAborted ? 'A' : 'f';
  }
}

async function sayAborted({ job, signal, isStopped, messages }: ActiveJob): Promise<void> {
  const why = messageOf(signal.reason);
  if (signal.reason instanceof JobOutOfTime) await messages.add('Fatal', why);
  else await messages.info(`Job ${job} ${isStopped ? 'stopped' : 'canceled'}: ${why}`);
}

/** Whether the job may go on from what it has saved. */
async function keepsSaved(job: ActiveJob, kind: JobKind, failure: unknown): Promise<boolean> {
  try {
    return (await kind.keepSaved?.(failure)) ?? false;
  } catch (error) {
    await job.messages.add('Error', `What the job has saved cannot be kept: ${messageOf(error)}`);
    return false;
  }
}

async function explain(job: ActiveJob, error: unknown, log: Log): Promise<void> {
  if (error instanceof OperatorError) {
    const hint = error.hint === undefined ? '' : `\n    ${error.hint}`;
    await job.messages.add('Fatal', error.message + hint);
    return;
  }
  log.error(`JobId ${job.jobId}: ${error instanceof Error ? error.stack : String(error)}`);
  await job.messages.add('Fatal', `Internal error: ${messageOf(error)}. The log of the Director says where.`);
}

/** Writes the end into the catalog. A job whose end cannot be written has failed. Resolves with the status. */
async function recordEnd(
  job: ActiveJob,
  kind: JobKind,
  env: JobEnvironment,
  end: { readonly status: string; readonly endTime: Date },
): Promise<string> {
  const totals = kind.totals();
  const { status, endTime } = end;
  for (let tries = 0; ; tries++) {
    try {
      const asOf = endedWell(status) ? kind.asOf : undefined;
      await env.catalog.endJob(job.jobId, { jobStatus: status, endTime, ...(asOf && { asOf }), ...totals });
      job.outcome = { status, totals };
      return status;
    } catch (error) {
      const pauseMs = END_RETRY_PAUSES_MS[tries];
      if (pauseMs === undefined) {
        const text = `The end of the job cannot be written to the catalog: ${messageOf(error)}`;
        await job.messages.add('Fatal', text);
        job.outcome = { status: 'f', totals };
        return 'f';
      }
      await delay(pauseMs);
    }
  }
}

/** After the report, so that they can speak of it. One that fails, and says so, makes the job fail. Resolves with the status. */
async function runLastScripts(
  job: ActiveJob,
  kind: JobKind,
  env: JobEnvironment,
  end: { readonly status: string; readonly endTime: Date; readonly scripts: typeof runAfterScripts },
): Promise<string> {
  try {
    // A cancelled job runs those that are for failure; one that is cancelled while they run ends them.
    const signal = job.signal.aborted ? env.stopSignal : AbortSignal.any([env.stopSignal, job.signal]);
    await end.scripts(job, env, { endedWell: endedWell(end.status), signal });
    return end.status;
  } catch (error) {
    await job.messages.add('Error', messageOf(error));
    const isWorse = isFailure(end.status) || end.status === 'A';
    return isWorse ? end.status : recordEnd(job, kind, env, { ...end, status: 'E' });
  }
}

function isFailure(status: string): boolean {
  return status === 'f' || status === 'E' || status === 'I';
}
