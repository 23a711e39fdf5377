import type { MediaRow } from '../../catalog/rows.ts';

/** Whether it takes no more and holds its jobs until they expire. */
export function isClosed({ volStatus }: Pick<MediaRow, 'volStatus'>): boolean {
  return volStatus === 'Full' || volStatus === 'Used';
}

/** Whether there is more on it than a label: one that was truncated already has no space to give back. */
export function holdsData({
  volBytes,
  lastWritten,
  labelDate,
}: Pick<MediaRow, 'volBytes' | 'lastWritten' | 'labelDate'>): boolean {
  return volBytes > 0 && (lastWritten?.getTime() ?? 0) > (labelDate?.getTime() ?? 0);
}
