import { describe, expect, it } from 'vitest';
import { Mounts } from '../../../file-daemon/walk/mounts.ts';

const MOUNTINFO = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:5 / /proc rw - proc proc rw
30 22 8:2 / /home rw - xfs /dev/sda2 rw
31 30 0:44 / /home/with\\040blank\\134 rw master:2 - fuse.sshfs host:/ rw
32 22 8:3 / /home rw - btrfs /dev/sda3 rw
`;

describe('the type of the file system below a path', () => {
  it.each([
    ['/', 'ext4'],
    ['/etc', 'ext4'],
    ['/proc/self', 'proc'],
    ['/homer', 'ext4'],
    ['/home/joe', 'btrfs'], // mounted over the xfs
    ['/home/with blank\\/x', 'fuse.sshfs'],
  ])('%s: %s', (path, fsType) => {
    expect(new Mounts(MOUNTINFO).fsTypeOf(path)).toBe(fsType);
  });

  it('is known for the root of this machine', () => {
    expect(Mounts.read().fsTypeOf('/')).toMatch(/^\w/);
  });
});
