import { randomBytes } from 'node:crypto';
import type { VolumeLabel } from '../proto/noctule/record/v1/volume_members.ts';
import { encodeSessionEnd } from '../volume/control-member.ts';
import type { SessionPlace } from '../volume/member.ts';

/** Members that the storage daemon writes itself; all others come from file daemons. */

/** A label for this volume, different from every other. `writtenBy`: name and version of this daemon. */
export function newLabel(
  volume: { volumeName: string; poolName: string; mediaType: string },
  writtenBy: string,
): VolumeLabel {
  const { volumeName, poolName, mediaType } = volume;
  return { volumeName, poolName, mediaType, labelledAtMs: Date.now(), labelId: randomBytes(16), writtenBy };
}

/** A session-end without the totals, which only the file daemon knows. */
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
