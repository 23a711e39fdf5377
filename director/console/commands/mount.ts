import { DeviceAction } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { announceCatalog } from '../catalog-line.ts';
import type { Command } from '../command.ts';
import { controlDevices, DEVICE_KEYWORDS } from '../control-devices.ts';

const KEYWORDS = {
  storage: 'storage',
  ...DEVICE_KEYWORDS,
  jobid: 'text',
  job: 'job',
  ujobid: 'text',
} as const;

function deviceCommand(name: string, action: DeviceAction, description: string): Command {
  return {
    name,
    description,
    keywords: KEYWORDS,
    async run(context) {
      await announceCatalog(context, 'jobs');
      await controlDevices(context, action);
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
