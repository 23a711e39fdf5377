import { describe, expect, it } from 'vitest';
import { DeviceAction, type ControlledDevice } from '../../../../proto/noctule/storage/v1/storage_daemon.ts';
import { converse, fakeDirector, runningJob, session, type FakeDirector } from './fake-director.ts';

function nameOf(action: DeviceAction): string {
  return Object.entries(DeviceAction).find(([, value]) => value === action)![0];
}

/** A Director whose storage daemon says "did ACTION to DEVICE". */
function director({ changed }: { changed: boolean }): FakeDirector {
  const { peers } = fakeDirector();
  return fakeDirector({
    peers: {
      ...peers,
      controlDevice: async ({ deviceName, drive, action }) => [
        {
          text: `did ${nameOf(action)} to ${deviceName}${drive === undefined ? '' : `, drive ${drive}`}`,
          changed,
          device: { name: deviceName },
        } as ControlledDevice,
      ],
    },
  });
}

describe('mount, umount, release, enable and disable', () => {
  it('are carried out by the storage daemon, and what changed is explained', async () => {
    const transcript = await converse(director({ changed: true }), [
      'umount storage=File1',
      'mount',
      'release storage=File1',
      'disable storage=File1 device=FileStorage',
      'enable storage=File1 device=FileStorage',
    ]);
    expect(transcript).toBe(
      `*umount storage=File1
Automatically selected Catalog: MyCatalog
Using Catalog "MyCatalog"
did UNMOUNT to FileStorage
Jobs wait for Device "FileStorage" until it is mounted again.
*mount
Automatically selected Storage: File1
did MOUNT to FileStorage
Jobs use Device "FileStorage" again.
*release storage=File1
did RELEASE to FileStorage
*disable storage=File1 device=FileStorage
did DISABLE to FileStorage
Jobs wait for Device "FileStorage" until it is enabled again.
*enable storage=File1 device=FileStorage
did ENABLE to FileStorage
Jobs use Device "FileStorage" again.
`,
    );
  });

  it('say only what the storage daemon says when nothing has changed', async () => {
    const transcript = await converse(director({ changed: false }), ['unmount storage=File1', 'mount']);
    expect(transcript).not.toContain('Jobs ');
  });

  it('mount lets jobs that wait for a volume look again', async () => {
    const waiting = director({ changed: false });
    await converse(waiting, ['umount storage=File1']);
    expect(waiting.looks).toBe(0);
    await converse(waiting, ['mount storage=File1']);
    expect(waiting.looks).toBe(1);
  });

  it('take the number of a drive, and the Storage of a running job', async () => {
    const one = director({ changed: false });
    one.runningJobs.push(runningJob(7, { storageName: 'File1' }));
    const transcript = await converse(one, [
      ...['umount storage=File1 drive=0', 'mount jobid=7', 'mount jobid=8', 'umount storage=File1 drive=x'],
      'disable storage=File1 drive=1',
    ]);
    expect(transcript).toContain('did UNMOUNT to FileStorage, drive 0\n');
    expect(transcript).toContain('*mount jobid=7\ndid MOUNT to FileStorage\n');
    expect(transcript).toContain('mount: JobId 8 is not running. "status dir" shows the jobs that are.\n');
    expect(transcript).toContain('umount: "drive=x" is no number.');
    expect(transcript).toContain('did DISABLE to FileStorage, drive 1\n');
  });

  it('say which devices there are', async () => {
    expect(await converse(director({ changed: true }), ['mount storage=File1 device=Nix'])).toContain(
      'mount: Storage "File1" has no Device "Nix". There is: FileStorage.\n',
    );
  });
});

describe('relabel', () => {
  it('refuses a volume that is not purged, in the words of a recorded session', async () => {
    const { transcript, succeeded } = await session(fakeDirector(), [
      'relabel oldvolume=A-Full-0001 volume=B-1 pool=A-Full-Pool storage=File1',
    ]);
    expect(transcript).toContain(
      'Volume "A-Full-0001" has VolStatus Append. It must be Purged or Recycled before relabeling.\n',
    );
    expect(succeeded).toEqual([false]);
  });

  it('asks for what the line does not say, and gives the volume its new name', async () => {
    const { peers, contents } = fakeDirector();
    const purged = { ...contents.volumes[0]!, volumeName: 'Old', volStatus: 'Purged' };
    const asked: string[] = [];
    const one = fakeDirector({
      peers: {
        ...peers,
        relabel: async ({ storage, volume, volumeName, pool }) => {
          asked.push(`${storage.name} ${volume.volumeName} ${volumeName} ${pool.name}`);
          return { freedBytes: 4321, volumeBytes: 219, deviceName: 'FileStorage', archiveDevice: '/v' };
        },
      },
    });
    one.contents.volumes.push(purged);
    const transcript = await converse(one, ['relabel', '1', 'Old', 'bad name', 'New', '2']);
    expect(asked).toEqual(['File1 Old New A-Incr-Pool']);
    expect(transcript).toContain('Illegal character " " in a volume name.');
    expect(transcript).toContain('3000 OK label. VolBytes=219 VolABytes=0 VolType=1 Volume="New"');
    expect(transcript).toContain(
      'Volume "Old" is now "New" in Pool "A-Incr-Pool"; 4,321 bytes are free again.',
    );
  });
});
