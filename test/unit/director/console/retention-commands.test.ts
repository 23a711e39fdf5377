import { describe, expect, test } from 'vitest';
import type { VolumeChanges } from '../../../../catalog/inputs.ts';
import type { SimulatedSite } from '../../../simulation/simulated-site.ts';
import { DAY, jobIds, ringSite, statuses } from '../retention/site.ts';
import { converse, fakeDirector } from './fake-director.ts';

const ONE_JOB = 'Maximum Volume Jobs = 1; Label Format = "Ring-"; Volume Retention = 10 days';
const CLIENT = { client: 'File Retention = 2 days; Job Retention = 5 days; AutoPrune = no' };

/** What the console shows of these lines, on a site whose jobs have run. */
function talk(site: SimulatedSite, lines: readonly string[]): Promise<string> {
  const { catalog, retention, conf } = site;
  const director = fakeDirector({ catalog, retention, conf: () => conf });
  return converse(director, [...lines]);
}

async function aged(days: number, ring = ONE_JOB): Promise<SimulatedSite> {
  const site = await ringSite(ring, CLIENT);
  await site.run('Ringed');
  await site.run('Ringed');
  site.sleep(days * DAY);
  return site;
}

describe('prune', () => {
  test('asks what, whose, and whether to go on', async () => {
    await using site = await aged(3);
    const transcript = await talk(site, ['prune', '1', 'kept-fd', 'yes', 'prune files client=kept-fd yes']);
    expect(transcript).toContain('Choose item to prune (1-5): 1\n');
    expect(transcript).toContain('The current File retention period is: 2 days ');
    expect(transcript).toContain(
      'Continue? (yes/mod/no): yes\nPruned Files from 2 Jobs for client kept-fd from catalog.\n',
    );
    expect(transcript).toContain('No Files found to prune.\n');
  });

  test('of events, stats and snapshots has nothing to do, and says so without a question', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, ['prune events client=kept-fd', 'prune stats', 'prune snapshot yes']);
    expect(transcript).toContain('No events are recorded: there is nothing to prune.\n');
    expect(transcript).not.toMatch(/is no argument|Continue\?/);
  });

  test('changes nothing after a no, and takes another period after mod', async () => {
    await using site = await aged(3);
    const answers = ['prune jobs client=kept-fd', 'no', 'prune jobs client=kept-fd', 'mod', '1 day'];
    const transcript = await talk(site, answers);
    expect(transcript.match(/Pruned/g)).toHaveLength(1);
    expect(transcript).toContain('Pruned 1 Job for client kept-fd from catalog.\n');
    expect(transcript).toContain(
      'There are no more Jobs associated with Volume "Ring-0001". Marking it purged.\n',
    );
    expect(await jobIds(site)).toEqual([2]);
  });

  test('of a volume counts the jobs and says what becomes of it', async () => {
    await using site = await aged(11);
    const transcript = await talk(site, [
      'prune volume=Ring-0001 yes',
      'prune volume=Ring-0002 yes',
      'prune volume=Nix yes',
    ]);
    expect(transcript).toContain(
      'Found 1 Job(s) associated with the Volume "Ring-0001" that will be pruned\n' +
        'There are no more Jobs associated with Volume "Ring-0001". Marking it purged.\n',
    );
    expect(transcript).toContain(
      'Found no Job associated with the Volume "Ring-0002" to prune\n' +
        'JobId 2 stays: the last good Full of its client and FileSet.\n',
    );
    expect(transcript).toContain('prune: the catalog has no Volume "Nix". "list volumes" shows them.\n');
  });

  test('of a volume that still takes jobs is refused with what to do', async () => {
    await using site = await aged(11, 'Label Format = "Ring-"; Volume Retention = 10 days');
    expect(await talk(site, ['prune volume=Ring-0001 yes'])).toContain(
      'prune: Volume "Ring-0001" has VolStatus Append and cannot be pruned. Only Full and Used ones can; ' +
        'update volume=NAME volstatus=Used closes one.\n',
    );
  });

  test('of a volume that is purged says that nothing is left to prune', async () => {
    await using site = await aged(11);
    expect(await talk(site, ['prune volume=Ring-0001 yes', 'prune volume=Ring-0001 dryrun'])).toContain(
      'prune: Volume "Ring-0001" has VolStatus Purged and cannot be pruned. ' +
        'No job is on it any more: there is nothing to prune.\n',
    );
  });

  test('dryrun shows what would go and what stays and why, and changes nothing', async () => {
    await using site = await aged(11);
    const transcript = await talk(site, ['prune expired dryrun', 'prune jobs client=kept-fd dryrun']);
    expect(transcript).toMatch(/Volume "Ring-0001":\n[^]*\| 1 +\| Ringed \| F +\|[^\n]*\| would go \|/);
    expect(transcript).toContain('1 expired volume found\n');
    expect(transcript).toMatch(
      /\| 2 +\| Ringed \| F +\|[^\n]*\| stays: the last good Full of its client and FileSet \|/,
    );
    expect(await jobIds(site)).toEqual([1, 2]);
  });

  test('dryrun of what has nothing to prune says so', async () => {
    await using site = await aged(0);
    const lines = ['prune jobs client=kept-fd dryrun', 'prune files client=kept-fd dryrun json'];
    expect(await talk(site, lines)).toMatch(/No Jobs found to prune\.\n[^]*dryrun json\n\[\]\n/);
  });

  test('expired goes on after a yes only; a period is not asked for, since each volume has its own', async () => {
    await using site = await aged(11);
    const transcript = await talk(site, ['prune expired', 'mod', 'no']);
    expect(transcript).toContain('Ring-0001\nContinue? (yes/no): mod\nPlease answer yes or no.\n');
    expect(await jobIds(site)).toEqual([1, 2]);
  });

  test.each([
    'volume allpools',
    'all',
    'allfrompool pool=Ring',
    'volume allfrompool pool=Ring mediatype=File',
  ])('%s takes the expired volumes of these pools', async (which) => {
    await using site = await aged(11);
    expect(await talk(site, [`prune ${which} yes`])).toContain('1 expired volume found\n');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Purged', 'Ring-0002': 'Used' });
  });

  test('expired takes all volumes past their retention', async () => {
    await using site = await aged(11);
    const transcript = await talk(site, ['prune expired volume yes', 'prune expired volume yes']);
    expect(transcript).toContain('1 expired volume found\n');
    expect(transcript).toContain('0 expired volume found\n');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Purged', 'Ring-0002': 'Used' });
  });
});

