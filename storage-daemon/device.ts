import { join } from 'node:path';
import { withCommas } from '../text/numbers.ts';
import type { DeviceGate } from './device-gate.ts';
import { directoryProblem, looksUnmounted, mountProblem } from './mount-point.ts';
import type { Patience } from './patience.ts';
import type { DiskSpace, StorageFiles } from './storage-file.ts';
import { DeviceNotReady, VolumeProblem } from './storage-errors.ts';
import type { VolumeClaim, VolumeUse } from './volume-claims.ts';
import type { DirectoryUse, VolumeDirectory } from './volume-directory.ts';
import type { VolumePlace } from './volume-file.ts';

/** What a Device resource says. */
export interface DeviceSettings {
  readonly name: string;
  readonly mediaType: string;
  /** Only those of type `File` can be used. */
  readonly deviceType: string;
  readonly labelMedia: boolean;
  readonly minimumFreeBytes: number;
  /** A volume is full at this size; 0 = no limit. */
  readonly maximumVolumeBytes: number;
  /** Sessions at once; 0 = no limit. */
  readonly maximumConcurrentJobs: number;
  readonly readOnly: boolean;
  readonly enabled: boolean;
  /** How often a job that waits for the disk, or for a drive, looks again. */
  readonly volumePollMs: number;
  /** A directory on which a file system has to be mounted before the device is used; absent: that does not matter. */
  readonly mountPoint?: string | undefined;
}

/** Free space is looked up again when this much may have been written since. */
const SPACE_TRUSTED_BYTES = 16 * 1024 * 1024;
const SPACE_TRUSTED_MS = 1000;

/** Room a volume needs before a job is let onto it: its label and a first block or two. */
const ROOM_TO_BEGIN_BYTES = 4 * 1024 * 1024;

/**
 * A directory with volumes. It has as many drives as jobs ask for: each session opens a volume of its own. Several
 * Devices may share a directory (an Autochanger for disk); then they share the claims on its volumes too.
 */
export class Device {
  readonly settings: DeviceSettings;
  readonly files: StorageFiles;
  readonly gate: DeviceGate;
  readonly #directory: VolumeDirectory;
  #known: { freeBytes: number; atMs: number } | undefined;

  constructor(
    settings: DeviceSettings,
    on: { directory: VolumeDirectory; files: StorageFiles; gate: DeviceGate },
  ) {
    this.settings = settings;
    this.#directory = on.directory;
    this.files = on.files;
    this.gate = on.gate;
  }

  get name(): string {
    return this.settings.name;
  }

  /** Archive Device: the directory of the volumes. */
  get path(): string {
    return this.#directory.path;
  }

  /** `"D" (PATH)`: as messages name a device. */
  get text(): string {
    return `"${this.name}" (${this.path})`;
  }

  /**
   * Claims a volume, and keeps other storage daemons off the directory meanwhile.
   * @throws VolumeProblem busy. @throws DeviceNotReady
   */
  claim(volumeName: string, use: VolumeUse): VolumeClaim {
    const inside = this.enter(use === 'read' ? 'read' : 'write');
    const claim = this.#directory.claims.claim(this.placeOf(volumeName).path, use);
    if (claim === undefined) {
      inside[Symbol.dispose]();
      throw new VolumeProblem(
        'busy',
        `Volume "${volumeName}" on device ${this.text} is in use by another job`,
      );
    }
    return {
      becomeAppend: () => claim.becomeAppend(),
      [Symbol.dispose]: () => {
        claim[Symbol.dispose]();
        inside[Symbol.dispose]();
      },
    };
  }

  /** Where a volume of this name lies, or would. The name was checked before: it is no path. */
  placeOf(volumeName: string): VolumePlace {
    const path = join(this.path, volumeName);
    return { files: this.files, path, volumeName, deviceText: this.text };
  }

  /** Whether a session would get a drive now. */
  get hasDrive(): boolean {
    const { maximumConcurrentJobs } = this.settings;
    const isFull = maximumConcurrentJobs > 0 && this.gate.sessions >= maximumConcurrentJobs;
    return this.gate.closedText === undefined && !isFull;
  }

  /**
   * Takes a drive, until it is disposed of.
   * @throws DeviceNotReady at Maximum Concurrent Jobs, and when an admin has taken the device out of use
   */
  takeDrive(): Disposable {
    if (!this.hasDrive) {
      const { sessions, closedText } = this.gate;
      const why = closedText ?? `it already has ${sessions} jobs, its Maximum Concurrent Jobs`;
      throw new DeviceNotReady(`Device ${this.text} takes no job now: ${why}`);
    }
    return this.gate.enter();
  }

