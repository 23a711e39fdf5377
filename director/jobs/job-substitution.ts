import { formatDateTime } from '../../text/civil-time.ts';
import type { CodeValues } from '../../commands/substitution.ts';
import { exitStatusText } from '../reports/termination.ts';
import type { JobRow } from '../../catalog/rows.ts';
import type { DirectorConf, JobResource } from '../../configuration/director-conf.ts';
import type { ActiveJob } from './active-job.ts';
import { levelName, type BackupLevel } from './job-codes.ts';

/** Those that are known of a backup before it is a job: for the lists of files of an estimate. */
export function plannedCodes(planned: {
  readonly job: JobResource;
  readonly level: BackupLevel;
  readonly directorName: string;
}): CodeValues {
  const { job, level, directorName } = planned;
  return {
    c: job.client?.name ?? '',
    d: directorName,
    D: directorName,
    f: job.fileSet?.name ?? '',
    h: job.client?.address ?? '',
    l: levelName(level),
    n: job.name,
    p: job.pool?.name ?? '',
    P: String(process.pid),
    t: job.type,
    w: job.storage[0]?.name ?? '',
  };
}

/**
 * The values of the `%` codes for a job as it stands now: for scripts, mails and lists of files.
 * @param outcome What has come of it.
 */
export function jobCodes(job: ActiveJob, directorName: string, outcome = job.outcome): CodeValues {
  const { plan, since } = job;
  const totals = outcome?.totals;
  return {
    b: String(totals?.jobBytes ?? 0),
    c: job.clientName,
    C: plan.request.isClone ? 'yes' : 'no',
    d: directorName,
    D: directorName,
    e: outcome ? exitStatusText(outcome.status) : 'Running',
    E: String(totals?.jobErrors ?? 0),
    f: plan.fileSet.name,
    F: String(totals?.jobFiles ?? 0),
    h: plan.client.address ?? '',
    i: String(job.jobId),
    I: String(job.copy?.jobId ?? 0),
    j: job.job,
    l: levelName(job.level),
    m: String(job.copy?.sourceJobId ?? 0),
    n: job.name,
    o: String(job.priority),
    p: job.poolName,
    P: String(process.pid),
    R: String(totals?.readBytes ?? 0),
    s: since ? formatDateTime(since) : '',
    t: plan.job.type,
    v: job.volumeNames.join('|'),
    w: job.storageName,
    x: 'no',
  };
}

/** Likewise for a job of which only the catalog knows. */
export function endedCodes(row: JobRow, conf: DirectorConf, directorName: string): CodeValues {
  const job = conf.jobs.find(({ name }) => name === row.name);
  return {
    b: String(row.jobBytes),
    c: row.clientName,
    C: 'no',
    d: directorName,
    D: directorName,
    e: exitStatusText(row.jobStatus),
    E: String(row.jobErrors),
    f: row.fileSetName,
    F: String(row.jobFiles),
    h: conf.clients.find(({ name }) => name === row.clientName)?.address ?? '',
    i: String(row.jobId),
    I: '0',
    j: row.job,
    l: levelName(row.level),
    m: '0',
    n: row.name,
    o: String(row.priority),
    p: row.poolName,
    P: String(process.pid),
    R: String(row.readBytes),
    s: '',
    t: job?.type ?? '',
    v: '',
    w: job?.storage[0]?.name ?? '',
    x: 'no',
  };
}