describe('purge', () => {
  test('takes files, jobs and volumes whatever their age', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, [
      'purge files client=kept-fd',
      'purge jobs jobid=1',
      'purge volume=Ring-0002',
    ]);
    expect(transcript).toContain(
      'Begin purging files for Client "kept-fd"\nFiles for 2 Jobs for client "kept-fd" purged from MyCatalog catalog.\n',
    );
    expect(transcript).toContain('1 Job for JobIds: 1 purged from MyCatalog catalog.\n');
    expect(transcript).toContain('1 Job on Volume "Ring-0002" purged from catalog.\n');
    expect(await statuses(site)).toEqual({ 'Ring-0001': 'Purged', 'Ring-0002': 'Purged' });
    expect(await jobIds(site)).toEqual([]);
  });

  test('of jobs by name= takes those of a Job, also of one that has left the conf', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, ['purge jobs name=Ringed', 'purge jobs name=Never']);
    expect(transcript).toContain('2 Jobs for JobIds: 1,2 purged from MyCatalog catalog.\n');
    expect(transcript).toContain('purge: Job "Never" is not defined.');
    expect(await jobIds(site)).toEqual([]);
  });

  test('volume action=all allpools truncates what is purged, and purges nothing', async () => {
    await using site = await aged(0);
    await talk(site, ['purge volume=Ring-0001']);
    // Time stands still in a simulated job.
    await site.catalog.setVolume(1, { truncateOnPurge: true, labelDate: new Date(0) });
    const transcript = await talk(site, [
      'purge volume action=all allpools',
      'purge volume action=destroy allpools',
    ]);
    expect(transcript).toContain('The volume "Ring-0001" has been truncated: 104.8 MB were given back.\n');
    expect(transcript).toContain('purge: "action=destroy" is unknown. Write action=truncate.');
    expect(await jobIds(site)).toEqual([2]);
  });

  test('of a volume that is purged says that it cannot be', async () => {
    await using site = await aged(0);
    expect(await talk(site, ['purge volume=Ring-0001', 'purge volume=Ring-0001'])).toContain(
      '\nVolume "Ring-0001" has VolStatus "Purged" and cannot be purged.\n' +
        'The VolStatus must be: Append, Full, Used, or Error to be purged.\n',
    );
  });

  test('leaves a job that is being read, and says so', async () => {
    await using site = await aged(0);
    using _reading = await site.office.read([1], 99);
    const transcript = await talk(site, ['purge volume=Ring-0001', 'delete jobid=1']);
    expect(transcript.match(/JobId 1 stays: a running job reads it\./g)).toHaveLength(2);
    expect(await jobIds(site)).toEqual([1, 2]);
  });
});

