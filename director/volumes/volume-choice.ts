import { closingOf, type Closing, type VolumeLimits } from './closing-test.ts';

export interface CandidateVolume extends VolumeLimits {
  readonly mediaId: number;
  readonly volStatus: string;
  /** Absent: the row was made, but no label was ever written for it. */
  readonly labelDate?: Date;
}

export interface VolumeQuestion<V extends CandidateVolume> {
  /** Volumes of the pool and media type in status Append, in the order of the search. */
  readonly append: readonly V[];
  /** Volumes that hold no job any more and may be overwritten (Recycle, then Purged), in the order of the search. */
  readonly recyclable: readonly V[];
  /** MediaIds that other running jobs write to: one job writes a volume at a time. */
  readonly inUse: ReadonlySet<number>;
  /** MediaIds that were offered to this job already and did not do. */
  readonly refused: ReadonlySet<number>;
  readonly pool: VolumePool;
  readonly now: Date;
}

export interface VolumePool {
  readonly useVolumeOnce: boolean;
  /** Undefined or "*": volumes are labelled by hand. */
  readonly labelFormat?: string;
  /** 0 = no limit. */
  readonly maximumVolumes: number;
  /** Volumes of the pool now, whatever their status. */
  readonly volumeCount: number;
}

export type VolumeAnswer<V extends CandidateVolume> =
  /** The volume has reached a limit: close it and ask again. */
  | { readonly kind: 'close'; readonly volume: V; readonly closing: Closing }
  | { readonly kind: 'append'; readonly volume: V }
  /** The row is there, the volume is not: label it. */
  | { readonly kind: 'label'; readonly volume: V }
  | { readonly kind: 'recycle'; readonly volume: V }
  | { readonly kind: 'create'; readonly labelFormat: string }
  /** Nothing now, but running jobs write to volumes that would do. */
  | { readonly kind: 'busy'; readonly volume: V }
  | { readonly kind: 'none' };

/**
 * The volume a job writes to next: one that takes more, else one to be recycled, else a new one within
 * Maximum Volumes, else none (the operator is asked).
 */
export function chooseVolume<V extends CandidateVolume>(question: VolumeQuestion<V>): VolumeAnswer<V> {
  const { inUse, refused, pool, now } = question;
  for (const volume of question.append) {
    if (refused.has(volume.mediaId) || inUse.has(volume.mediaId)) continue;
    const closing = closingOf(volume, { useVolumeOnce: pool.useVolumeOnce, now });
    if (closing) return { kind: 'close', volume, closing };
    return { kind: volume.labelDate ? 'append' : 'label', volume };
  }
  const recycled = question.recyclable.find((v) => !refused.has(v.mediaId) && !inUse.has(v.mediaId));
  if (recycled) return { kind: 'recycle', volume: recycled };
  const { labelFormat } = pool;
  const hasRoom = pool.maximumVolumes === 0 || pool.volumeCount < pool.maximumVolumes;
  if (hasRoom && labelFormat && labelFormat !== '*') return { kind: 'create', labelFormat };
  const busy = question.append.find((v) => inUse.has(v.mediaId) && !refused.has(v.mediaId));
  return busy ? { kind: 'busy', volume: busy } : { kind: 'none' };
}
