import { withCommas } from '../text/numbers.ts';
import { SessionEndStatus } from '../volume/control-member.ts';
import { findTail } from '../volume/tail.ts';
import { sessionEndAt } from './own-members.ts';
import { VolumeEndsInsideJob, VolumeProblem } from './storage-errors.ts';
import type { VolumeFile } from './volume-file.ts';
import { endVolumeAt } from './volume-writer.ts';

export interface RepairedTail {
  /** Where the volume ends now, durable: the next session begins here. */
  readonly endBytes: number;
  /** Bytes that were cut off. */
  readonly repairedBytes: number;
}

/**
 * Makes the end of a volume fit for the next session: what was torn, and what a session that did not end has behind
 * its last entry boundary, is cut off. `catalogBytes` is what the catalog believes to be durable; 0 when it does not know.
 * @throws VolumeProblem short. @throws VolumeEndsInsideJob
 */
export async function repairTail(volume: VolumeFile, catalogBytes: number): Promise<RepairedTail> {
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
    return { endBytes: cutBytes + end.length, repairedBytes };
  }
  if (repairedBytes > 0) {
    await file.truncate(cutBytes);
    await file.sync();
  }
  return { endBytes: cutBytes, repairedBytes };
}
