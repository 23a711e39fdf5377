import type { StorageResource } from '../../configuration/director-conf.ts';
import { DeviceAction } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { resourceNamed, resourceOnLineOrChosen } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { runningJobsOnLine } from './running-jobs.ts';

/** What a change means, below the storage daemon's own sentence: that is one which scripts know, whatever has changed. */
const MEANING: Partial<Record<DeviceAction, (device: string) => string>> = {
  [DeviceAction.MOUNT]: (device) => `Jobs use Device "${device}" again.`,
  [DeviceAction.UNMOUNT]: (device) => `Jobs wait for Device "${device}" until it is mounted again.`,
  [DeviceAction.ENABLE]: (device) => `Jobs use Device "${device}" again.`,
  [DeviceAction.DISABLE]: (device) => `Jobs wait for Device "${device}" until it is enabled again.`,
};

/** Keywords that name devices. A slot means nothing on disk. */
export const DEVICE_KEYWORDS = { device: 'text', drive: 'text', slot: 'text' } as const;

/** Does this to the devices that the line names, and says what became of it. */
export async function controlDevices(context: CommandContext, action: DeviceAction): Promise<void> {
  const { services, say } = context;
  const storage = await storageOf(context);
  for (const device of devicesOf(context, storage)) {
    for (const outcome of await services.peers.controlDevice({ storage, ...device, action })) {
      await say(outcome.text);
      const meaning = MEANING[action];
      if (outcome.changed && meaning) await say(meaning(outcome.device?.name ?? device.deviceName));
    }
  }
}

/** The one that is named, that a job on the line uses, or that is chosen. */
async function storageOf(context: CommandContext): Promise<StorageResource> {
  const [job] = (!context.line.has('storage') && runningJobsOnLine(context)) || [];
  return job
    ? resourceNamed(context, 'Storage', job.storageName)
    : resourceOnLineOrChosen(context, 'Storage', 'storage');
}

interface NamedDevice {
  readonly deviceName: string;
  readonly drive?: number;
}

/** The one that the line names, or all of the Storage. */
function devicesOf({ line }: CommandContext, storage: StorageResource): readonly NamedDevice[] {
  const { name, device: names, autochanger } = storage;
  const deviceName = line.value('device');
  const drive = line.integer('drive');
  if (deviceName !== undefined) {
    if (names.includes(deviceName) || autochanger !== false) return [{ deviceName }];
    throw new CommandError(
      `Storage "${name}" has no Device "${deviceName}"`,
      `There is: ${names.join(', ')}.`,
    );
  }
  if (drive === undefined) return names.map((one) => ({ deviceName: one }));
  const [only] = names;
  if (names.length === 1 && only !== undefined) return [{ deviceName: only, drive }];
  const numbered = names[drive];
  if (numbered !== undefined) return [{ deviceName: numbered }];
  throw new CommandError(
    `Storage "${name}" has no drive ${drive}`,
    `Its Devices are, from 0: ${names.join(', ')}.`,
  );
}
