import { expect, test } from 'vitest';
import { UseMode } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import {
  endOfMediumText,
  mountedTexts,
  newVolumeText,
  transferText,
} from '../../../storage-daemon/session-text.ts';

const device = '"FileStorage" (/backup/volumes)';
const at = new Date(2026, 10, 21, 3, 42, 37);

test.each([
  [2_278_000, 900, 'Elapsed time=00:00:01, Transfer rate=2.278 M Bytes/second'],
  [483, 0, 'Elapsed time=00:00:01, Transfer rate=483  Bytes/second'],
  [0, 1000, 'Elapsed time=00:00:01, Transfer rate=0  Bytes/second'],
  [3_094_914, 11_000, 'Elapsed time=00:00:11, Transfer rate=281.3 K Bytes/second'],
  [360_000_000, 3_723_000, 'Elapsed time=01:02:03, Transfer rate=96.69 K Bytes/second'],
])('%i bytes in %i ms', (bytes, elapsedMs, text) => {
  expect(transferText(bytes, elapsedMs)).toBe(text);
});

test('the sentences that scripts look for are word for word those they know', () => {
  const volume = { volumeName: 'Tiny-0006', device, volumeBytes: 2_286_902 };
  expect(mountedTexts({ ...volume, mode: UseMode.CREATE, isFresh: true })).toEqual([
    'Labeled new Volume "Tiny-0006" on File device "FileStorage" (/backup/volumes).',
    'Wrote label to prelabeled Volume "Tiny-0006" on File device "FileStorage" (/backup/volumes)',
  ]);
  expect(mountedTexts({ ...volume, mode: UseMode.APPEND, isFresh: true })).toEqual([
    'Wrote label to prelabeled Volume "Tiny-0006" on File device "FileStorage" (/backup/volumes)',
  ]);
  expect(mountedTexts({ ...volume, mode: UseMode.APPEND, isFresh: false })).toEqual([
    'Volume "Tiny-0006" previously written, moving to end of data.',
    'Ready to append to end of Volume "Tiny-0006" size=2,286,902',
  ]);
  expect(mountedTexts({ ...volume, mode: UseMode.RECYCLE, isFresh: true })).toEqual([
    'Recycled volume "Tiny-0006" on File device "FileStorage" (/backup/volumes), all previous data lost.',
  ]);
  expect(endOfMediumText({ volumeName: 'Tiny-0006', bytes: 1_032_407, blocks: 16, at })).toBe(
    'End of medium on Volume "Tiny-0006" Bytes=1,032,407 Blocks=16 at 21-Nov-2026 03:42.',
  );
  expect(newVolumeText('Tiny-0007', device, at)).toBe(
    'New volume "Tiny-0007" mounted on device "FileStorage" (/backup/volumes) at 21-Nov-2026 03:42.',
  );
});
