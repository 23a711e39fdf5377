import { DeviceAction } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { Device } from './device.ts';
import { RequestRefused } from './storage-errors.ts';

export interface ControlOutcome {
  readonly changed: boolean;
  /** For the admin, as Bacula says it. */
  readonly text: string;
}

/**
 * What mount, unmount, release, enable and disable do to a device. `users` names the jobs that have a volume of it open;
 * empty when there is none.
 * @throws RequestRefused what the conf forbids cannot be allowed at the console
 */
export function controlDevice(device: Device, action: DeviceAction, users: string): ControlOutcome {
  const { gate } = device;
  const text = `"${device.text}"`; // quoted twice: scripts know it so
  const stillUsed = users && `; ${users} may go on with what is open`;
  switch (action) {
    case DeviceAction.MOUNT: {
      gate.wakeUp.call(); // also those that wait for a disk, or for room on it
      const changed = gate.isUnmounted;
      gate.isUnmounted = false;
      return { changed, text: `3906 File device ${text} is always mounted.` };
    }
    case DeviceAction.UNMOUNT: {
      const changed = !gate.isUnmounted;
      gate.isUnmounted = true;
      // Of a disk only what is open can be unmounted, as Bacula sees it.
      if (users === '') return { changed, text: `3901 Device ${text} is already unmounted.` };
      return { changed, text: `3002 Device ${text} unmounted${stillUsed}.` };
    }
    case DeviceAction.RELEASE:
      if (users === '') return { changed: false, text: `3921 Device ${text} already released.` };
      return {
        changed: false,
        text: `3922 Device ${text} is in use by ${users}: it is released when they end.`,
      };
    case DeviceAction.ENABLE:
      if (!device.settings.enabled) {
        throw new RequestRefused(
          `Device ${text} cannot be enabled: its resource says "Enabled = no"`,
          "Change that in the storage daemon's conf and reload it.",
        );
      }
      if (!gate.isDisabled) return { changed: false, text: `3003 Device ${text} already enabled.` };
      gate.isDisabled = false;
      gate.wakeUp.call();
      return { changed: true, text: `3002 Device ${text} enabled.` };
    case DeviceAction.DISABLE:
      if (gate.isDisabled) return { changed: false, text: `3004 Device ${text} already disabled.` };
      gate.isDisabled = true;
      return { changed: true, text: `3005 Device ${text} disabled${stillUsed}.` };
    default:
      throw new RequestRefused(
        `The Director asked for an unknown action on device ${text}`,
        'Run the same release of Noctule on all machines.',
      );
  }
}
