import { describe, expect, test, vi } from 'vitest';
import { VolumeCare } from '../../../../director/retention/volume-care.ts';
import type { SimulatedSite } from '../../../simulation/simulated-site.ts';
import { named } from '../site.ts';
import { DAY, jobIds, ringSite, statuses, volumeOf } from './site.ts';

const ONE_JOB = 'Maximum Volume Jobs = 1; Label Format = "Ring-"; Volume Retention = 10 days';
const SHORT = 'File Retention = 2 days; Job Retention = 5 days';

const keptFd = (site: SimulatedSite) => named(site.conf.clients, 'kept-fd');

async function purgedFiles(site: SimulatedSite): Promise<number[]> {
  return (await site.catalog.listJobs({ type: 'B' }))
    .filter((job) => job.purgedFiles)
    .map(({ jobId }) => jobId);
}

describe('pruning the records of a client', () => {
  test('takes the files of jobs older than File Retention, whether they are in a chain or not', async () => {
    await using site = await ringSite(ONE_JOB, { client: `${SHORT}; AutoPrune = no` });
    await site.run('Ringed');
    site.sleep(3 * DAY);
    expect((await site.retention.expired({ kind: 'files', client: keptFd(site) })).jobs).toHaveLength(1);
    expect(await purgedFiles(site)).toEqual([]);
    expect(await site.retention.prune({ kind: 'files', client: keptFd(site) })).toMatchObject({ jobs: 1 });
    expect(await purgedFiles(site)).toEqual([1]);
    expect(await site.retention.prune({ kind: 'files', client: keptFd(site) })).toMatchObject({ jobs: 0 });
  });

  test('takes jobs older than Job Retention, but not what the newest state is made of', async () => {
    await using site = await ringSite(ONE_JOB, { client: `${SHORT}; AutoPrune = no` });
    await site.run('Ringed');
    await site.run('Ringed');
    await site.run('Ringed', { level: 'Incremental' });
    site.sleep(6 * DAY);
    const { jobs, kept } = await site.retention.expired({ kind: 'jobs', client: keptFd(site) });
    expect(jobs.map(({ jobId }) => jobId)).toEqual([1]);
    expect(kept.map(({ job, because }) => [job.jobId, because])).toEqual([
      [2, 'lastFull'],
      [3, 'chain'],
    ]);
    const { jobs: gone, purged } = await site.retention.prune({ kind: 'jobs', client: keptFd(site) });
    expect([gone, purged.map(({ volumeName }) => volumeName)]).toEqual([1, ['Ring-0001']]);
  });

  test('does not take the last InitCatalog of a Verify Job, with which the next Verify compares, but older ones', async () => {
    await using site = await ringSite(ONE_JOB, { client: `${SHORT}; AutoPrune = no` });
    const { clientId } = named(await site.catalog.listClients(), 'kept-fd');
    const verified = async (name: string, level: string, jobStatus: string) => {
      const schedTime = site.now;
      const unique = `${name}.${level}${jobStatus}.${Math.random()}`;
      const row = { job: unique, name, type: 'V', level, clientId, schedTime, status: 'C' };
      const jobId = await site.catalog.createJob(row);
      const counts = { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: 0 };
      await site.catalog.endJob(jobId, { jobStatus, endTime: schedTime, ...counts });
      return jobId;
    };
    const older = await verified('Tripwire', 'V', 'T');
    const last = await verified('Tripwire', 'V', 'W');
    const ofOther = await verified('Other', 'V', 'T');
    const failed = await verified('Tripwire', 'V', 'E');
    const compared = await verified('Tripwire', 'C', 'D');
    site.sleep(6 * DAY);
    const { jobs, kept } = await site.retention.expired({ kind: 'jobs', client: keptFd(site) });
    expect(jobs.map(({ jobId }) => jobId)).toEqual([older, failed, compared]);
    expect(kept.map(({ job, because }) => [job.jobId, because])).toEqual([
      [last, 'initCatalog'],
      [ofOther, 'initCatalog'],
    ]);
    expect((await site.retention.expired({ kind: 'files', client: keptFd(site) })).jobs).toEqual([]);
  });

  test("the Pool's word beats the Client's", async () => {
    await using site = await ringSite(`${ONE_JOB}; File Retention = 8 days`, {
      client: `${SHORT}; AutoPrune = no`,
    });
    await site.run('Ringed');
    site.sleep(3 * DAY);
    expect((await site.retention.expired({ kind: 'files', client: keptFd(site) })).jobs).toEqual([]);
    site.sleep(6 * DAY);
    expect((await site.retention.expired({ kind: 'files', client: keptFd(site) })).jobs).toHaveLength(1);
  });

  test('reads no job that is not old enough, however many there are', async () => {
    await using site = await ringSite('Label Format = "Ring-"; Volume Retention = 2 years');
    for (let run = 0; run < 3; run++) await site.run('Ringed');
    site.sleep(600 * DAY);
    const read = vi.spyOn(site.catalog, 'jobsEndedBefore');
    await site.run('Ringed');
    expect(await Promise.all(read.mock.results.map(({ value }) => value as unknown))).toEqual([[], []]);
  });

  test('where nobody says a period, good backups stay as long as their volumes', async () => {
    await using site = await ringSite('Label Format = "Ring-"; Volume Retention = 2 years');
    await site.run('Ringed');
    site.sleep(600 * DAY);
    expect((await site.retention.expired({ kind: 'files', client: keptFd(site) })).jobs).toEqual([]);
    expect((await site.retention.expired({ kind: 'jobs', client: keptFd(site) })).jobs).toEqual([]);
  });

  test('happens after each backup of the client, and its messages say so', async () => {
    await using site = await ringSite(ONE_JOB, { client: SHORT });
    await site.run('Ringed');
    site.sleep(6 * DAY);
    const { text } = await site.run('Ringed');
    expect(text).toContain(
      'Begin pruning Jobs older than 5 days .\nPruned 1 Job for client kept-fd from catalog.\n' +
        'Begin pruning Files.\nNo Files found to prune.\nEnd auto prune.\n',
    );
    expect(await jobIds(site)).toEqual([2]);
  });

  test.each([
    ['the Director', { director: 'AutoPrune = no', client: SHORT }],
    ['the Client', { client: `${SHORT}; AutoPrune = no` }],
  ])('does not happen by itself where %s says Auto Prune = no', async (_, conf) => {
    await using site = await ringSite(ONE_JOB, conf);
    await site.run('Ringed');
    site.sleep(6 * DAY);
    expect((await site.run('Ringed')).text).not.toContain('prun');
    expect(await jobIds(site)).toEqual([1, 2]);
  });
});

