import { describe, expect, test } from 'vitest';
import { CatalogIds } from '../../../director/catalog-ids.ts';
import type { Daemons, StorageLink } from '../../../director/daemons/daemon-ports.ts';
import { PeerQuestions } from '../../../director/daemons/peer-questions.ts';
import { FakeDaemons } from './jobs/fake-daemons.ts';
import { TestDirector } from './jobs/test-director.ts';
import { named } from './site.ts';

/** The labels that the storage daemon was asked for. */
async function setUp(director: TestDirector) {
  const labelled: string[] = [];
  const fake = new FakeDaemons();
  const daemons: Daemons = {
    client: () => fake.client(),
    storage: (): StorageLink => ({
      ...fake.storage(),
      label: async ({ volumeName }) => {
        labelled.push(volumeName);
        return { volumeBytes: 217, deviceName: 'FileStorage', archiveDevice: '/backup/volumes' };
      },
      relabel: async ({ oldVolumeName, volumeName }) => {
        labelled.push(`${oldVolumeName} -> ${volumeName}`);
        const where = { deviceName: 'FileStorage', archiveDevice: '/backup/volumes' };
        return { freedBytes: 4800, volumeBytes: 200, ...where };
      },
    }),
  };
  const { catalog, volumes, conf } = director;
  const ids = new CatalogIds(catalog);
  await ids.sync(conf);
  const signal = new AbortController().signal;
  const now = () => new Date();
  const directorName = 'test-dir';
  const peers = new PeerQuestions({ daemons, catalog, ids, volumes, now, directorName, signal });
  const label = (volumeName: string, poolName = 'Manual-Pool') =>
    peers.label({ storage: named(conf.storages, 'File1'), pool: named(conf.pools, poolName), volumeName });
  const relabel = async (oldName: string, volumeName: string) => {
    const volume = (await catalog.volumeByName(oldName))!;
    const pool = named(conf.pools, 'A-Full-Pool');
    return peers.relabel({ storage: named(conf.storages, 'File1'), volume, volumeName, pool });
  };
  return { label, labelled, relabel };
}

describe('relabelling a volume', () => {
  test('gives a purged one another name and pool, and wakes those who wait for one', async () => {
    await using director = await TestDirector.start();
    const { label, labelled, relabel } = await setUp(director);
    await label('Manual-0001');
    const { mediaId } = (await director.catalog.volumeByName('Manual-0001'))!;
    await director.catalog.setVolume(mediaId, { volStatus: 'Purged', volBytes: 5000, volJobs: 3 });
    const woken = director.volumes.changes.next(60_000, new AbortController().signal);
    expect(await relabel('Manual-0001', 'Manual-0002')).toMatchObject({ freedBytes: 4800 });
    await woken;
    expect(labelled).toEqual(['Manual-0001', 'Manual-0001 -> Manual-0002']);
    expect(await director.catalog.volumeByName('Manual-0001')).toBeUndefined();
    expect(await director.catalog.volumeByName('Manual-0002')).toMatchObject({
      mediaId,
      poolName: 'A-Full-Pool',
      volStatus: 'Append',
      volBytes: 200,
      volJobs: 0,
    });
  });

  test('is refused for one that is not purged, and for a name that is taken', async () => {
    await using director = await TestDirector.start();
    const { label, labelled, relabel } = await setUp(director);
    await label('Manual-0001');
    await label('Manual-0002');
    await expect(relabel('Manual-0001', 'Other')).rejects.toThrow('is not purged: its data is still wanted');
    const { mediaId } = (await director.catalog.volumeByName('Manual-0001'))!;
    await director.catalog.setVolume(mediaId, { volStatus: 'Purged' });
    await expect(relabel('Manual-0001', 'Manual-0002')).rejects.toThrow('is in the catalog already');
    await expect(relabel('Manual-0001', 'a/b')).rejects.toThrow('Illegal character "/"');
    expect(labelled).toEqual(['Manual-0001', 'Manual-0002']);
  });
});

describe('labelling a volume', () => {
  test('makes it on the storage and in the catalog, and wakes those who wait for one', async () => {
    await using director = await TestDirector.start();
    const { label } = await setUp(director);
    const woken = director.volumes.changes.next(60_000, new AbortController().signal);
    expect(await label('Manual-0001')).toMatchObject({ volumeBytes: 217, deviceName: 'FileStorage' });
    await woken;
    expect(await director.catalog.volumeByName('Manual-0001')).toMatchObject({
      poolName: 'Manual-Pool',
      volStatus: 'Append',
      volBytes: 217,
      mediaType: 'File',
      volJobs: 0,
    });
  });

  test('is refused before anything is done when the name is taken, or is none', async () => {
    await using director = await TestDirector.start();
    const { label, labelled } = await setUp(director);
    await label('Manual-0001');
    await expect(label('Manual-0001')).rejects.toThrow('is in the catalog already, in Pool "Manual-Pool"');
    await expect(label('a/b')).rejects.toThrow('Illegal character "/"');
    expect(labelled).toEqual(['Manual-0001']);
  });

  test('is possible beyond Maximum Volumes, which bounds what is made without asking', async () => {
    const extra = 'Pool { Name = One; Pool Type = Backup; Maximum Volumes = 1 }';
    await using director = await TestDirector.start({ conf: { extra } });
    const { label, labelled } = await setUp(director);
    await label('One-1', 'One');
    await label('One-2', 'One');
    expect(labelled).toEqual(['One-1', 'One-2']);
  });

  test('completes a row that a job made and the storage daemon was not allowed to label', async () => {
    await using director = await TestDirector.start();
    const { label } = await setUp(director);
    const [pool] = await director.catalog.listPools({ name: 'A-Full-Pool' });
    const row = { poolId: pool?.poolId ?? 0, mediaType: 'File', storageId: 1, status: 'Append' };
    await director.catalog.createVolume({ ...row, volumeName: 'A-Full-0001' });
    await expect(label('A-Full-0001')).rejects.toThrow('is meant for Pool "A-Full-Pool"');
    await label('A-Full-0001', 'A-Full-Pool');
    expect((await director.catalog.volumeByName('A-Full-0001'))?.labelDate).toBeInstanceOf(Date);
  });
});
