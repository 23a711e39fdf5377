import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import type { RunningJob as ClientJob } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { DeviceStatus, SessionStatus } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { formatStatusTime } from '../../text/civil-time.ts';
import { humanBytes, withCommas } from '../../text/numbers.ts';
import { printablePath } from '../../text/printable.ts';
import type { CommandContext } from './command.ts';
import { connectingTo } from './connecting-to.ts';
import { levelName } from '../jobs/job-codes.ts';
import { jobNameOf, terminatedTable, type EndedAtDaemon } from './terminated-table.ts';

/** `status client=`: what the file daemon says about itself. */
export async function statusClient(context: CommandContext, client: ClientResource): Promise<void> {
  await context.print(`${connectingTo(client)}\n\n`);
  const status = await answerOf(
    context,
    `Client ${client.name}`,
    context.services.peers.clientStatus(client),
  );
  const now = context.now();
  const expectedEnds = new Map(
    context.services.jobs.running().map(({ job, expectedEnd }) => [job, expectedEnd]),
  );
  await context.print(
    [
      `${status.name} Version: ${status.version}  ${status.platform}`,
      `Daemon started ${atMs(status.startedAtMs)}. Jobs: run=${status.jobsRun} running=${status.running.length}.`,
      ` Heap: resident=${withCommas(status.residentBytes)}`,
      '',
      'Running Jobs:',
      ...status.running.flatMap((job) => clientJob(job, now, expectedEnds.get(job.job))),
      `Director connected at: ${formatStatusTime(now)}`,
      ...(status.running.length === 0 ? ['No Jobs running.'] : []),
      '====',
      '',
      'Terminated Jobs:',
      ...terminatedOf(status.terminated),
      '====',
    ].join('\n') + '\n',
  );
}

/** @throws OperatorError after the lines that scripts look for when a daemon does not answer. */
async function answerOf<T>(context: CommandContext, who: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    await context.say(`Failed to connect to ${who}.\n====`);
    throw error;
  }
}

/** When a job will be done is known to the Director only, and only of its own jobs. */
function clientJob(job: ClientJob, now: Date, expectedEnd: Date | undefined): string[] {
  return [
    `JobId ${job.jobId} Job ${job.job} is running.`,
    `    ${[levelName(job.level), job.kind].join(' ').trim()} Job started: ${atMs(job.startedAtMs)}`,
    `    Files=${withCommas(job.files)} Bytes=${withCommas(job.bytes)} ` +
      `AveBytes/sec=${withCommas(averageRate(job, now))} Errors=${job.errors}`,
    ...(expectedEnd ? [`    Ends about ${formatStatusTime(expectedEnd)}`] : []),
    ...(job.currentPath.length > 0 ? [`    Processing file: ${printablePath(job.currentPath)}`] : []),
  ];
}

/** `status storage=`: what the storage daemon says about itself, its sessions and devices. */
export async function statusStorage(context: CommandContext, storage: StorageResource): Promise<void> {
  await context.print(
    `Connecting to Storage daemon ${storage.name} at ${storage.address}:${storage.sdPort}\n\n`,
  );
  const status = await answerOf(
    context,
    `Storage daemon ${storage.name}`,
    context.services.peers.storageStatus(storage),
  );
  const now = context.now();
  const moving = status.running.filter(({ waitingFor }) => waitingFor === '');
  const waiting = status.running.filter(({ waitingFor }) => waitingFor !== '');
  await context.print(
    [
      `${status.name} Version: ${status.version} ${status.platform}`,
      `Daemon started ${atMs(status.startedAtMs)}. Jobs: run=${status.jobsRun}, running=${status.running.length}.`,
      ` Heap: resident=${withCommas(status.residentBytes)}`,
      ` Res: ndevices=${status.devices.length} nautochgr=0`,
      '',
      'Running Jobs:',
      ...(moving.length > 0
        ? moving.flatMap((session) => storageSession(session, status.devices, now))
        : ['No Jobs running.']),
      '====',
      '',
      'Jobs waiting to reserve a drive:',
      ...waiting.map(
        ({ jobId, job, waitingFor }) => `   JobId=${jobId} Job=${job} is waiting for ${waitingFor}.`,
      ),
      '====',
      '',
      'Terminated Jobs:',
      ...terminatedOf(status.terminated),
      '====',
      '',
      'Device status:',
      '',
      ...status.devices.flatMap((one) => device(one, waiting)),
      '====',
      '',
      'Used Volume status:',
      ...status.devices.flatMap(usedVolumes),
      '====',
      '',
    ].join('\n') + '\n',
  );
}