  /** Why no volume of it can be used now; undefined when nothing is known against it. */
  get problem(): string | undefined {
    const { closedText } = this.gate;
    if (closedText !== undefined) return `Device ${this.text} cannot be used: ${closedText}`;
    const { mountPoint, readOnly } = this.settings;
    const problem = directoryProblem(this.path, { mountPoint, isWritten: !readOnly });
    return problem && `Device ${this.text} cannot be used: ${problem}`;
  }

  /** Whether it holds nothing at all, as the mount point of a disk that is somewhere else. */
  get looksUnmounted(): boolean {
    return looksUnmounted(this.path);
  }

  /** Keeps other storage daemons off the directory, until it is disposed of. @throws DeviceNotReady, DirectoryInUse */
  enter(use: DirectoryUse): Disposable {
    const { closedText } = this.gate;
    const { mountPoint } = this.settings;
    const problem = closedText ?? (mountPoint && mountProblem(mountPoint));
    if (problem) throw new DeviceNotReady(`Device ${this.text} cannot be used: ${problem}`);
    return this.#directory.enter(use);
  }

  space(): Promise<DiskSpace> {
    return this.files.space(this.path);
  }

  /**
   * Why `bytes` more must not be written here: less than Minimum Free Space would be left. Undefined when they may.
   * To be asked before each write.
   */
  async roomProblem(bytes: number): Promise<string | undefined> {
    const isStale =
      this.#known === undefined ||
      Date.now() - this.#known.atMs > SPACE_TRUSTED_MS ||
      this.#known.freeBytes < this.settings.minimumFreeBytes + SPACE_TRUSTED_BYTES;
    if (isStale || this.#known === undefined) {
      this.#known = { freeBytes: (await this.space()).freeBytes, atMs: Date.now() };
    }
    const { freeBytes } = this.#known;
    if (freeBytes - bytes < this.settings.minimumFreeBytes) return this.roomText(freeBytes);
    this.#known.freeBytes -= bytes;
    return undefined;
  }

  /** As roomProblem, for a volume that a job has not begun to write. */
  async roomProblemToBegin(): Promise<string | undefined> {
    const { freeBytes } = await this.space();
    const isTight = freeBytes - ROOM_TO_BEGIN_BYTES < this.settings.minimumFreeBytes;
    return isTight ? this.roomText(freeBytes) : undefined;
  }

  roomText(freeBytes: number): string {
    return (
      `Device ${this.text} has only ${withCommas(freeBytes)} bytes free` +
      ` (Minimum Free Space = ${withCommas(this.settings.minimumFreeBytes)})`
    );
  }
}

/** How often a job that may use any of these looks again: as often as the most eager one. */
export function pollMsOf(devices: readonly Device[]): number {
  return Math.min(...devices.map(({ settings }) => settings.volumePollMs));
}

/** A drive of the first device that has one left; waits, and says so, until there is one. */
export async function takeDrive(devices: readonly Device[], patience: Patience): Promise<Disposable> {
  for (;;) {
    const device = devices.find(({ hasDrive }) => hasDrive) ?? devices[0];
    if (device === undefined) throw new TypeError('A session without devices');
    try {
      return device.takeDrive();
    } catch (error) {
      if (!(error instanceof DeviceNotReady)) throw error;
      await patience.wait({ what: 'a drive', problem: error.message, pollMs: pollMsOf(devices) });
    }
  }
}

/**
 * What `open` makes of the first device that has the volume it looks for.
 * @throws VolumeProblem missing, when none has. @throws DeviceNotReady when it may lie on one that is not to be seen now
 */
export async function onDeviceThatHas<T>(
  devices: readonly Device[],
  open: (device: Device) => Promise<T>,
): Promise<T> {
  let missing: VolumeProblem | undefined;
  let notReady: DeviceNotReady | undefined;
  for (const device of devices) {
    try {
      return await open(device);
    } catch (error) {
      if (error instanceof VolumeProblem && error.kind === 'missing') {
        missing ??= error;
        if (device.looksUnmounted) notReady ??= notMounted(device, error);
      } else if (error instanceof DeviceNotReady) notReady ??= error;
      else throw error;
    }
  }
  throw notReady ?? missing ?? new TypeError('A search that found nothing did not say so');
}

function notMounted({ text }: Device, { message }: VolumeProblem): DeviceNotReady {
  return new DeviceNotReady(
    `${message}, nor does any other volume: is the disk of device ${text} not mounted? If the volume is really gone,` +
      ' say so with "update volume" (VolStatus = Error) or "delete volume"',
  );
}
