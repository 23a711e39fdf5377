import { resolve } from 'node:path';
import { deviceTypeOf } from '../configuration/device-type.ts';
import type { AutochangerResource, DeviceResource } from '../configuration/storage-conf.ts';
import { nearest } from '../configuration/suggestion.ts';
import { DeviceGate } from './device-gate.ts';
import { Device } from './device.ts';
import { RequestRefused } from './storage-errors.ts';
import type { StorageFiles } from './storage-file.ts';
import { VolumeDirectory } from './volume-directory.ts';
import { WakeUp } from './wake-up.ts';

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
  readonly #daemonName: string;
  /** By path, and kept over reloads: what is claimed stays claimed. */
  readonly #directories = new Map<string, VolumeDirectory>();
  /** By the name of the device, and kept over reloads. */
  readonly #gates = new Map<string, DeviceGate>();
  /** Called when a drive, or room on a disk, has become free, and when an admin says "mount". */
  readonly wakeUp = new WakeUp();
  #devices: readonly Device[] = [];
  #autochangers: readonly AutochangerResource[] = [];

  /** @param daemonName for messages: a Director may have several storage daemons */
  constructor(files: StorageFiles, daemonName: string) {
    this.#files = files;
    this.#daemonName = daemonName;
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
    this.wakeUp.call();
  }

  /** Those of this name: a Device, or the drives of an Autochanger. @throws RequestRefused when there is none */
  named(name: string): Device[] {
    const found = this.#named(name);
    if (found.length > 0) return found;
    throw this.#unknown([name]);
  }

  /** Likewise, but only the one of this number, if there is a number. */
  drives(name: string, number: number | undefined): Device[] {
    const all = this.named(name);
    if (number === undefined) return all;
    const drive = all[number];
    if (drive) return [drive];
    throw new RequestRefused(
      `"${name}" has no drive ${number}`,
      all.length === 1 ? 'Its only one is drive 0.' : `Its drives are 0 to ${all.length - 1}.`,
    );
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
    if (first === undefined) throw this.#unknown(request.deviceNames);
    throw new RequestRefused(
      `Device ${first.text} cannot be used: ${misfit(first, request)}`,
      `Compare the Director's Storage resource with the Device resource of storage daemon "${this.#daemonName}".`,
    );
  }

  #named(name: string): Device[] {
    const device = this.#devices.find((one) => one.name === name);
    if (device) return [device];
    const drives = this.#autochangers.find((one) => one.name === name)?.devices ?? [];
    return this.#devices.filter((one) => drives.some((drive) => drive.autoSelect && drive.name === one.name));
  }

  #unknown(wanted: readonly string[]): RequestRefused {
    const names = [...this.#autochangers, ...this.#devices].map(({ name }) => name);
    const near = wanted.map((name) => nearest(name, names)).find((name) => name !== undefined);
    return new RequestRefused(
      `Storage daemon "${this.#daemonName}" has no Device or Autochanger ${quoted(wanted)}`,
      `Correct Device in the Director's Storage resource: ` +
        (near === undefined ? `there are ${quoted(names)}.` : `did you mean "${near}"?`),
    );
  }

  #device(resource: DeviceResource): Device {
    const path = resolve(resource.archiveDevice);
    const directory = this.#directories.get(path) ?? new VolumeDirectory(path);
    this.#directories.set(path, directory);
    const gate = this.#gates.get(resource.name) ?? new DeviceGate(this.wakeUp);
    this.#gates.set(resource.name, gate);
    const settings = {
      name: resource.name,
      mediaType: resource.mediaType,
      deviceType: deviceTypeOf(resource),
      labelMedia: resource.labelMedia,
      minimumFreeBytes: resource.minimumFreeSpace,
      maximumVolumeBytes: resource.maximumVolumeSize,
      maximumConcurrentJobs: resource.maximumConcurrentJobs,
      readOnly: resource.readOnly,
      enabled: resource.enabled,
      volumePollMs: resource.volumePollInterval * 1000,
      mountPoint: resource.requiresMount ? resolve(resource.mountPoint ?? path) : undefined,
    };
    return new Device(settings, { directory, files: this.#files, gate });
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function misfit({ settings }: Device, { mediaType, purpose }: DeviceRequest): string | undefined {
  if (settings.deviceType !== 'File') {
    return `it is of type ${settings.deviceType}, and volumes are files in a directory`;
  }
  if (!settings.enabled) return 'its resource says "Enabled = no"';
  if (purpose === 'write' && settings.readOnly) return 'its resource says "Read Only = yes"';
  if (mediaType !== '' && mediaType !== settings.mediaType) {
    return `its Media Type is "${settings.mediaType}", the Director asks for "${mediaType}"`;
  }
  return undefined;
}
