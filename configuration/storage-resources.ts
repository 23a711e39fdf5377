import type { ResourceOf } from './directive.ts';
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