function storageSession(session: SessionStatus, devices: readonly DeviceStatus[], now: Date): string[] {
  const archiveDevice = devices.find(({ name }) => name === session.deviceName)?.archiveDevice ?? '';
  const verb = session.direction === 'read' ? 'Reading' : 'Writing';
  const kind = session.direction === 'read' ? 'Restore' : `${levelName(session.level)} Backup`;
  return [
    `${verb}: ${kind} job ${jobNameOf(session.job)} JobId=${session.jobId} Volume="${session.volumeName}"`,
    `    pool="${session.poolName}" device="${session.deviceName}" (${archiveDevice})`,
    `    Files=${withCommas(session.files)} Bytes=${withCommas(session.bytes)} ` +
      `AveBytes/sec=${withCommas(averageRate(session, now))}`,
  ];
}

function device(status: DeviceStatus, waiting: readonly SessionStatus[]): string[] {
  const { name, archiveDevice, mediaType, freeBytes, mounted } = status;
  const wants = waiting.filter(
    ({ deviceName, waitingFor }) => deviceName === name && waitingFor === 'an appendable Volume',
  );
  const tail = [
    ...blocked(status),
    ...wants.flatMap((session) => wantedVolume(session, mediaType)),
    `   Available Space=${humanBytes(freeBytes)}`,
    '==',
  ];
  if (mounted.length === 0) return [`Device File: "${name}" (${archiveDevice}) is not open.`, ...tail];
  return [
    `Device File is "${name}" (${archiveDevice}) mounted with:`,
    ...mounted.flatMap((volume) => [
      `    Volume:      ${volume.volumeName}`,
      `    Pool:        ${volume.poolName || '*unknown*'}`,
      `    Media type:  ${mediaType}`,
      `    Total Bytes=${withCommas(volume.volumeBytes)}`,
    ]),
    ...tail,
  ];
}

function wantedVolume({ poolName }: SessionStatus, mediaType: string): string[] {
  return [
    '   Device is BLOCKED waiting to create a volume for:',
    `       Pool:        ${poolName}`,
    `       Media type:  ${mediaType}`,
  ];
}

/** Why jobs wait for a device, or do not use it. */
function blocked({
  disabled,
  unmounted,
  readOnly,
  problem,
  sessions,
  sessionsMax,
  freeBytes,
  minimumFreeBytes,
}: DeviceStatus): string[] {
  const lines = [];
  if (disabled) lines.push('   Device is disabled.');
  if (unmounted) lines.push('   Device is BLOCKED. User unmounted.');
  if (problem !== '' && !disabled && !unmounted) lines.push(`   Device is BLOCKED. ${problem}.`);
  if (readOnly) lines.push('   Device is read-only.');
  if (sessionsMax > 0 && sessions >= sessionsMax) {
    lines.push(`   All drives are in use: ${sessions} of ${sessionsMax}.`);
  }
  if (problem === '' && freeBytes < minimumFreeBytes) {
    lines.push(
      `   Device is BLOCKED. Less than its Minimum Free Space of ${humanBytes(minimumFreeBytes)} is left.`,
    );
  }
  return lines;
}

function usedVolumes({ name, archiveDevice, mounted }: DeviceStatus): string[] {
  return mounted.flatMap(({ volumeName, writing }) => [
    `Reserved volume: ${volumeName} on File device "${name}" (${archiveDevice})`,
    `    Reader=${writing ? 0 : 1} writers=${writing ? 1 : 0} volinuse=1`,
  ]);
}

function terminatedOf(jobs: readonly EndedAtDaemon[]): string[] {
  if (jobs.length === 0) return [];
  return terminatedTable(
    jobs.map(({ job, endedAtMs, level, ...rest }) => ({
      ...rest,
      name: jobNameOf(job),
      type: level.trim() === '' ? 'R' : 'B',
      level,
      endTime: new Date(endedAtMs),
    })),
    'daemon',
  );
}

function averageRate({ bytes, startedAtMs }: { bytes: number; startedAtMs: number }, now: Date): number {
  return Math.round(bytes / Math.max(1, (now.getTime() - startedAtMs) / 1000));
}

function atMs(ms: number): string {
  return formatStatusTime(new Date(ms));
}
