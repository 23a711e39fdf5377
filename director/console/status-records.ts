import { platform, versionBanner } from '../../daemon/version.ts';
import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import { formatDateTime } from '../../text/civil-time.ts';
import { printablePath } from '../../text/printable.ts';
import type { CommandContext } from './command.ts';
import type { EndedAtDaemon } from './terminated-table.ts';

/** One thing of a status for programs: the daemon itself, a job, a device. Keys as `.status` has them. */
export type StatusRecord = Readonly<Record<string, string | number>>;

/** A daemon's status, by section. */
export interface StatusSections {
  readonly header: readonly StatusRecord[];
  readonly running: readonly StatusRecord[];
  readonly terminated: readonly StatusRecord[];
  /** Of the Director only. */
  readonly scheduled?: readonly StatusRecord[];
  /** Of a storage daemon only. */
  readonly devices?: readonly StatusRecord[];
}

const TERMINATED_JOBS = 10;

export async function directorRecords(context: CommandContext): Promise<StatusSections> {
  const { services, conf, line } = context;
  const { clients, storages, pools, catalogs, fileSets, schedules } = conf();
  const running = services.jobs.running();
  const ended = await services.catalog.listJobs({
    ...{ order: 'desc', ended: true },
    limit: line.integer('limit') ?? TERMINATED_JOBS,
  });
  return {
    header: [
      {
        name: services.name,
        version: versionBanner(),
        uname: platform(),
        ...time('started', services.startedAt),
        ...time('reloaded', services.confReadAt),
        pid: process.pid,
        jobs_run: services.jobs.runCount,
        jobs_running: running.length,
        nclients: clients.length,
        nstores: storages.length,
        npools: pools.length,
        ncats: catalogs.length,
        nfset: fileSets.length,
        nscheds: schedules.length,
      },
    ],
    running: running.map((job) => ({
      jobid: job.jobId,
      name: job.name,
      level: job.level,
      type: job.type,
      status: job.status,
      status_desc: job.statusText,
      priority: job.priority,
      client: job.clientName,
      storage: job.storageName,
      jobfiles: job.files,
      jobbytes: job.bytes,
    })),
    terminated: ended.toReversed().map((job) => ({
      jobid: job.jobId,
      name: job.name,
      level: job.level,
      type: job.type,
      status: job.jobStatus,
      jobfiles: job.jobFiles,
      jobbytes: job.jobBytes,
      errors: job.jobErrors,
      ...time('starttime', job.startTime),
      ...time('endtime', job.endTime),
    })),
    scheduled: services
      .scheduledRuns(line.integer('days') ?? 1)
      .map(({ at, job, level, priority, poolName }) => ({
        name: job.name,
        level,
        type: job.type,
        priority,
        ...time('schedtime', at),
        client: job.client.name,
        pool: poolName,
        schedule: job.schedule?.name ?? '',
      })),
  };
}

export async function clientRecords(
  { services }: CommandContext,
  client: ClientResource,
): Promise<StatusSections> {
  const status = await services.peers.clientStatus(client);
  return {
    header: [daemonHeader(status)],
    running: status.running.map((job) => ({
      jobid: job.jobId,
      job: job.job,
      type: job.kind,
      level: job.level,
      ...time('starttime', new Date(job.startedAtMs)),
      jobfiles: job.files,
      jobbytes: job.bytes,
      errors: job.errors,
      processing_file: printablePath(job.currentPath),
    })),
    terminated: status.terminated.map(terminatedRecord),
  };
}

export async function storageRecords(
  { services }: CommandContext,
  storage: StorageResource,
): Promise<StatusSections> {
  const status = await services.peers.storageStatus(storage);
  return {
    header: [daemonHeader(status)],
    running: status.running.map((job) => ({
      jobid: job.jobId,
      job: job.job,
      direction: job.direction,
      level: job.level,
      device: job.deviceName,
      volume: job.volumeName,
      pool: job.poolName,
      ...time('starttime', new Date(job.startedAtMs)),
      jobfiles: job.files,
      jobbytes: job.bytes,
      waiting_for: job.waitingFor,
    })),
    terminated: status.terminated.map(terminatedRecord),
    devices: status.devices.map((device) => ({
      name: device.name,
      archive_device: device.archiveDevice,
      media_type: device.mediaType,
      volumes: device.mounted.map(({ volumeName }) => volumeName).join(','),
      freespace: device.freeBytes,
      totalspace: device.totalBytes,
      unmounted: Number(device.unmounted),
      enabled: Number(!device.disabled),
      read_only: Number(device.readOnly),
      problem: device.problem,
    })),
  };
}

interface DaemonStatus {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly startedAtMs: number;
  readonly pid: number;
  readonly jobsRun: number;
  readonly running: readonly unknown[];
}

function daemonHeader(status: DaemonStatus): StatusRecord {
  return {
    name: status.name,
    version: status.version,
    uname: status.platform,
    ...time('started', new Date(status.startedAtMs)),
    pid: status.pid,
    jobs_run: status.jobsRun,
    jobs_running: status.running.length,
  };
}

function terminatedRecord({
  jobId,
  job,
  level,
  files,
  bytes,
  status,
  endedAtMs,
}: EndedAtDaemon): StatusRecord {
  const ended = time('endtime', new Date(endedAtMs));
  return { jobid: jobId, job, level, jobfiles: files, jobbytes: bytes, status, ...ended };
}

/** `NAME_epoch` in seconds and `NAME` in local time; 0 and empty for a time that has not come. */
function time(name: string, at: Date | undefined): StatusRecord {
  return {
    [`${name}_epoch`]: at ? Math.floor(at.getTime() / 1000) : 0,
    [name]: at ? formatDateTime(at) : '',
  };
}
