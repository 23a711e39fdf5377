import { describe, expect, test } from 'vitest';
import { DAY, jobIds, ringSite, statuses, volumeOf } from '../retention/site.ts';

const ONE_JOB = 'Maximum Volume Jobs = 1; Label Format = "Ring-"; Volume Retention = 10 days';

describe('the search for a volume', () => {
  test('goes on with the volume written last while it takes more', async () => {
    await using site = await ringSite('Label Format = "Ring-"');
    await site.run('Ringed');
    const { text } = await site.run('Ringed');
    expect(text).not.toContain('Created new Volume');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Append' });
  });

  test('closes a volume whose use duration is over before it takes another, and says so', async () => {
    await using site = await ringSite('Label Format = "Ring-"; Volume Use Duration = 23 hours');
    await site.run('Ringed');
    site.sleep(DAY);
    const { text } = await site.run('Ringed');
    expect(text).toContain(
      'Max configured use duration=23 hours exceeded. Marking Volume "Ring-0001" as Used.\n',
    );
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Used', 'Ring-0002': 'Append' });
  });

  test('labels a volume whose row was made but which was never labelled', async () => {
    await using site = await ringSite('Label Format = "Ring-"');
    const { poolId } = (await site.catalog.listPools({ name: 'Ring' }))[0]!;
    await site.catalog.createVolume({
      volumeName: 'Mine',
      poolId,
      mediaType: 'File',
      storageId: 1,
      status: 'Append',
    });
    await site.run('Ringed');
    expect(await statuses(site)).toEqual({ Mine: 'Append' });
  });

  test('takes a volume with status Recycle before one that is Purged, and both before a new one', async () => {
    await using site = await ringSite(ONE_JOB);
    for (let job = 0; job < 3; job++) await site.run('Ringed');
    for (const name of ['Ring-0001', 'Ring-0002'])
      await site.retention.purgeVolume(await volumeOf(site, name));
    await site.catalog.setVolume(2, { volStatus: 'Recycle' });
    await site.run('Ringed');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Purged', 'Ring-0002': 'Used', 'Ring-0003': 'Used' });
    const { text } = await site.run('Ringed');
    expect(text).toContain('Recycled volume "Ring-0001"');
    expect(Object.keys(await statuses(site))).toHaveLength(3);
  });

  test('never overwrites a volume that still holds a job, whatever its status says', async () => {
    await using site = await ringSite(ONE_JOB);
    await site.run('Ringed');
    await site.catalog.setVolume(1, { volStatus: 'Recycle' });
    await site.run('Ringed');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Recycle', 'Ring-0002': 'Used' });
  });

  test('reuses a volume past its retention before it makes a new one', async () => {
    await using site = await ringSite(ONE_JOB);
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(11 * DAY);
    const { text } = await site.run('Ringed');
    expect(text).toContain(
      'There are no more Jobs associated with Volume "Ring-0001". Marking it purged.\n' +
        'All records pruned from Volume "Ring-0001"; marking it "Purged"\n',
    );
    expect(text).toContain('Recycled volume "Ring-0001"');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Used', 'Ring-0002': 'Used' });
    expect(await jobIds(site)).toEqual([2, 3]);
  });

  test('empties one volume only for a job, the one that expired first, and writes it from its beginning', async () => {
    await using site = await ringSite(`${ONE_JOB}; Protect Last Full = no`);
    for (let job = 0; job < 3; job++) await site.run('Ringed');
    const before = await volumeOf(site, 'Ring-0001');
    await site.catalog.setVolume(before.mediaId, { volErrors: 3 });
    site.sleep(30 * DAY);
    const firstWritten = site.now;
    await site.run('Ringed');
    expect(await jobIds(site)).toEqual([2, 3, 4]);
    expect(await volumeOf(site, 'Ring-0001')).toMatchObject({
      ...{ volStatus: 'Used', recycleCount: 1, volJobs: 1, volErrors: 0, volBytes: before.volBytes },
      ...{ volBlocks: before.volBlocks, firstWritten },
    });
  });

  test('does not reuse one a second before its retention has passed', async () => {
    await using site = await ringSite(ONE_JOB);
    await site.run('Ringed');
    await site.run('Ringed');
    const { jobTDate } = (await site.catalog.jobById(1))!;
    site.sleep(jobTDate + 10 * DAY - site.now.getTime() / 1000);
    await site.run('Ringed');
    expect(Object.keys(await statuses(site))).toEqual(['Ring-0001', 'Ring-0002', 'Ring-0003']);
  });

  test('prunes nothing where Auto Prune of the Director is off, whatever Pool and Job say', async () => {
    await using site = await ringSite(ONE_JOB, {
      ...{ director: 'AutoPrune = no' },
      extra: `Job { Name = Pruning; Type = Backup; Level = Full; Client = kept-fd; FileSet = Gzip; Storage = File1
        Messages = Standard; Pool = Ring; Prune Volumes = yes }`,
    });
    await site.run('Pruning');
    await site.run('Pruning');
    site.sleep(11 * DAY);
    await site.run('Pruning');
    expect(Object.keys(await statuses(site))).toHaveLength(3);
  });

  test('prunes nothing where Auto Prune of the Pool is off, except for a Job that says Prune Volumes', async () => {
    const extra = `Job { Name = Pruning; Type = Backup; Level = Full; Client = peer-fd; FileSet = Gzip; Storage = File1
      Messages = Standard; Pool = Ring; Prune Volumes = yes }`;
    await using site = await ringSite(`${ONE_JOB}; AutoPrune = no`, { extra });
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(11 * DAY);
    await site.run('Ringed');
    expect(Object.keys(await statuses(site))).toHaveLength(3);
    await site.run('Pruning');
    expect(Object.keys(await statuses(site))).toHaveLength(3);
  });

  test('keeps the last good Full of a client and FileSet past its retention, unless the pool says no', async () => {
    for (const [protect, volumes] of [
      ['yes', ['Ring-0001', 'Ring-0002']],
      ['no', ['Ring-0001']],
    ] as const) {
      await using site = await ringSite(`${ONE_JOB}; Protect Last Full = ${protect}`);
      await site.run('Ringed');
      site.sleep(100 * DAY);
      await site.run('Other');
      expect(Object.keys(await statuses(site))).toEqual(volumes);
    }
  });

  test('never writes again a volume with Recycle = no', async () => {
    await using site = await ringSite(`${ONE_JOB}; Recycle = no`);
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(11 * DAY);
    await site.run('Ringed');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Purged', 'Ring-0002': 'Used', 'Ring-0003': 'Used' });
  });

  test('takes a volume of the scratch pool before it makes one; it gets the settings and keeps its Recycle Pool', async () => {
    const extra =
      'Pool { Name = Scratch; Pool Type = Scratch; Recycle Pool = Scratch; Volume Retention = 1 day }';
    await using site = await ringSite(ONE_JOB, { extra });
    const [scratch] = await site.catalog.listPools({ name: 'Scratch' });
    const { poolId } = scratch!;
    await site.catalog.createVolume({
      volumeName: 'Spare',
      poolId,
      mediaType: 'File',
      storageId: 1,
      status: 'Append',
    });
    const { text } = await site.run('Ringed');
    expect(text).toContain('Using Volume "Spare" from Pool "Scratch".');
    expect(await volumeOf(site, 'Spare')).toMatchObject({
      poolName: 'Ring',
      volRetention: 10 * DAY,
      maxVolJobs: 1,
      recyclePoolId: poolId,
    });
  });

  test('takes of the scratch pool that its Pool names Append volumes first, then Recycle, then Purged ones', async () => {
    const extra = `Pool { Name = Scratch; Pool Type = Scratch }
      Pool { Name = Spares; Pool Type = Scratch }`;
    await using site = await ringSite(`${ONE_JOB}; Scratch Pool = Spares`, { extra });
    const poolIdOf = async (name: string) => (await site.catalog.listPools({ name }))[0]!.poolId;
    const [scratch, spares] = [await poolIdOf('Scratch'), await poolIdOf('Spares')];
    await site.run('Ringed');
    await site.run('Ringed');
    for (const name of ['Ring-0001', 'Ring-0002'])
      await site.retention.purgeVolume(await volumeOf(site, name));
    await site.catalog.setVolume(1, { poolId: spares });
    await site.catalog.setVolume(2, { poolId: spares, volStatus: 'Recycle' });
    const fresh = { mediaType: 'File', storageId: 1, status: 'Append' };
    await site.catalog.createVolume({ ...fresh, volumeName: 'Of-Scratch', poolId: scratch });
    await site.catalog.createVolume({ ...fresh, volumeName: 'Fresh', poolId: spares });
    const taken: (string | undefined)[] = [];
    for (let job = 0; job < 4; job++) {
      const { text } = await site.run('Ringed');
      taken.push(/Using Volume "(.*?)" from Pool "Spares"/.exec(text)?.[1]);
    }
    expect(taken).toEqual(['Fresh', 'Ring-0002', 'Ring-0001', undefined]);
    expect(await statuses(site, 'Scratch')).toEqual({ 'Of-Scratch': 'Append' });
  });

  test('takes back a volume that goes home to the scratch pool when it expires', async () => {
    const extra = 'Pool { Name = Scratch; Pool Type = Scratch }';
    await using site = await ringSite(`${ONE_JOB}; Recycle Pool = Scratch`, { extra });
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(11 * DAY);
    await site.run('Ringed');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Used', 'Ring-0002': 'Used' });
    expect(await statuses(site, 'Scratch')).toEqual({});
  });

  test('does not take from the scratch pool beyond Maximum Volumes', async () => {
    const extra = 'Pool { Name = Scratch; Pool Type = Scratch }';
    await using site = await ringSite(`${ONE_JOB}; Maximum Volumes = 1; Purge Oldest Volume = yes`, {
      extra,
    });
    const { poolId } = (await site.catalog.listPools({ name: 'Scratch' }))[0]!;
    await site.run('Other');
    await site.catalog.createVolume({
      volumeName: 'Spare',
      poolId,
      mediaType: 'File',
      storageId: 1,
      status: 'Append',
    });
    const waiting = site.jobs.run({
      job: site.conf.jobs.find(({ name }) => name === 'Ringed')!,
      startedBy: 'test',
    });
    const jobId = await waiting;
    await expect.poll(() => site.jobs.running()[0]?.statusText).toBe('is waiting for an appendable Volume');
    site.jobs.cancel(jobId, 'test');
    await site.jobs.ended(jobId);
    expect(await statuses(site, 'Scratch')).toEqual({ Spare: 'Append' });
  });

  test('empties the oldest volume whatever its retention where Purge Oldest Volume says so', async () => {
    await using site = await ringSite(`${ONE_JOB}; Maximum Volumes = 2; Purge Oldest Volume = yes`);
    for (let job = 0; job < 3; job++) await site.run('Ringed');
    expect(await jobIds(site)).toEqual([2, 3]);
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Used', 'Ring-0002': 'Used' });
  });

  test('but never the last good Full of somebody: it takes the next oldest', async () => {
    await using site = await ringSite(`${ONE_JOB}; Maximum Volumes = 3; Purge Oldest Volume = yes`);
    await site.run('Other');
    await site.run('Ringed');
    await site.run('Ringed');
    await site.run('Ringed');
    expect(await jobIds(site)).toEqual([1, 3, 4]);
  });

  test('looks at the oldest volume alone, within its retention, where Recycle Oldest Volume says so', async () => {
    await using site = await ringSite(
      `${ONE_JOB}; Maximum Volumes = 2; Recycle Oldest Volume = yes; AutoPrune = no`,
    );
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(11 * DAY);
    await site.run('Ringed');
    expect(await jobIds(site)).toEqual([2, 3]);
  });

  test('takes the volume written last before any other, when all on it has expired, where Recycle Current Volume says so', async () => {
    await using site = await ringSite(
      `${ONE_JOB}; Protect Last Full = no; Recycle Current Volume = yes; AutoPrune = no`,
    );
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(9 * DAY);
    await site.run('Ringed');
    expect(Object.keys(await statuses(site))).toEqual(['Ring-0001', 'Ring-0002', 'Ring-0003']);
    site.sleep(9 * DAY);
    await site.run('Ringed');
    expect(await jobIds(site)).toEqual([1, 2, 3, 4]);
    site.sleep(11 * DAY);
    const { text } = await site.run('Ringed');
    expect(text).toContain('Recycled volume "Ring-0004"');
    expect(await jobIds(site)).toEqual([1, 2, 3, 5]);
  });
});

