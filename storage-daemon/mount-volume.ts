import { randomBytes } from 'node:crypto';
import { OperatorError } from '../errors/operator-error.ts';
import { UseMode, type UseVolume } from '../proto/noctule/storage/v1/storage_daemon.ts';
import type { VolumeLabel } from '../proto/noctule/record/v1/volume_members.ts';
import { withCommas } from '../text/numbers.ts';
import { SessionEndStatus, encodeSessionEnd } from '../volume/control-member.ts';
import type { SessionPlace } from '../volume/member.ts';
import { findTail } from '../volume/tail.ts';
import { volumeNameProblem } from '../volume/volume-name.ts';
import type { Device } from './device.ts';
import { RequestRefused, VolumeProblem } from './storage-errors.ts';
import type { VolumeUse } from './volume-claims.ts';
import { asProblem, createVolume, openVolume, recycleVolume, type VolumeFile } from './volume-file.ts';
import { VolumeWriter, endVolumeAt } from './volume-writer.ts';

/** A volume that a session may write to, claimed and open. */
export interface MountedVolume extends AsyncDisposable {
  readonly device: Device;
  readonly writer: VolumeWriter;
  /** Nothing was ever written to it but its label. */
  readonly isFresh: boolean;
  /** Bytes of a torn tail, or of a session that did not end, that were cut off. */
  readonly repairedBytes: number;
}

/** The end of the volume is the inside of a job that goes on elsewhere: it takes nothing more until it is recycled. */
export class VolumeEndsInsideJob extends OperatorError {
  readonly code = 'SD_VOLUME_ENDS_INSIDE_JOB';
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
          const volume = await recycleVolume(device.placeOf(use.volumeName), newLabel(use, writtenBy));
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

export function newLabel(
  volume: { volumeName: string; poolName: string; mediaType: string },
  writtenBy: string,
): VolumeLabel {
  const { volumeName, poolName, mediaType } = volume;
  return { volumeName, poolName, mediaType, labelledAtMs: Date.now(), labelId: randomBytes(16), writtenBy };
}

/** A session-end that this daemon writes itself: it does not know the totals of the file daemon. */
export function sessionEndAt(place: SessionPlace, status: string): Buffer {
  return encodeSessionEnd(place, {
    status,
    files: 0,
    contentBytes: 0,
    streamBytes: place.streamOffset,
    errors: 0,
    endedAtMs: Date.now(),
  });
}

async function openForAppend(device: Device, use: UseVolume): Promise<OpenedVolume> {
  const volume = await openVolume(device.placeOf(use.volumeName), 'write');
  try {
    return await repairTail(volume, use.expectedVolumeBytes);
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

/** The volume lies on whichever of the devices has a file of its name. */
export async function onDeviceThatHas<T>(
  devices: readonly Device[],
  open: (device: Device) => Promise<T>,
): Promise<T> {
  let missing: unknown;
  for (const device of devices) {
    try {
      return await open(device);
    } catch (error) {
      if (!(error instanceof VolumeProblem && error.kind === 'missing')) throw error;
      missing ??= error;
    }
  }
  throw missing;
}

async function claimed(
  { volumeName }: UseVolume,
  device: Device,
  use: VolumeUse,
  open: () => Promise<OpenedVolume>,
): Promise<MountedVolume> {
  const { path } = device.placeOf(volumeName);
  const busy = () =>
    new VolumeProblem('busy', `Volume "${volumeName}" on device ${device.text} is in use by another job`);
  using whileOpening = device.claims.claim(path, use);
  if (whileOpening === undefined) throw busy();
  const { volume, endBytes, repairedBytes } = await open();
  whileOpening[Symbol.dispose]();
  const claim = device.claims.claim(path, 'append');
  if (claim === undefined) throw busy();
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
}

/**
 * Makes the end of a volume fit for the next session: what was torn, and what a session that did not end has behind
 * its last entry boundary, is cut off. `catalogBytes` is what the catalog believes to be durable; 0 when it does not know.
 */
async function repairTail(volume: VolumeFile, catalogBytes: number): Promise<OpenedVolume> {
  const { file, place, sizeBytes, labelBytes } = volume;
  const tail = await findTail(volume.reader(), catalogBytes === 0 ? undefined : catalogBytes);
  const status = tail.lastSession?.status;
  // A session that was cut back while the Director was away leaves less than the catalog heard of.
  if (tail.wholeBytes < catalogBytes && status !== SessionEndStatus.CUT_SHORT) {
    throw new VolumeProblem(
      'short',
      `Volume "${place.volumeName}" on device ${place.deviceText} has ${withCommas(tail.wholeBytes)} whole bytes,` +
        ` the catalog has ${withCommas(catalogBytes)}: it was truncated, damaged or replaced`,
    );
  }
  if (status === SessionEndStatus.CONTINUES) {
    throw new VolumeEndsInsideJob(
      `Volume "${place.volumeName}" ends inside a job that goes on in another volume: it takes nothing more`,
    );
  }
  const cutBytes = Math.max(tail.cutBytes, labelBytes);
  const repairedBytes = sizeBytes - cutBytes;
  if (tail.lastSession !== undefined && status === undefined) {
    const end = sessionEndAt(tail.lastSession.place, SessionEndStatus.CUT_SHORT);
    await endVolumeAt(file, cutBytes, end);
    return { volume, endBytes: cutBytes + end.length, repairedBytes };
  }
  if (repairedBytes > 0) {
    await file.truncate(cutBytes);
    await file.sync();
  }
  return { volume, endBytes: cutBytes, repairedBytes };
}