describe('pruning a volume', () => {
  test('takes the jobs past the Volume Retention whatever Job Retention says, and only those', async () => {
    await using site = await ringSite('Label Format = "Ring-"; Volume Retention = 10 days');
    await site.run('Ringed');
    site.sleep(8 * DAY);
    await site.run('Ringed');
    site.sleep(3 * DAY);
    const volume = await volumeOf(site, 'Ring-0001');
    expect(await site.retention.prune({ kind: 'volume', volume })).toMatchObject({ jobs: 1, purged: [] });
    expect(await jobIds(site)).toEqual([2]);
  });

  test('takes nothing where Volume Retention is 0', async () => {
    await using site = await ringSite('Label Format = "Ring-"; Volume Retention = 0');
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(5000 * DAY);
    const volume = await volumeOf(site, 'Ring-0001');
    expect((await site.retention.expired({ kind: 'volume', volume })).jobs).toEqual([]);
    expect((await site.retention.explain(volume)).freeAt).toBeUndefined();
  });

  test('takes nothing that a running job reads, nor does purging', async () => {
    await using site = await ringSite(ONE_JOB);
    await site.run('Ringed');
    await site.run('Ringed');
    site.sleep(11 * DAY);
    const volume = await volumeOf(site, 'Ring-0001');
    {
      using _reading = await site.office.read([1], 99);
      expect((await site.retention.expired({ kind: 'volume', volume })).kept).toMatchObject([
        { because: 'read' },
      ]);
      expect(await site.retention.purgeVolume(volume)).toMatchObject({ jobs: 0, purged: [] });
    }
    expect(await site.retention.purgeVolume(volume)).toMatchObject({
      jobs: 1,
      purged: [{ volumeName: 'Ring-0001' }],
    });
  });

  test('gives the disk space back at once where Action On Purge says so', async () => {
    await using site = await ringSite(`${ONE_JOB}; Action On Purge = Truncate`);
    await site.run('Ringed');
    await site.run('Ringed');
    const before = site.storage.bytes;
    const { freedBytes } = await site.retention.purgeVolume(await volumeOf(site, 'Ring-0001'));
    expect(freedBytes).toBeGreaterThan(100_000_000);
    expect(site.storage.bytes).toBe(before - freedBytes);
  });
});

