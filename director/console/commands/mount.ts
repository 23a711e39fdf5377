import type { StorageResource } from '../../../configuration/director-conf.ts';
import { DeviceAction } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceOnLineOrChosen } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { controlDevices } from '../control-devices.ts';

const KEYWORDS = { storage: 'storage', device: 'text', drive: 'text', slot: 'text' } as const;

function deviceCommand(name: string, action: DeviceAction, description: string): Command {
  return {
    name,
    description,
    keywords: KEYWORDS,
    async run(context) {
      await announceCatalog(context, 'jobs');
      const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
      await controlDevices(context, { storage, devices: devicesOf(context, storage), action });
      if (action === DeviceAction.MOUNT) context.services.jobs.lookForVolumes();
    },
  };
}

export const mount = deviceCommand(
  'mount',
  DeviceAction.MOUNT,
  'Say that a disk is there: jobs that wait look again',
);
export const umount = deviceCommand('umount', DeviceAction.UNMOUNT, 'See unmount');
export const unmount = deviceCommand(
  'unmount',
  DeviceAction.UNMOUNT,
  'Keep jobs from a disk, to take it away, until mount',
);
export const release = deviceCommand('release', DeviceAction.RELEASE, 'Say whether a Volume is open');

/** The one that the line names, or all of the Storage. */
function devicesOf({ line }: CommandContext, storage: StorageResource): readonly string[] {
  const name = line.value('device');
  if (name === undefined) return storage.device;
  if (storage.device.includes(name) || storage.autochanger !== false) return [name];
  throw new CommandError(
    `Storage "${storage.name}" has no Device "${name}"`,
    `There is: ${storage.device.join(', ')}.`,
  );
}
