import { durationText } from '../../text/numbers.ts';

/** What of a Media row decides whether the volume takes another job. */
export interface VolumeLimits {
  readonly volumeName: string;
  readonly volJobs: number;
  readonly volFiles: number;
  readonly volBytes: number;
  readonly firstWritten?: Date;
  /** Each 0 = no limit. */
  readonly maxVolBytes: number;
  readonly maxVolJobs: number;
  readonly maxVolFiles: number;
  readonly volUseDuration: number;
}

export interface Closing {
  readonly status: 'Full' | 'Used';
  /** For the job's messages; scripts look for these texts. */
  readonly message: string;
}

/**
 * Whether a volume has reached a limit and takes no further job; the first hit decides. A volume that no job has
 * written to is never closed.
 */
export function closingOf(
  volume: VolumeLimits,
  options: { readonly useVolumeOnce: boolean; readonly now: Date },
): Closing | undefined {
  if (volume.volJobs === 0) return undefined;
  const { volumeName } = volume;
  if (volume.maxVolBytes > 0 && volume.volBytes >= volume.maxVolBytes) {
    return {
      status: 'Full',
      message: `Max Volume bytes=${volume.maxVolBytes} exceeded. Marking Volume "${volumeName}" as Full.`,
    };
  }
  if (options.useVolumeOnce) return used(volumeName, 'Use Volume Once is set.');
  if (volume.maxVolJobs > 0 && volume.volJobs >= volume.maxVolJobs) {
    return used(volumeName, `Max Volume jobs=${volume.maxVolJobs} exceeded.`);
  }
  if (volume.maxVolFiles > 0 && volume.volFiles >= volume.maxVolFiles) {
    return used(volumeName, `Max Volume files=${volume.maxVolFiles} exceeded.`);
  }
  if (volume.firstWritten && volume.volUseDuration > 0) {
    const inUseSeconds = (options.now.getTime() - volume.firstWritten.getTime()) / 1000;
    if (inUseSeconds >= volume.volUseDuration) {
      return used(volumeName, `Max configured use duration=${durationText(volume.volUseDuration)} exceeded.`);
    }
  }
  return undefined;
}

function used(volumeName: string, why: string): Closing {
  return { status: 'Used', message: `${why} Marking Volume "${volumeName}" as Used.` };
}