test('purge takes Append, Full, Used and Error volumes, and prune only Full and Used ones', async () => {
  await using site = await aged(0);
  for (const [volStatus, isPurged, isPruned] of [
    ...[['Append', true, false] as const, ['Error', true, false] as const],
    ...[['Full', true, true] as const, ['Used', true, true] as const],
    ...['Read-Only', 'Archive', 'Disabled', 'Recycle'].map((one) => [one, false, false] as const),
  ]) {
    await site.catalog.setVolume(1, { volStatus });
    const transcript = await talk(site, ['prune volume=Ring-0001 yes', 'purge volume=Ring-0001']);
    expect(transcript.includes(`has VolStatus ${volStatus} and cannot be pruned`)).toBe(!isPruned);
    expect(transcript.includes(`has VolStatus "${volStatus}" and cannot be purged`)).toBe(!isPurged);
    const { 'Ring-0001': after } = await statuses(site);
    expect(after).toBe(isPurged ? 'Purged' : volStatus);
  }
});

describe('truncate', () => {
  test('gives the space of purged volumes back, and of no others', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, [
      'truncate volume=Ring-0001',
      'purge volume=Ring-0001',
      'truncate volume=Ring-0001',
    ]);
    expect(transcript).toContain(
      'truncate: Volume "Ring-0001" has VolStatus Used: its data is still wanted.',
    );
    expect(transcript).toContain('The volume "Ring-0001" has been truncated: 104.8 MB were given back.\n');
    expect(await talk(site, ['truncate allpools'])).toContain('No Volumes found to truncate.\n');
    expect(await talk(site, ['truncate'])).toContain('truncate: which Volumes is missing.');
  });

  test('of all pools takes volumes that are Purged, may be recycled, are enabled, say Truncate and hold data', async () => {
    await using site = await aged(0);
    const candidate = { volStatus: 'Purged', recycle: true, enabled: 1, truncateOnPurge: true };
    const isTaken = async (changes: VolumeChanges) => {
      await site.catalog.setVolume(1, { ...candidate, ...changes });
      return !(await talk(site, ['truncate allpools'])).includes('No Volumes found to truncate.');
    };
    await talk(site, ['purge volume=Ring-0001']);
    await site.catalog.setVolume(1, { labelDate: new Date(0) }); // time stands still in a simulated job
    expect(await isTaken({ volStatus: 'Used' })).toBe(false);
    expect(await isTaken({ recycle: false })).toBe(false);
    expect(await isTaken({ enabled: 0 })).toBe(false);
    expect(await isTaken({ truncateOnPurge: false })).toBe(false);
    expect(await isTaken({})).toBe(true);
    expect(await isTaken({ labelDate: site.now })).toBe(false); // as the truncation leaves it
  });
});

describe('delete', () => {
  test('asks before it deletes a volume with its jobs; the file is left alone', async () => {
    await using site = await aged(0);
    const { volumeCount } = site.storage;
    const transcript = await talk(site, [
      'delete',
      '1',
      'Ring',
      'Ring-0001',
      'no',
      'delete volume=Ring-0001',
      'yes',
    ]);
    expect(transcript).toContain('Are you sure you want to delete Volume "Ring-0001"? (yes/no): yes\n');
    expect(await statuses(site)).toEqual({ 'Ring-0002': 'Used' });
    expect(await jobIds(site)).toEqual([2]);
    expect(site.storage.volumeCount).toBe(volumeCount);
  });

  test('deletes jobs by number, and says what is not there', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, ['delete jobid=1,7']);
    expect(transcript).toContain(
      'JobId=1 and associated records deleted from the catalog.\nJobId=7 is not in the catalog.\n',
    );
  });

  test('deletes no Pool or Client that the conf has, nor a Pool with volumes', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, [
      'delete pool=Ring yes',
      'delete client=kept-fd yes',
      'delete pool=Nix yes',
    ]);
    expect(transcript).toContain(
      'delete: Pool "Ring" is in the conf. Take it out there, reload, and delete it then.\n',
    );
    expect(transcript).toContain('delete: Client "kept-fd" is in the conf.');
    expect(transcript).toContain('delete: the catalog has no Pool "Nix".');
    const { catalog, retention } = site;
    const other = fakeDirector({ catalog, retention });
    expect(await converse(other, ['delete pool=Ring yes'])).toContain('delete: There are volumes in pool ');
    expect(await converse(other, ['delete pool=Manual-Pool yes', 'delete client=kept-fd yes'])).toContain(
      'Client "kept-fd" and 2 Jobs deleted from the catalog.\n',
    );
    expect((await catalog.listPools({ name: 'Manual-Pool' })).length).toBe(0);
  });
});

