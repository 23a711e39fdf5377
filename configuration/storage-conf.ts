import { checkAtLeastOne, checkExactlyOne, checkPasswords, resourcesOf } from './checks/check-conf.ts';
import { checkStorageDaemon } from './checks/check-storage-daemon.ts';
import type { ResourceOf } from './directive.ts';
import type { LoadOptions } from './load-options.ts';
import { Problems, type ConfResult } from './problem.ts';
import { readConf } from './read-conf.ts';
import { STORAGE_SCHEMA } from './schemas.ts';
import { diskReader } from './source-reader.ts';
import type { MESSAGES } from './tables/messages.ts';
import type { CLOUD_STORAGE } from './tables/cloud.ts';
import type { DEVICE } from './tables/device.ts';
import type { AUTOCHANGER, DAEMON_DIRECTOR, STORAGE_DAEMON } from './tables/storage-daemon.ts';

/** What the references of the storage daemon's resources lead to. */
interface Resources {
  Device: DeviceResource;
  Cloud: CloudResource;
  Messages: StorageMessagesResource;
}

export type StorageDaemonResource = ResourceOf<typeof STORAGE_DAEMON, Resources>;
/** A Director that may use the daemon. */
export type AllowedDirectorResource = ResourceOf<typeof DAEMON_DIRECTOR, Resources>;
export type DeviceResource = ResourceOf<typeof DEVICE, Resources>;
export type AutochangerResource = ResourceOf<typeof AUTOCHANGER, Resources>;
export type CloudResource = ResourceOf<typeof CLOUD_STORAGE, Resources>;
export type StorageMessagesResource = ResourceOf<typeof MESSAGES, Resources>;

/** The conf of a storage daemon. */
export interface StorageConf {
  readonly storage: StorageDaemonResource;
  readonly directors: readonly AllowedDirectorResource[];
  readonly devices: readonly DeviceResource[];
  readonly autochangers: readonly AutochangerResource[];
  readonly clouds: readonly CloudResource[];
  readonly messages: readonly StorageMessagesResource[];
}

/** Loads the storage daemon's conf from `file`. Never throws for what stands in it; `problems` has it all. */
export function loadStorageConf(file: string, options: LoadOptions = {}): ConfResult<StorageConf> {
  const problems = new Problems();
  const read = readConf(file, STORAGE_SCHEMA, problems, options);
  checkExactlyOne(read, 'Storage', file, problems);
  checkAtLeastOne(read, 'Director', file, problems, 'nobody may use this daemon');
  checkAtLeastOne(read, 'Device', file, problems, 'it has no place for volumes');
  checkStorageDaemon(read, problems);
  checkPasswords(read, options.reader ?? diskReader, problems);
  return problems.result(() => {
    const messages = resourcesOf<StorageMessagesResource>(read, 'Messages');
    const [storage] = resourcesOf<StorageDaemonResource>(read, 'Storage');
    if (!storage) return undefined;
    return {
      storage: { ...storage, messages: storage.messages ?? messages[0] },
      directors: resourcesOf(read, 'Director'),
      devices: resourcesOf(read, 'Device'),
      autochangers: resourcesOf(read, 'Autochanger'),
      clouds: resourcesOf(read, 'Cloud'),
      messages,
    };
  });
}
