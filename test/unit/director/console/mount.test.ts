import { describe, expect, it } from 'vitest';
import type { DeviceStatus, StatusResponse } from '../../../../proto/noctule/storage/v1/storage_daemon.ts';
import { converse, fakeDirector } from './fake-director.ts';

function director(mounted: DeviceStatus['mounted'] = []) {
  const device = {
    ...{
      name: 'FileStorage',
      archiveDevice: '/backup/volumes',
      mediaType: 'File',
      freeBytes: 1,
      totalBytes: 2,
    },
    mounted,
  };
  const status = { devices: [device] } as unknown as StatusResponse;
  const { peers } = fakeDirector();
  return fakeDirector({ peers: { ...peers, storageStatus: async () => status } });
}

describe('mount, umount and release of a file device', () => {
  it('answer as they always did when no job uses it', async () => {
    const transcript = await converse(director(), [
      'umount storage=File1',
      'mount storage=File1',
      'release storage=File1',
      'mount',
    ]);
    expect(transcript).toContain('3901 Device ""FileStorage" (/backup/volumes)" is already unmounted.\n');
    expect(transcript).toContain('3906 File device ""FileStorage" (/backup/volumes)" is always mounted.\n');
    expect(transcript).toContain('3921 Device ""FileStorage" (/backup/volumes)" already released.\n');
    expect(transcript).toContain('*mount\nAutomatically selected Storage: File1\n3906 ');
  });

  it('name the jobs that use it', async () => {
    const busy = director([
      { volumeName: 'A-Full-0001', poolName: 'A-Full-Pool', volumeBytes: 1, writing: true, jobId: 7 },
    ]);
    const transcript = await converse(busy, ['unmount storage=File1', 'release storage=File1']);
    expect(transcript.match(/is in use by JobId 7 \(Volume "A-Full-0001"\)/g)).toHaveLength(2);
  });

  it('mount lets jobs that wait for a volume look again', async () => {
    const waiting = director();
    await converse(waiting, ['umount storage=File1']);
    expect(waiting.looks).toBe(0);
    await converse(waiting, ['mount storage=File1']);
    expect(waiting.looks).toBe(1);
  });

  it('say which devices there are', async () => {
    expect(await converse(director(), ['mount storage=File1 device=Nix'])).toContain(
      'mount: Storage "File1" has no Device "Nix". There is: FileStorage.\n',
    );
  });
});