describe('the explanation of a volume', () => {
  test('names its jobs, until when each stays and why, and when it is free', async () => {
    await using site = await ringSite(
      'Maximum Volume Jobs = 2; Label Format = "Ring-"; Volume Retention = 10 days',
    );
    await site.run('Ringed');
    await site.run('Ringed');
    await site.run('Ringed');
    const { jobs, freeAt } = await site.retention.explain(await volumeOf(site, 'Ring-0001'));
    expect(jobs.map(({ job, because }) => [job.jobId, because])).toEqual([
      [1, 'retention'],
      [2, 'retention'],
    ]);
    const second = (await site.catalog.jobById(2))!;
    expect(freeAt).toEqual(new Date((second.jobTDate + 10 * DAY) * 1000));
    const last = await site.retention.explain(await volumeOf(site, 'Ring-0002'));
    expect([last.jobs[0]?.because, last.freeAt]).toEqual(['lastFull', undefined]);
  });
});

describe('the care for volumes', () => {
  function careOf(site: SimulatedSite): { care: VolumeCare; said: string[] } {
    const said: string[] = [];
    const messages = { add: async (type: string, text: string) => void said.push(`${type}: ${text}`) };
    const { catalog, retention, office } = site;
    const parts = { catalog, retention, office, messages };
    return { care: new VolumeCare({ ...parts, conf: () => site.conf, now: () => site.now }), said };
  }

  test('closes volumes whose use duration is over, though no job asks for one', async () => {
    await using site = await ringSite('Label Format = "Ring-"; Volume Use Duration = 23 hours');
    await site.run('Ringed');
    const { care, said } = careOf(site);
    await using _care = care;
    await care.look();
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Append' });
    site.sleep(DAY);
    await care.look();
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Used' });
    expect(said).toEqual([
      'VolMgmt: Max configured use duration=23 hours exceeded. Marking Volume "Ring-0001" as Used.',
    ]);
  });

  test('gives the space of expired volumes back where Action On Purge says so, and of no others', async () => {
    for (const [action, purged] of [
      ['Truncate', 'Purged'],
      ['None', 'Used'],
    ] as const) {
      await using site = await ringSite(`${ONE_JOB}; Action On Purge = ${action}`);
      await site.run('Ringed');
      await site.run('Ringed');
      const before = site.storage.bytes;
      const { care, said } = careOf(site);
      await using _care = care;
      site.sleep(9 * DAY);
      await care.look();
      expect(await statuses(site)).toEqual({ 'Ring-0001': 'Used', 'Ring-0002': 'Used' });
      site.sleep(2 * DAY);
      await care.look();
      expect(await statuses(site)).toEqual({ 'Ring-0001': purged, 'Ring-0002': 'Used' });
      expect(site.storage.bytes < before).toBe(action === 'Truncate');
      const freed = /^VolMgmt: Volume "Ring-0001" holds no jobs any more: .* were given back\.$/;
      expect(said).toEqual(action === 'Truncate' ? [expect.stringMatching(freed)] : []);
    }
  });
});
