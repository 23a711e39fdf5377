import { formatReportTime } from '../text/civil-time.ts';
import { statusBytes, withCommas } from '../text/numbers.ts';
import { UseMode } from '../proto/noctule/storage/v1/storage_daemon.ts';

/**
 * What a storage daemon says to a job's messages. Scripts look for these sentences, so they are Bacula's to the
 * letter. `device` is `"NAME" (PATH)`.
 */

export function mountedTexts(volume: {
  volumeName: string;
  device: string;
  mode: UseMode;
  isFresh: boolean;
  volumeBytes: number;
}): string[] {
  const { volumeName, device, mode, isFresh, volumeBytes } = volume;
  const wroteLabel = `Wrote label to prelabeled Volume "${volumeName}" on File device ${device}`;
  if (mode === UseMode.CREATE)
    return [`Labeled new Volume "${volumeName}" on File device ${device}.`, wroteLabel];
  if (mode === UseMode.RECYCLE) {
    return [`Recycled volume "${volumeName}" on File device ${device}, all previous data lost.`];
  }
  if (isFresh) return [wroteLabel];
  return [
    `Volume "${volumeName}" previously written, moving to end of data.`,
    `Ready to append to end of Volume "${volumeName}" size=${withCommas(volumeBytes)}`,
  ];
}

export function repairedText(volumeName: string, repairedBytes: number): string {
  return (
    `Volume "${volumeName}" ended with ${withCommas(repairedBytes)} bytes of a job that did not end;` +
    ' they were cut off.'
  );
}

export function newVolumeText(volumeName: string, device: string, at: Date): string {
  return `New volume "${volumeName}" mounted on device ${device} at ${minuteOf(at)}.`;
}

export function endOfMediumText(volume: {
  volumeName: string;
  bytes: number;
  blocks: number;
  at: Date;
}): string {
  const { volumeName, bytes, blocks, at } = volume;
  return (
    `End of medium on Volume "${volumeName}" Bytes=${withCommas(bytes)}` +
    ` Blocks=${withCommas(blocks)} at ${minuteOf(at)}.`
  );
}

/** Time counts as a second at least, so that there is always a rate. */
export function transferText(bytes: number, elapsedMs: number): string {
  const seconds = Math.max(1, Math.round(elapsedMs / 1000));
  const clock = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60) % 60, seconds % 60];
  const elapsed = clock.map((part) => String(part).padStart(2, '0')).join(':');
  return `Elapsed time=${elapsed}, Transfer rate=${statusBytes(Math.trunc(bytes / seconds))} Bytes/second`;
}

/** "21-Nov-2026 03:42" */
function minuteOf(at: Date): string {
  return formatReportTime(at).slice(0, -':00'.length);
}
