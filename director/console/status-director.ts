import type { JobRow } from '../../catalog/rows.ts';
import { platform, versionBanner } from '../../daemon/version.ts';
import { formatDuration } from '../../configuration/values/duration.ts';
import { formatDateTime, formatReportTime, formatStatusTime } from '../../text/civil-time.ts';
import { ageText, statusBytes, withCommas } from '../../text/numbers.ts';
import type { RunningJob, ScheduledRun } from '../services.ts';
import type { CommandContext } from './command.ts';
import { onOneScreen } from './one-screen.ts';
import { shortLevel, typeWord } from './job-words.ts';
import { nextVolume } from './next-volume.ts';
import { terminatedTable } from './terminated-table.ts';

const TERMINATED_JOBS = 10;
/** When a whole site is down, nobody reads more of them. */
const OVERDUE_SHOWN_MAX = 100;

/** `status director`: who this is, what will run, what runs, what ran. */
export async function statusDirector(context: CommandContext): Promise<void> {
  const days = context.line.integer('days') ?? 1;
  const limit = context.line.integer('limit') ?? TERMINATED_JOBS;
  const offset = context.line.integer('offset') ?? 0;
  const parts = {
    header: header(context),
    scheduled: await scheduled(context, days),
    overdue: overdue(context),
    running: running(context),
    terminated: await terminated(context, { limit, offset }),
  };
  const { screen } = context.session;
  const whole = [
    ...[...parts.header, ''],
    ...[...parts.scheduled, ''],
    ...[...parts.overdue, ...parts.running, ...parts.terminated],
  ];
  // Who says how much is to be shown gets that.
  const fits = !screen || whole.length < screen.rows || context.line.has('days', 'limit', 'offset');
  await context.print((fits ? whole : onOneScreen(parts, screen)).join('\n') + '\n');
}

function header({ conf, services }: CommandContext): string[] {
  const { jobs, clients, storages, pools, catalogs, fileSets, schedules } = conf();
  const { heapUsed, rss } = process.memoryUsage();
  return [
    `${services.name} Version: ${versionBanner()} ${platform()}`,
    `Daemon started ${formatStatusTime(services.startedAt)}, conf reloaded ${formatReportTime(services.confReadAt)}`,
    ` Jobs: run=${services.jobs.runCount}, running=${services.jobs.running().length}`,
    ` Heap: heap=${withCommas(heapUsed)} resident=${withCommas(rss)}`,
    ` Res: njobs=${jobs.length} nclients=${clients.length} nstores=${storages.length} npools=${pools.length} ` +
      `ncats=${catalogs.length} nfsets=${fileSets.length} nscheds=${schedules.length}`,
  ];
}

async function scheduled(context: CommandContext, days: number): Promise<string[]> {
  const runs = nextOfEachRunLine(context.services.scheduledRuns(days));
  // What a job would write to depends on its pool and media type: few, however many jobs there are.
  const volumes = new Map<string, Promise<string>>();
  const wantsVolumes = !context.line.has('novolume');
  const rows: string[] = [];
  for (const run of runs) {
    const key = `${run.poolName}\n${run.job.storage[0]?.mediaType ?? ''}`;
    if (wantsVolumes && !volumes.has(key)) volumes.set(key, volumeOf(context, run));
    rows.push(
      `${run.level.padEnd(14)} ${run.job.type.padEnd(8)} ${String(run.priority).padStart(3)}  ` +
        `${formatStatusTime(run.at).padEnd(18)} ${run.job.name.padEnd(18)} ${(await volumes.get(key)) ?? ''}`,
    );
  }
  return [
    'Scheduled Jobs:',
    'Level          Type     Pri  Scheduled          Job Name           Volume',
    '='.repeat(83),
    ...(rows.length > 0 ? rows : ['No Scheduled Jobs.']),
    '====',
  ];
}

/** An hourly Run line would else fill the screen; `status schedule` shows them all. */
function nextOfEachRunLine(runs: readonly ScheduledRun[]): ScheduledRun[] {
  const next = new Map<string, ScheduledRun>();
  for (const run of runs) {
    const key = `${run.job.name}\n${run.runLine}`;
    if (!next.has(key)) next.set(key, run);
  }
  return [...next.values()];
}

async function volumeOf(context: CommandContext, { job, poolName }: ScheduledRun): Promise<string> {
  const volume = await nextVolume(context, job, poolName);
  return typeof volume === 'string' ? `*${volume}*` : volume.volumeName;
}

/** Only when there are any: who has none need not read about it. */
function overdue({ services }: CommandContext): string[] {
  const backups = services.overdueBackups();
  if (backups.length === 0) return [];
  return [
    'Overdue Backups:',
    'Job Name           Last Good Backup     Age                     Max Backup Age',
    '='.repeat(83),
    ...backups
      .slice(0, OVERDUE_SHOWN_MAX)
      .map(
        ({ jobName, lastGood, ageSeconds, maxAgeSeconds }) =>
          `${jobName.padEnd(18)} ${(lastGood ? formatDateTime(lastGood) : 'none').padEnd(20)} ` +
          `${(ageSeconds === undefined ? '' : ageText(ageSeconds)).padEnd(23)} ${formatDuration(maxAgeSeconds)}`,
      ),
    ...(backups.length > OVERDUE_SHOWN_MAX ? [`and ${backups.length - OVERDUE_SHOWN_MAX} more`] : []),
    '====',
    '',
  ];
}

function running({ services, session }: CommandContext): string[] {
  const jobs = services.jobs.running();
  return [
    'Running Jobs:',
    `Console connected at ${formatStatusTime(session.startedAt)}`,
    ...(jobs.length === 0
      ? ['No Jobs running.']
      : [
          ' JobId  Type Level     Files     Bytes  Name              Status',
          '='.repeat(70),
          ...jobs.map(runningRow),
        ]),
    '====',
  ];
}

function runningRow(job: RunningJob): string {
  return (
    `${String(job.jobId).padStart(6)}  ${typeWord(job.type).slice(0, 4)} ${shortLevel(job.type, job.level).padEnd(4)} ` +
    `${withCommas(job.files).padStart(10)}${statusBytes(job.bytes).trimEnd().padStart(10)}  ` +
    `${job.name.padEnd(17)} ${job.statusText}${progress(job)}`
  );
}

/** What is known about speed and end of a job that moves data. */
function progress(job: RunningJob): string {
  if (job.status !== 'R' || job.bytesPerSecond <= 0) return '';
  const end = job.expectedEnd ? `, ends about ${formatStatusTime(job.expectedEnd).slice(-5)}` : '';
  return `, ${statusBytes(Math.round(job.bytesPerSecond)).trim()}B/s${end}`;
}

/** The newest that ended, less as many of them as `offset` says; the oldest comes first. */
async function terminated(
  { services }: CommandContext,
  { limit, offset }: { limit: number; offset: number },
): Promise<string[]> {
  const newest = await services.catalog.listJobs({ order: 'desc', limit: limit + offset, ended: true });
  const ended = newest
    .slice(offset)
    .filter((job): job is JobRow & { endTime: Date } => job.endTime !== undefined)
    .reverse();
  if (ended.length === 0) return ['No Terminated Jobs.', '===='];
  return [
    '',
    'Terminated Jobs:',
    ...terminatedTable(
      ended.map(({ jobFiles: files, jobBytes: bytes, jobStatus: status, ...job }) => ({
        ...job,
        files,
        bytes,
        status,
      })),
      'director',
    ),
    '',
    '====',
  ];
}
