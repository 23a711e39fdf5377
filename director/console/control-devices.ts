import type { StorageResource } from '../../configuration/director-conf.ts';
import { DeviceAction } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { CommandContext } from './command.ts';

/** What a change means, below the storage daemon's own sentence: that is one which scripts know, whatever has changed. */
const MEANING: Partial<Record<DeviceAction, (device: string) => string>> = {
  [DeviceAction.MOUNT]: (device) => `Jobs use Device "${device}" again.`,
  [DeviceAction.UNMOUNT]: (device) => `Jobs wait for Device "${device}" until it is mounted again.`,
  [DeviceAction.ENABLE]: (device) => `Jobs use Device "${device}" again.`,
  [DeviceAction.DISABLE]: (device) => `Jobs wait for Device "${device}" until it is enabled again.`,
};

/** Does this to devices of a storage daemon and says what became of it. */
export async function controlDevices(
  { services, say }: CommandContext,
  wanted: { storage: StorageResource; devices: readonly string[]; action: DeviceAction },
): Promise<void> {
  const { storage, devices, action } = wanted;
  for (const deviceName of devices) {
    for (const outcome of await services.peers.controlDevice({ storage, deviceName, action })) {
      await say(outcome.text);
      const meaning = MEANING[action];
      if (outcome.changed && meaning) await say(meaning(outcome.device?.name ?? deviceName));
    }
  }
}
