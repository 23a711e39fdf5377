import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import {
  UseMode,
  type AppendFinished,
  type Durable,
  type StoreResponse,
  type UseVolume,
  type VolumeClosed,
  type VolumeMounted,
  type VolumeWanted,
} from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { AppendSession } from '../../../storage-daemon/append-session.ts';
import { DeviceGate } from '../../../storage-daemon/device-gate.ts';
import { Device, type DeviceSettings } from '../../../storage-daemon/device.ts';
import type { AppendEvent, DirectorLink } from '../../../storage-daemon/director-talk.ts';
import { nodeFiles, type StorageFiles } from '../../../storage-daemon/storage-file.ts';
import { VolumeDirectory } from '../../../storage-daemon/volume-directory.ts';
import { WakeUp } from '../../../storage-daemon/wake-up.ts';
import { SESSION_TIME, sampleJob } from '../volume/sample-volume.ts';

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'noctule-sd-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function sampleDevice(
  directory: string,
  settings: Partial<DeviceSettings> = {},
  files: StorageFiles = nodeFiles,
): Device {
  const defaults: DeviceSettings = {
    name: 'FileStorage',
    mediaType: 'File',
    deviceType: 'File',
    maximumVolumeBytes: 0,
    labelMedia: true,
    minimumFreeBytes: 0,
    maximumConcurrentJobs: 0,
    readOnly: false,
    enabled: true,
    volumePollMs: 5,
  };
  return new Device(
    { ...defaults, ...settings },
    { directory: new VolumeDirectory(directory), files, gate: new DeviceGate(new WakeUp()) },
  );
}

export function volume(volumeName: string, mode: UseMode, more: Partial<UseVolume> = {}): UseVolume {
  const base = { volumeName, poolName: 'Default', mediaType: 'File', mode };
  return { ...base, volumeBytesMax: 0, expectedVolumeBytes: 0, ...more };
}

type EventOf<K extends AppendEvent['$case']> = Extract<AppendEvent, { $case: K }>['value'];

/** A Director that answers each VolumeWanted from a script and keeps what it is told. */
export class FakeDirector implements DirectorLink {
  readonly events: AppendEvent[] = [];
  readonly #answer: (wanted: VolumeWanted, count: number) => UseVolume | undefined;
  readonly #answers: UseVolume[] = [];
  readonly #waiting: ((use: UseVolume) => void)[] = [];
  #wantedCount = 0;
  /** Called with every event before it is kept; may throw (the Director is gone) or wait (he is slow). */
  onEvent: (event: AppendEvent) => void | Promise<void> = () => {};

  /** `answer` gets how often it was asked before; undefined = no answer yet, see `give`. */
  constructor(answer: (wanted: VolumeWanted, count: number) => UseVolume | undefined) {
    this.#answer = answer;
  }

  async send(event: AppendEvent): Promise<void> {
    await this.onEvent(event);
    this.events.push(event);
    if (event.$case !== 'volumeWanted') return;
    const use = this.#answer(event.value, this.#wantedCount++);
    if (use !== undefined) this.give(use);
  }

  give(use: UseVolume): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(use);
    else this.#answers.push(use);
  }

  nextVolume(): Promise<UseVolume> {
    const answer = this.#answers.shift();
    if (answer) return Promise.resolve(answer);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  of<K extends AppendEvent['$case']>(kind: K): EventOf<K>[] {
    return this.events.filter((event) => event.$case === kind).map(({ value }) => value as EventOf<K>);
  }

  get durable(): Durable[] {
    return this.of('durable');
  }

  get mounted(): VolumeMounted[] {
    return this.of('volumeMounted');
  }

  get closed(): VolumeClosed[] {
    return this.of('volumeClosed');
  }

  get texts(): string[] {
    return this.of('message').map(({ text }) => text);
  }
}

/** Takes volumes from the list, one for each time it is asked; then leaves the job waiting. */
export function directorWith(...volumes: UseVolume[]): FakeDirector {
  return new FakeDirector((_, count) => volumes[count]);
}

export function openSession(options: {
  volSessionId: number;
  devices: readonly Device[];
  director: DirectorLink;
  clientConnectTimeoutMs?: number;
}): AppendSession {
  return new AppendSession({
    clientConnectTimeoutMs: 60_000,
    ...options,
    job: sampleJob(options.volSessionId),
    volSessionTime: SESSION_TIME,
    writtenBy: 'zebulon-sd 0.1.0',
    roomPollMs: 5,
    wakeUp: new WakeUp(),
    onFault: (error) => expect.fail(`A bug: ${String(error)}`),
  });
}

export interface Outcome {
  readonly finished: AppendFinished;
  readonly response: StoreResponse;
}

/** Runs a session whose file daemon sends these members. */
export async function runSession(
  session: AppendSession,
  members: Iterable<Buffer> | AsyncIterable<Buffer>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const [finished, response] = await Promise.all([session.run(), session.store(asyncOf(members), signal)]);
  return { finished, response };
}

async function* asyncOf(members: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const member of members) yield Buffer.from(member); // a copy: the session places what it is given
}

export function volumeBytes(device: Device, volumeName: string): Buffer {
  return readFileSync(device.placeOf(volumeName).path);
}