describe('a job that waits for a volume', () => {
  test.each([
    ['no Label Format names new ones', ''],
    ['the Label Format is "*"', 'Label Format = "*"'],
    [
      'Maximum Volumes is reached and Recycle Oldest Volume finds nothing that has expired',
      `${ONE_JOB}; Maximum Volumes = 1; Recycle Oldest Volume = yes`,
    ],
  ])('does so where %s, asks the operator, and has status m', async (_, ring) => {
    await using site = await ringSite(ring);
    if (ring.includes('Maximum')) await site.run('Ringed');
    const jobId = await site.jobs.run({
      job: site.conf.jobs.find(({ name }) => name === 'Ringed')!,
      startedBy: 'test',
    });
    await expect.poll(() => site.jobs.running()[0]?.statusText).toBe('is waiting for an appendable Volume');
    expect(site.jobs.running()[0]?.status).toBe('m');
    site.jobs.cancel(jobId, 'test');
    expect(await site.jobs.ended(jobId)).toBe('A');
    const said = (await site.catalog.jobLog(jobId)).map(({ text }) => text).join('');
    expect(said).toMatch(
      /Cannot find any appendable volumes\.\nPlease use the "label" command to create a new Volume for:\n {4}Storage: +"FileStorage" .*\n {4}Pool: +Ring\n {4}Media type: +File\n/,
    );
  });

  test('goes on by itself when one is purged', async () => {
    await using site = await ringSite(`${ONE_JOB}; Maximum Volumes = 2`);
    await site.run('Ringed');
    await site.run('Ringed');
    const jobId = await site.jobs.run({
      job: site.conf.jobs.find(({ name }) => name === 'Ringed')!,
      startedBy: 'test',
    });
    await expect.poll(() => site.jobs.running()[0]?.statusText).toBe('is waiting for an appendable Volume');
    await site.retention.purgeVolume(await volumeOf(site, 'Ring-0001'));
    expect(await site.jobs.ended(jobId)).toBe('T');
    expect(await jobIds(site)).toEqual([2, 3]);
  });
});
