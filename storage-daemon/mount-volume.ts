import { UseMode, type UseVolume } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { volumeNameProblem } from '../volume/volume-name.ts';
import { onDeviceThatHas, type Device } from './device.ts';
import { newLabel } from './own-members.ts';
import { RequestRefused, VolumeProblem } from './storage-errors.ts';
import { repairTail } from './tail-repair.ts';
import type { VolumeUse } from './volume-claims.ts';
import { asProblem, createVolume, emptyVolume, openVolume, type VolumeFile } from './volume-file.ts';
import { VolumeWriter } from './volume-writer.ts';

/** A volume that a session may write to, claimed and open. */
export interface MountedVolume extends AsyncDisposable {
  readonly device: Device;
  readonly writer: VolumeWriter;
  /** Nothing was ever written to it but its label. */
  readonly isFresh: boolean;
  /** Bytes of a torn tail, or of a session that did not end, that were cut off. */
  readonly repairedBytes: number;
}

/**
 * Opens the volume that the Director named, as it said.
 * `writtenBy` is this daemon's name and version, for the label.
 * @throws VolumeProblem, NoRoom, VolumeEndsInsideJob
 */
export async function mountForAppend(
  use: UseVolume,
  devices: readonly Device[],
  writtenBy: string,
): Promise<MountedVolume> {
  const nameProblem = volumeNameProblem(use.volumeName);
  if (nameProblem !== undefined) throw new VolumeProblem('label', nameProblem);
  switch (use.mode) {
    case UseMode.CREATE:
      return mountNew(use, devices, writtenBy);
    case UseMode.RECYCLE:
      return onDeviceThatHas(devices, (device) =>
        claimed(use, device, 'overwrite', async () => {
          const { emptied: volume } = await emptyVolume(
            device.placeOf(use.volumeName),
            newLabel(use, writtenBy),
          );
          return { volume, endBytes: volume.sizeBytes, repairedBytes: 0 };
        }),
      );
    case UseMode.APPEND:
      return onDeviceThatHas(devices, (device) =>
        claimed(use, device, 'append', () => openForAppend(device, use)),
      );
    default:
      throw new RequestRefused(
        `The Director asked for Volume "${use.volumeName}" in an unknown mode`,
        'Run the same release of Noctule on all machines.',
      );
  }
}

async function openForAppend(device: Device, use: UseVolume): Promise<OpenedVolume> {
  const volume = await openVolume(device.placeOf(use.volumeName), 'write');
  try {
    return { volume, ...(await repairTail(volume, use.expectedVolumeBytes)) };
  } catch (error) {
    await volume[Symbol.asyncDispose]();
    throw asProblem(volume.place, error);
  }
}

/** Where a new volume is made; undefined when none of the devices may label by itself. */
export function deviceForNew(devices: readonly Device[]): Device | undefined {
  return devices.find(({ settings }) => settings.labelMedia);
}

interface OpenedVolume {
  readonly volume: VolumeFile;
  readonly endBytes: number;
  readonly repairedBytes: number;
}

async function mountNew(
  use: UseVolume,
  devices: readonly Device[],
  writtenBy: string,
): Promise<MountedVolume> {
  const device = deviceForNew(devices);
  if (device === undefined) {
    throw new VolumeProblem(
      'missing',
      `Volume "${use.volumeName}" does not exist, and device ${devices[0]?.text} may not label new volumes by itself:` +
        ' its resource does not say "Label Media = yes"',
    );
  }
  return claimed(use, device, 'overwrite', async () => {
    const label = newLabel(use, writtenBy);
    const volume = await createVolume(device.placeOf(use.volumeName), label, 'replace');
    return { volume, endBytes: volume.sizeBytes, repairedBytes: 0 };
  });
}

async function claimed(
  { volumeName }: UseVolume,
  device: Device,
  use: VolumeUse,
  open: () => Promise<OpenedVolume>,
): Promise<MountedVolume> {
  const claim = device.claim(volumeName, use);
  try {
    const { volume, endBytes, repairedBytes } = await open();
    claim.becomeAppend();
    const writer = new VolumeWriter(volume, endBytes);
    return {
      device,
      writer,
      isFresh: endBytes === volume.labelBytes,
      repairedBytes,
      async [Symbol.asyncDispose]() {
        await writer[Symbol.asyncDispose]();
        claim[Symbol.dispose]();
      },
    };
  } catch (error) {
    claim[Symbol.dispose]();
    throw error;
  }
}
