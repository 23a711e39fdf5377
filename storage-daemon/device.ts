import { join } from 'node:path';
import { withCommas } from '../text/numbers.ts';
import type { DiskSpace, StorageFiles } from './storage-file.ts';
import { RequestRefused, VolumeProblem } from './storage-errors.ts';
import type { VolumeClaim, VolumeUse } from './volume-claims.ts';
import type { VolumeDirectory } from './volume-directory.ts';
import type { VolumePlace } from './volume-file.ts';

/** What a Device resource says. */
export interface DeviceSettings {
  readonly name: string;
  readonly mediaType: string;
  readonly labelMedia: boolean;
  readonly minimumFreeBytes: number;
  /** A volume is full at this size; 0 = no limit. */
  readonly maximumVolumeBytes: number;
  /** Sessions at once; 0 = no limit. */
  readonly maximumConcurrentJobs: number;
  readonly readOnly: boolean;
  readonly enabled: boolean;
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
  readonly #directory: VolumeDirectory;
  #sessions = 0;
  #known: { freeBytes: number; atMs: number } | undefined;

  constructor(settings: DeviceSettings, directory: VolumeDirectory, files: StorageFiles) {
    this.settings = settings;
    this.#directory = directory;
    this.files = files;
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
   * @throws VolumeProblem busy, io. @throws DirectoryInUse
   */
  claim(volumeName: string, use: VolumeUse): VolumeClaim {
    const inside = this.enter();
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

  get isFullyUsed(): boolean {
    const { maximumConcurrentJobs } = this.settings;
    return maximumConcurrentJobs > 0 && this.#sessions >= maximumConcurrentJobs;
  }

  /**
   * Counts a session in, until it is disposed of.
   * @throws RequestRefused at Maximum Concurrent Jobs. @throws DirectoryInUse, VolumeProblem
   */
  reserve(): Disposable {
    if (this.isFullyUsed) {
      throw new RequestRefused(
        `Device ${this.text} already has ${this.#sessions} jobs, its Maximum Concurrent Jobs`,
        'Raise Maximum Concurrent Jobs of the Device, or run fewer jobs at once.',
      );
    }
    const use = this.enter();
    this.#sessions += 1;
    return {
      [Symbol.dispose]: () => {
        this.#sessions -= 1;
        use[Symbol.dispose]();
      },
    };
  }

  /** Keeps other storage daemons off the directory, until it is disposed of. @throws DirectoryInUse, VolumeProblem */
  enter(): Disposable {
    return this.#directory.enter();
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

/** What `open` makes of the first device that has the volume it looks for. @throws VolumeProblem missing, when none has */
export async function onDeviceThatHas<T>(
  devices: readonly Device[],
  open: (device: Device) => Promise<T>,
): Promise<T> {
  let missing: unknown;
  for (const device of devices) {
    try {
      return await open(device);
    } catch (error) {
      if (!(error instanceof VolumeProblem && error.kind === 'missing')) throw error;
      missing ??= error;
    }
  }
  throw missing;
}
