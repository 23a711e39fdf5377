import { beforeEach, describe, expect, it } from 'vitest';
import { jobRow, mediaRow } from './fake-catalog.ts';
import { converse, fakeDirector, session, type FakeDirector } from './fake-director.ts';

/** The header rows of recorded sessions of Bacula 9.6.7, which scripts rely on. */
const HEADERS = {
  'list jobs': '| JobId | Name | StartTime           | Type | Level | JobFiles | JobBytes | JobStatus |',
  'list volumes pool=A-Full-Pool':
    '| MediaId | VolumeName  | VolStatus | Enabled | VolBytes | VolFiles | VolRetention | Recycle | Slot | InChanger | MediaType | VolType | VolParts | LastWritten         | ExpiresIn |',
  'list pools':
    '| PoolId | Name        | NumVols | MaxVols | MaxVolBytes | VolRetention | Enabled | PoolType | LabelFormat |',
  'list clients': '| ClientId | Name    | FileRetention | JobRetention |',
  'list jobmedia': '| JobId | VolumeName  | FirstIndex | LastIndex |',
  'list jobtotals': '| Jobs | Files | Bytes   | Job     |',
};

describe('list', () => {
  let director: FakeDirector;
  beforeEach(() => {
    director = fakeDirector();
  });
  const listed = async (line: string) => (await converse(director, [line])).split('\n').slice(3).join('\n');

  it.each(Object.entries(HEADERS))('%s has the columns that scripts know', async (line, header) => {
    expect((await listed(line)).split('\n')).toContain(header);
  });

  it('selects jobs by name, client, status, level, type, age and number', async () => {
    director.contents.jobs = [
      jobRow(1, { startTime: new Date('2026-11-01T00:00:00') }),
      jobRow(2, { name: 'Plain', level: 'I' }),
      jobRow(3, { jobStatus: 'f', jobErrors: 2 }),
      jobRow(4, { type: 'R', clientName: 'other-fd' }),
    ];
    const ids = async (filters: string) =>
      [...(await listed(`list jobs ${filters}`)).matchAll(/^\| (\d+)/gm)].map(([, id]) => Number(id));
    expect(await ids('')).toEqual([1, 2, 3, 4]);
    expect(await ids('job=Plain')).toEqual([2]);
    expect(await ids('client=other-fd')).toEqual([4]);
    expect(await ids('jobstatus=f')).toEqual([3]);
    expect(await ids('joberrors')).toEqual([3]);
    expect(await ids('level=I')).toEqual([2]);
    expect(await ids('jobtype=R')).toEqual([4]);
    expect(await ids('days=3')).toEqual([2, 3, 4]);
    expect(await ids('limit=2')).toEqual([1, 2]);
    expect(await ids('order=desc limit=1')).toEqual([4]);
    expect(await ids('jobid=1,3-4')).toEqual([1, 3, 4]);
    expect(await ids('ujobid=Gzip.2026-11-21_03.39.53_03')).toEqual([3]);
    expect(await ids('jobid=77')).toEqual([]);
  });

  it('shows one table of volumes for each pool, by name', async () => {
    const text = await listed('list volumes');
    expect([...text.matchAll(/^Pool: (.*)$/gm)].map(([, pool]) => pool)).toEqual([
      'A-Full-Pool',
      'A-Incr-Pool',
      'Scratch',
    ]);
    expect(text).toMatch(/Pool: Scratch\nNo results to list\.\n$/);
  });

  it('counts down to the end of the retention of a written volume', async () => {
    director.contents.volumes = [
      mediaRow(1, { lastWritten: new Date('2026-11-21T03:48:14'), volRetention: 100 }),
    ];
    expect(await listed('list volumes pool=A-Full-Pool')).toContain('| 2026-11-21 03:48:14 | 90        |');
    director.contents.volumes = [mediaRow(1, { lastWritten: undefined })];
    expect(await listed('list media pool=A-Full-Pool')).toContain('| 0           | 0         |\n');
  });

  it('follows a list about a job with the row of that job', async () => {
    director.contents.logs.set(1, ['peer-dir JobId 1: Start Backup JobId 1, Job=Gzip']);
    expect((await listed('list joblog jobid=1')).match(/JobStatus/g)).toHaveLength(1);
    expect((await listed('list jobmedia jobid=1')).match(/JobStatus/g)).toHaveLength(1);
    expect((await listed('list jobmedia')).match(/JobStatus/g)).toBeNull();
  });

  it('shows the files of a job page by page, as one table', async () => {
    const files = Array.from({ length: 4500 }, (_, index) => ({ path: `/srv/file ${index}` }));
    director.contents.files.set(1, [...files, { path: '/srv/new\nline' }, { path: '/gone', deleted: true }]);
    const text = await listed('list files jobid=1');
    expect(text.match(/^\| \/srv\/file/gm)).toHaveLength(4500);
    expect(text.match(/^\| Filename/gm)).toHaveLength(1);
    expect(text).toContain('| /srv/new\\nline ');
    expect(text).not.toContain('/gone');
    expect(await listed('list files jobid=1 type=deleted')).toContain('| /gone ');
    expect(await listed('list files jobid=2')).toContain('No results to list.');
  });

  it('prints one value a line as llist', async () => {
    const text = await listed('llist jobid=1');
    expect(text).toContain('           JobId: 1\n');
    expect(text).toContain('         FileSet: Gzip\n');
    expect(await listed('llist volume=A-Full-0001')).toContain('VolumeName: A-Full-0001\n');
    expect(await listed('llist pool=A-Full-Pool')).toContain('AutoPrune: 1\n');
  });

  it('takes the unique name of a job for its JobId: ujobid=', async () => {
    director.contents.files.set(1, [{ path: '/srv/of-one' }]);
    director.contents.logs.set(1, ['log of one']);
    const about = (what: string) => listed(`list ${what} ujobid=Gzip.2026-11-21_03.39.53_01`);
    expect(await about('jobmedia')).toMatch(/^\| 1 +\| A-Full-0001 +\|/m);
    expect(await about('jobmedia')).not.toContain('A-Incr-0002');
    expect(await about('volumes')).toMatch(/^\| 1 +\| A-Full-0001 +\|/m);
    expect(await about('volumes')).not.toContain('A-Incr-0002');
    expect(await about('files')).toContain('/srv/of-one');
    expect(await about('joblog')).toContain('log of one');
    for (const what of ['jobmedia', 'volumes', 'files', 'joblog'])
      expect(await listed(`list ${what} ujobid=Gzip.2026-11-21_00.00.00_77`)).toBe('No results to list.\n');
  });

  it('picks messages of a log with pattern=', async () => {
    director.contents.logs.set(1, ['Start Backup JobId 1', 'Using Device "FileStorage" to write.']);
    const text = await listed('llist joblog jobid=1 pattern=device');
    expect(text).toContain('LogText: Using Device "FileStorage" to write.\n');
    expect(text).not.toContain('Start Backup');
  });

  it.each([
    'events type=daemon source=* code=DD0001 start="2026-01-01" end="2027-01-01" days=2 limit=2 order=asc',
    'objects jobid=1 client=peer-fd type=x category=y status=T limit=2 order=asc',
    'pluginrestoreconf jobid=1 restoreobjectid=1',
    'fileevents jobid=1 fileindex=2 severity=1 type=b',
  ])('takes list %s, of which there is nothing', async (what) => {
    expect(await listed(`list ${what}`)).toBe('No results to list.\n');
  });

  it('llist volume has the columns of Bacula', async () => {
    const text = await listed('llist volume=A-Full-0001');
    const columns = [...text.matchAll(/^ *(\w+): /gm)].map(([, column]) => column);
    expect(columns).toEqual(
      (
        'MediaId VolumeName Slot PoolId Pool MediaType MediaTypeId FirstWritten LastWritten LabelDate VolJobs VolFiles ' +
        'VolBlocks VolParts VolCloudParts CacheRetention VolMounts VolBytes VolABytes VolAPadding VolHoleBytes VolHoles ' +
        'LastPartBytes VolErrors VolWrites VolCapacityBytes VolStatus Enabled Recycle VolRetention VolUseDuration ' +
        'MaxVolJobs MaxVolFiles MaxVolBytes InChanger EndFile EndBlock VolType LabelType StorageId DeviceId ' +
        'MediaAddressing VolReadTime VolWriteTime LocationId RecycleCount InitialWrite ScratchPoolId RecyclePoolId ' +
        'ActionOnPurge ExpiresIn Comment KeptUntil'
      ).split(' '),
    );
    director.contents.volumes = [mediaRow(1, { volBytes: 2 ** 32 + 11 })];
    expect(await listed('llist volume=A-Full-0001')).toMatch(/^ +EndFile: 1\n +EndBlock: 10$/m);
  });

  it('llist pools has all settings and the bytes of the pool', async () => {
    const conf = director.conf();
    const [incremental, full] = conf.pools;
    const pools = [{ ...incremental!, nextPool: full!, migrationHighBytes: 5_000, migrationTime: 60 }, full!];
    director = fakeDirector({ conf: () => ({ ...conf, pools }) });
    director.contents.volumes = [
      mediaRow(1, { volBytes: 10 }),
      mediaRow(2, { poolId: 2, poolName: 'A-Incr-Pool', volBytes: 20 }),
      mediaRow(3, { poolId: 2, poolName: 'A-Incr-Pool', volBytes: 300 }),
    ];
    const text = await listed('llist pool=A-Incr-Pool');
    const values = Object.fromEntries(
      [...text.matchAll(/^ *(\w+): (.*)$/gm)].map(([, key, value]) => [key!, value!] as const),
    );
    expect(values).toMatchObject({
      ...{ UseCatalog: '1', AcceptAnyVolume: '0', LabelType: '0', CacheRetention: '0' },
      ...{ PoolBytes: '320', MaxPoolBytes: '0', NextPoolId: '1' },
      ...{ MigrationHighBytes: '5000', MigrationLowBytes: '0', MigrationTime: '60' },
    });
    expect(await listed('llist pools')).toMatch(/Name: Scratch\n[^]*PoolBytes: 0\n[^]*NextPoolId: 0\n/);
  });

  it('prints JSON on a line when asked', async () => {
    const json = async (line: string) =>
      JSON.parse((await converse(director, [line])).split('\n')[1]!) as unknown[];
    expect((await json('list jobs json'))[0]).toMatchObject({ JobId: 1, Name: 'Gzip', JobBytes: 2265713 });
    director.contents.files.set(1, [{ path: '/a' }, { path: '/b "c"' }]);
    expect(await json('list files jobid=1 json')).toEqual([{ Filename: '/a' }, { Filename: '/b "c"' }]);
    expect(await json('list files jobid=9 json')).toEqual([]);
  });

  it('names the volume that the next runs will write to', async () => {
    const conf = director.conf();
    const run = (poolName: string, level: string) => ({
      at: new Date(),
      job: conf.jobs[0]!,
      level,
      priority: 10,
      poolName,
      runLine: '',
    });
    director = fakeDirector({
      scheduledRuns: () => [run('A-Incr-Pool', 'Incremental'), run('A-Full-Pool', 'Full')],
    });
    director.contents.volumes = [mediaRow(2, { volumeName: 'A-Incr-0002', poolId: 2 })];
    const text = await listed('list nextvol job=Gzip days=3');
    expect(text).toContain(
      'The next Volume to be used by Job "Gzip" (Pool=A-Incr-Pool, Level=Incremental) will be A-Incr-0002\n',
    );
    expect(text).toContain('(Pool=A-Full-Pool, Level=Full) will be a new one\n');
    expect(await listed('list nextvol job=Plain')).toContain('Could not find next Volume for Job Plain.');
  });

  it.each([
    ['list', 'list: what to list is missing. Write for example list jobs; see help list.'],
    ['list jobs jobid=x', 'list: "jobid=x" is no list of numbers. Write it as jobid=1,2,5-9.'],
    ['list jobs jobid=5-1', 'list: "jobid=5-1" is no list of numbers. Write it as jobid=1,2,5-9.'],
    ['list files', 'list: of which job is not said. Add jobid=NUMBER.'],
    ['list jobs order=up', 'list: "order=up" is neither asc nor desc.'],
    ['list jobs status=T', 'list: "status=" does not select here. Did you mean "jobstatus"?'],
    ['list volumes pattern=x', 'list: "pattern=" does not select here. Leave it out.'],
    ['list pool=Nix', 'list: the catalog has no Pool "Nix". "list pools" shows the Pools.'],
  ])('refuses %s in one line', async (line, answer) => {
    const { transcript, succeeded } = await session(director, [line]);
    expect(transcript.split('\n')).toContain(answer);
    expect(succeeded).toEqual([false]);
  });
});

describe('sqlquery', () => {
  it('reads queries until a blank line', async () => {
    const transcript = await converse(fakeDirector(), ['sqlquery', 'SELECT JobId', 'FROM Job;', '', 'quit']);
    expect(transcript).toContain('Enter SQL query: SELECT JobId\nAdd to SQL query: FROM Job;\n');
    expect(transcript).toMatch(/SELECT JobId\s*\n?FROM Job/);
    expect(transcript).toContain('End query mode.\n*quit\n');
  });

  it('answers a query on its line', async () => {
    expect(await converse(fakeDirector(), ['sql SELECT "a b";'])).toContain('| SELECT "a b" |');
  });
});
