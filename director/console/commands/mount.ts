import type { StorageResource } from '../../../configuration/director-conf.ts';
import type { DeviceStatus } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { announceCatalog } from '../catalog-line.ts';
import { resourceOnLineOrChosen } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';

const KEYWORDS = { storage: 'storage', device: 'text', drive: 'text', slot: 'text' } as const;

/**
 * For disks these have little to do: a volume is open while a job uses it, and only then, so that a file system can be
 * unmounted whenever no job runs on it. `mount` says that a disk is there again: jobs that wait for a volume look at once.
 */
function deviceCommand(
  name: string,
  description: string,
  answer: (context: CommandContext, device: DeviceStatus, text: string) => Promise<void>,
): Command {
  return {
    name,
    description,
    keywords: KEYWORDS,
    async run(context) {
      await announceCatalog(context, 'jobs');
      const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
      for (const device of await devicesOf(context, storage)) {
        await answer(context, device, `"${device.name}" (${device.archiveDevice})`);
      }
    },
  };
}

export const mount = deviceCommand(
  'mount',
  'Say that a disk is there: jobs that wait look again',
  async (context, _, text) => {
    context.services.jobs.lookForVolumes();
    await context.say(`3906 File device "${text}" is always mounted.`);
  },
);

export const umount = deviceCommand('umount', 'See unmount', sayUnmounted);
export const unmount = deviceCommand('unmount', 'Say whether a disk can be taken away', sayUnmounted);

export const release = deviceCommand(
  'release',
  'Say whether a Volume is open',
  async ({ say }, { mounted }, text) => {
    if (mounted.length === 0) return say(`3921 Device "${text}" already released.`);
    await say(`3922 Device "${text}" is in use by ${jobsOf(mounted)}: it is released when they end.`);
  },
);

async function sayUnmounted({ say }: CommandContext, { mounted }: DeviceStatus, text: string): Promise<void> {
  if (mounted.length === 0) return say(`3901 Device "${text}" is already unmounted.`);
  await say(`3902 Device "${text}" is in use by ${jobsOf(mounted)}: cancel them, or wait for their end.`);
}

function jobsOf(mounted: DeviceStatus['mounted']): string {
  return mounted.map(({ jobId, volumeName }) => `JobId ${jobId} (Volume "${volumeName}")`).join(', ');
}

/** Those of the Storage that the line names, or all. */
async function devicesOf(
  { services, line }: CommandContext,
  storage: StorageResource,
): Promise<DeviceStatus[]> {
  const { devices } = await services.peers.storageStatus(storage);
  const names: readonly string[] = line.value('device') ? [line.value('device')!] : storage.device;
  const wanted = devices.filter(({ name }) => names.includes(name));
  if (wanted.length > 0) return wanted;
  // An Autochanger of the storage daemon: its devices go by other names.
  if (!line.has('device')) return devices.filter(({ mediaType }) => mediaType === storage.mediaType);
  throw new CommandError(
    `Storage "${storage.name}" has no Device "${names[0]}"`,
    `There is: ${devices.map(({ name }) => name).join(', ')}.`,
  );
}
