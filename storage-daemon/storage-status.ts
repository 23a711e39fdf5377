import type { DeviceStatus, StatusResponse } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { Device } from './device.ts';
import type { OpenVolume, SessionTable } from './session-table.ts';

/** Who this daemon is. */
export interface DaemonIdentity {
  readonly name: string;
  /** With its date, as `status` prints it. */
  readonly version: string;
  readonly platform: string;
  readonly startedAt: Date;
}

/** The answer to Status: what `status storage` shows. */
export async function daemonStatus(
  identity: DaemonIdentity,
  devices: readonly Device[],
  sessions: SessionTable,
): Promise<StatusResponse> {
  const { name, version, platform, startedAt } = identity;
  const open = openVolumes(sessions);
  return {
    name,
    version,
    platform,
    startedAtMs: startedAt.getTime(),
    jobsRun: sessions.endedCount,
    running: sessions.running.map((session) => session.status()),
    terminated: [...sessions.terminated],
    devices: await Promise.all(devices.map((device) => deviceStatus(device, open))),
    residentBytes: process.memoryUsage.rss(),
    pid: process.pid,
  };
}

export function openVolumes(sessions: SessionTable): OpenVolume[] {
  return sessions.running.map((session) => session.openVolume()).filter((volume) => volume !== undefined);
}

/** The jobs that have a volume of a device open, as messages name them; empty when there is none. */
export function usersOf({ name }: Device, open: readonly OpenVolume[]): string {
  return open
    .filter(({ deviceName }) => deviceName === name)
    .map(({ jobId, volumeName }) => `JobId ${jobId} (Volume "${volumeName}")`)
    .join(', ');
}

export async function deviceStatus(device: Device, open: readonly OpenVolume[]): Promise<DeviceStatus> {
  // A directory that is not there has no room; the jobs that want it say more.
  const { freeBytes, totalBytes } = await device.space().catch(() => ({ freeBytes: 0, totalBytes: 0 }));
  return {
    name: device.name,
    archiveDevice: device.path,
    mediaType: device.settings.mediaType,
    freeBytes,
    totalBytes,
    minimumFreeBytes: device.settings.minimumFreeBytes,
    sessions: device.gate.sessions,
    sessionsMax: device.settings.maximumConcurrentJobs,
    unmounted: device.gate.isUnmounted,
    disabled: device.gate.isDisabled || !device.settings.enabled,
    readOnly: device.settings.readOnly,
    problem: device.problem ?? '',
    mounted: open
      .filter(({ deviceName }) => deviceName === device.name)
      .map(({ deviceName: _, ...volume }) => volume),
  };
}
