import type { DeviceResource } from './storage-resources.ts';

/** What kind of thing a Device is: as its Device Type says, else as its Archive Device looks. Only `File` is written here. */
export function deviceTypeOf({
  deviceType,
  archiveDevice = '',
}: Partial<Pick<DeviceResource, 'deviceType' | 'archiveDevice'>>): NonNullable<DeviceResource['deviceType']> {
  if (deviceType !== undefined) return deviceType;
  return archiveDevice.startsWith('/dev/') && !archiveDevice.startsWith('/dev/shm/') ? 'Tape' : 'File';
}
