import { resolve } from 'node:path';
import type { AutochangerResource, DeviceResource } from '../configuration/storage-conf.ts';
import { Device } from './device.ts';
import { RequestRefused } from './storage-errors.ts';
import type { StorageFiles } from './storage-file.ts';
import { VolumeDirectory } from './volume-directory.ts';

/** What a Director wants a device for. */
export interface DeviceRequest {
  /** Names of Device or Autochanger resources, in order of preference. */
  readonly deviceNames: readonly string[];
  /** Empty = any. */
  readonly mediaType: string;
  readonly purpose: 'read' | 'write';
}

/** The devices of the conf in force. */
export class DeviceTable {
  readonly #files: StorageFiles;
  /** By path, and kept over reloads: what is claimed stays claimed. */
  readonly #directories = new Map<string, VolumeDirectory>();
  #devices: readonly Device[] = [];
  #autochangers: readonly AutochangerResource[] = [];

  constructor(files: StorageFiles) {
    this.#files = files;
  }

  get devices(): readonly Device[] {
    return this.#devices;
  }

  /** Takes over the devices of a conf. Sessions that run keep the ones they have. */
  configure(conf: {
    devices: readonly DeviceResource[];
    autochangers: readonly AutochangerResource[];
  }): void {
    this.#devices = conf.devices.map((resource) => this.#device(resource));
    this.#autochangers = conf.autochangers;
  }

  /**
   * The devices that will do, the preferred first.
   * @throws RequestRefused, saying why there is none
   */
  find(request: DeviceRequest): Device[] {
    const named = request.deviceNames.flatMap((name) => this.#named(name));
    const fitting = named.filter((device) => misfit(device, request) === undefined);
    if (fitting.length > 0) return fitting;
    const [first] = named;
    if (first === undefined) {
      throw new RequestRefused(
        `There is no Device or Autochanger "${request.deviceNames.join('", "')}" in this storage daemon`,
        "Compare Device in the Director's Storage resource with the names in the storage daemon's conf.",
      );
    }
    throw new RequestRefused(
      `Device ${first.text} cannot be used: ${misfit(first, request)}`,
      "Compare the Director's Storage resource with the Device resource of the storage daemon.",
    );
  }

  #named(name: string): Device[] {
    const device = this.#devices.find((one) => one.name === name);
    if (device) return [device];
    const drives = this.#autochangers.find((one) => one.name === name)?.devices ?? [];
    return this.#devices.filter((one) => drives.some((drive) => drive.autoSelect && drive.name === one.name));
  }

  #device(resource: DeviceResource): Device {
    const path = resolve(resource.archiveDevice);
    const directory = this.#directories.get(path) ?? new VolumeDirectory(path);
    this.#directories.set(path, directory);
    const settings = {
      name: resource.name,
      mediaType: resource.mediaType,
      labelMedia: resource.labelMedia,
      minimumFreeBytes: resource.minimumFreeSpace,
      maximumVolumeBytes: resource.maximumVolumeSize,
      maximumConcurrentJobs: resource.maximumConcurrentJobs,
      readOnly: resource.readOnly,
      enabled: resource.enabled,
    };
    return new Device(settings, directory, this.#files);
  }
}

function misfit({ settings }: Device, { mediaType, purpose }: DeviceRequest): string | undefined {
  if (!settings.enabled) return 'its resource says "Enabled = no"';
  if (purpose === 'write' && settings.readOnly) return 'its resource says "Read Only = yes"';
  if (mediaType !== '' && mediaType !== settings.mediaType) {
    return `its Media Type is "${settings.mediaType}", the Director asks for "${mediaType}"`;
  }
  return undefined;
}