describe('explain', () => {
  test('says which jobs hold a volume, until when, why, what frees it and what comes back', async () => {
    await using site = await aged(0);
    const transcript = await talk(site, ['explain volume=Ring-0001', 'explain volume=Ring-0002']);
    expect(transcript).toContain('Volume "Ring-0001" of Pool "Ring" is Used and takes 104.8 MB.\n');
    expect(transcript).toMatch(/\| 1 +\| Ringed \| kept-fd \|[^\n]*\| its retention has not passed \|/);
    expect(transcript).toMatch(/Time frees all of it on 2026-03-11 12:\d\d:\d\d\./);
    expect(transcript).toContain('JobId 2 is free when a newer Full of the same client and FileSet is good');
    expect(await talk(site, ['llist volume=Ring-0002'])).toMatch(
      /KeptUntil: 2026-03-11 12:\d\d:\d\d, and as long as JobId 2 is the last good Full/,
    );
  });

  test('of one whose time has passed says that the next job takes it, and what frees it now', async () => {
    await using site = await aged(11);
    const transcript = await talk(site, ['explain volume=Ring-0001']);
    expect(transcript).not.toContain('Time frees all of it');
    expect(transcript).toContain(
      'The next job that needs it overwrites it; prune volume=Ring-0001 frees it now.\n' +
        'When it is free, its 104.8 MB of disk space are used by the next job that takes it; ' +
        'truncate volume=Ring-0001 gives them back before.\n',
    );
    await talk(site, ['prune volume=Ring-0001 yes']);
    await site.catalog.setVolume(1, { labelDate: new Date(0) }); // time stands still in a simulated job
    expect(await talk(site, ['explain volume=Ring-0001'])).toContain(
      'No job holds it: the next job that needs it may write it.\n' +
        'truncate volume=Ring-0001 gives its 104.8 MB back before that.\n',
    );
  });

  test('of one whose time has passed says that nothing takes it by itself where Auto Prune is off', async () => {
    await using site = await aged(11, `${ONE_JOB}; AutoPrune = no`);
    expect(await talk(site, ['explain volume=Ring-0001'])).toContain(
      'prune volume=Ring-0001 frees it now: Auto Prune is off, and jobs do not by themselves.\n',
    );
    await site.catalog.deleteJobs({ jobIds: [1], inUse: [1] }); // as a job leaves it that found nothing to save
    expect(await talk(site, ['explain volume=Ring-0001'])).toContain(
      'No job holds it: prune volume=Ring-0001 frees it.\n',
    );
    expect(await talk(site, ['list volumes pool=Rong'])).toContain(
      'list: the catalog has no Pool "Rong". "list pools" shows the Pools.\n',
    );
  });

  test('warns of an Incremental that may go although the newest state is made of it, as prune does', async () => {
    await using site = await ringSite(ONE_JOB, CLIENT);
    await site.run('Ringed');
    await site.run('Ringed', { level: 'Incremental' });
    site.sleep(11 * DAY);
    const transcript = await talk(site, ['explain volume=Ring-0002', 'prune volume=Ring-0002 dryrun']);
    expect(transcript).toContain(
      'The newest state of its client is made of JobId 2: when that is gone, a restore of this state misses what it saved. ' +
        'Run a Full before, and let Volume Retention be longer than the time between two Fulls.\n',
    );
    expect(transcript).toContain('| would go, although the newest state is made of it |');
  });
});
