import { describe, expect, it } from 'vitest';
import { converse, fakeDirector, runningJob } from './fake-director.ts';

describe('update volume', () => {
  it('changes status, switch and pool of a volume', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'update volume=A-Full-0001 volstatus=used enabled=no',
      'update volume=A-Full-0001 pool=A-Incr-Pool',
    ]);
    expect(transcript).toContain('New Volume status is: Used\nNew Enabled flag is: no\n');
    expect(transcript).toContain('New Pool is: A-Incr-Pool (was A-Full-Pool)\n');
    expect(director.contents.volumes[0]).toMatchObject({ volStatus: 'Used', enabled: 0, poolId: 2 });
  });

  it.each<[parameter: string, changed: object, said: string]>([
    ['volretention=30d', { volRetention: 2_592_000 }, 'New retention period is: 1 month'],
    ['voluse=23h', { volUseDuration: 82_800 }, 'New use duration is: 23 hours'],
    ['maxvoljobs=3', { maxVolJobs: 3 }, 'New max jobs is: 3'],
    ['maxvolfiles=4', { maxVolFiles: 4 }, 'New max files is: 4'],
    ['maxvolbytes=4.3GB', { maxVolBytes: 4_300_000_000 }, 'New Max bytes is: 4300000000'],
    ['recycle=no', { recycle: false }, 'New Recycle flag is: no'],
    ['slot=7', { slot: 7 }, 'New Slot is: 7'],
    ['inchanger=yes', { inChanger: true }, 'New InChanger flag is: yes'],
    ['recyclepool=A-Incr-Pool', { recyclePoolId: 2 }, 'New RecyclePool is: A-Incr-Pool'],
    ['actiononpurge=truncate', { truncateOnPurge: true }, 'New ActionOnPurge is: Truncate'],
    ['enabled=archived', { enabled: 2 }, 'New Enabled flag is: archived'],
    ['enabled=0', { enabled: 0 }, 'New Enabled flag is: no'],
    ...['Archive', 'Disabled', 'Full', 'Used', 'Cleaning', 'Read-Only', 'Error'].map(
      (volStatus): [string, object, string] => [
        `volstatus=${volStatus.toLowerCase()}`,
        { volStatus },
        `New Volume status is: ${volStatus}`,
      ],
    ),
  ])('takes %s', async (parameter, changed, said) => {
    const director = fakeDirector();
    const transcript = await converse(director, [`update volume=A-Full-0001 ${parameter}`]);
    expect(transcript.split('\n').map((line) => line.trimEnd())).toContain(said);
    expect(director.contents.volumes[0]).toMatchObject(changed);
    expect(director.contents.volumes[1]).not.toMatchObject(changed);
  });

  it('asks by menu for what the line does not say, and goes on until Done', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'update',
      '1',
      '2',
      '1',
      '*1',
      '60 days',
      '7',
      'no',
      '10',
      '19',
    ]);
    expect(transcript).toContain('Choose catalog item to update (1-5): 1\nParameters to modify:\n');
    expect(transcript).toContain(
      'Enter a Volume name or *MediaId: *1\nEnter Volume Retention period: 60 days\n',
    );
    expect(transcript).toContain('New retention period is: 2 months');
    expect(transcript).toContain('A Volume in a file has no tape marks to count');
    expect(director.contents.volumes[0]).toMatchObject({ volRetention: 5_184_000, recycle: false });
  });

  it('gives volumes what their pool has now: one, those of a pool, all', async () => {
    const director = fakeDirector();
    director.contents.pools[0] = { ...director.contents.pools[0]!, volRetention: 99, maxVolJobs: 5 };
    const transcript = await converse(director, ['update volume=A-Full-0001 frompool']);
    expect(transcript).toContain('Volume defaults updated from "A-Full-Pool" Pool record.\n');
    expect(director.contents.volumes[0]).toMatchObject({ volRetention: 99, maxVolJobs: 5 });
    expect(director.contents.volumes[1]!.volRetention).not.toBe(99);
    director.contents.pools[1] = { ...director.contents.pools[1]!, volRetention: 77 };
    expect(await converse(director, ['update volume fromallpools'])).toContain(
      'All Volume defaults updated from "A-Full-Pool" Pool record.\n' +
        'All Volume defaults updated from "A-Incr-Pool" Pool record.\n',
    );
    expect(director.contents.volumes.map(({ volRetention }) => volRetention)).toEqual([99, 77]);
    director.contents.pools[1] = { ...director.contents.pools[1], volRetention: 66 };
    await converse(director, ['update volume allfrompool=A-Incr-Pool']);
    expect(director.contents.volumes.map(({ volRetention }) => volRetention)).toEqual([99, 66]);
  });

  it.each([
    ['volume=Nix volstatus=Used', 'update: the catalog has no Volume "Nix". "list volumes" shows them.'],
    [
      'volume=A-Full-0001 volstatus=Purged',
      'update: Invalid VolStatus specified: Purged. Choose from Append, Archive, Disabled, Full, Used, Cleaning, Recycle, Read-Only, Error.',
    ],
    [
      'volume=A-Full-0001 volstatus=Recycle',
      'update: there are jobs on Volume "A-Full-0001", which would be overwritten. Take them off it first: purge volume=A-Full-0001',
    ],
    [
      'volume=A-Full-0001 enabled=perhaps',
      'update: Invalid Enabled flag specified: perhaps. Choose from no, yes, archived.',
    ],
    [
      'volume=A-Full-0001 maxvolbytes=much',
      'update: "maxvolbytes=much" is no size. Write it as maxvolbytes=4G.',
    ],
    // The first would do, but all or nothing.
    [
      'volume=A-Full-0001 enabled=no volretention=long',
      'update: "volretention=long" is no period. Write it as volretention=30days.',
    ],
  ])('refuses %s and changes nothing', async (line, answer) => {
    const director = fakeDirector();
    expect((await converse(director, [`update ${line}`])).split('\n')).toContain(answer);
    expect(director.contents.volumes[0]).toMatchObject({ volStatus: 'Append', enabled: 1, maxVolBytes: 0 });
  });

  it('takes Recycle for a volume without jobs', async () => {
    const director = fakeDirector();
    director.contents.jobs = [];
    await converse(director, ['update volume=A-Full-0001 volstatus=Recycle']);
    expect(director.contents.volumes[0]).toMatchObject({ volStatus: 'Recycle' });
  });
});

describe('update volume volstatus=Append of a closed volume with jobs on it', () => {
  const LINE = 'update volume=A-Full-0001 volstatus=Append';
  const screen = { rows: 24, columns: 80 };
  const closed = () => {
    const director = fakeDirector();
    director.contents.volumes[0] = { ...director.contents.volumes[0]!, volStatus: 'Used' };
    return director;
  };

  it.each([
    ['yes', 'Append'],
    ['no', 'Used'],
    ['.', 'Used'],
  ])('asks whoever sits at a terminal: %s', async (answer, volStatus) => {
    const director = closed();
    const transcript = await converse(director, [LINE, answer], { screen });
    expect(transcript).toMatch(
      /Volume "A-Full-0001" is Used and holds \d jobs?\. What is written next goes /,
    );
    expect(transcript).toContain('Append to it again? (yes/no): ');
    expect(transcript.includes('Selection aborted, nothing done.')).toBe(volStatus === 'Used');
    expect(director.contents.volumes[0]).toMatchObject({ volStatus });
  });

  it('asks there by menu too', async () => {
    const director = closed();
    const answers = ['update volume=A-Full-0001', '1', '1', 'yes', '19'];
    const transcript = await converse(director, answers, { screen });
    expect(transcript).toMatch(/Append to it again\? \(yes\/no\): yes\nNew Volume status is: Append\n/);
  });

  it.each([
    ['a pipe', [LINE], {}],
    ['the menu in a pipe', ['update volume=A-Full-0001', '1', '1', '19'], {}],
    ['a terminal, with yes', [`${LINE} yes`], { screen }],
    ['a terminal that wants JSON', ['.api 2 api_opts=j', LINE], { screen }],
  ])('asks nothing in %s', async (_, lines, options) => {
    const director = closed();
    expect(await converse(director, lines, options)).not.toContain('Append to it again');
    expect(director.contents.volumes[0]).toMatchObject({ volStatus: 'Append' });
  });

  it('asks nothing when there are no jobs, or when it is Append already', async () => {
    const director = closed();
    director.contents.jobs = [];
    expect(await converse(director, [LINE], { screen })).toContain('New Volume status is: Append');
    expect(await converse(fakeDirector(), [LINE], { screen })).toContain('New Volume status is: Append');
  });
});

describe('update of other things', () => {
  it('shows the row of a pool as the conf has it', async () => {
    const transcript = await converse(fakeDirector(), ['update pool=A-Full-Pool']);
    expect(transcript).toMatch(/\| 1 +\| A-Full-Pool \|[^]*\nPool DB record updated from resource\.\n/);
  });

  it('changes what the catalog says of a job that has ended', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'update jobid=1 comment="kept for the auditor" pool=A-Incr-Pool',
      'update jobid=9 comment=x',
      'update jobid=1',
    ]);
    expect(transcript).toContain('JobId=1 updated.');
    expect(director.contents.jobs[0]).toMatchObject({ comment: 'kept for the auditor', poolId: 2 });
    expect(transcript).toContain('update: the catalog has no JobId 9. "list jobs" shows them.');
    expect(transcript).toContain(
      'update: what to change is missing. Write client=, pool=, starttime=, comment=, reviewed= or priority=.',
    );
  });

  it('says why there is nothing to do for slots, statistics, snapshots, protection and a cache', async () => {
    const transcript = await converse(fakeDirector(), [
      ...['update slots scan storage=File1', 'update stats days=3', 'update', '5'],
      ...['update volumeprotect', 'update volume=A-Full-0001 cacheretention=3d'],
    ]);
    expect(transcript).toMatch(
      /no autochanger\.[^]*No statistics are kept[^]*Snapshots are made by scripts[^]*not protected by flags[^]*no cache to keep/,
    );
  });

  it('changes the priority of a job that waits, and of no other', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1, { status: 'C' }), runningJob(2));
    const transcript = await converse(director, [
      ...['update jobid=1 priority=5', 'update jobid=2 priority=5', 'update jobid=1 priority=0'],
      'update jobid=1 priority=5 comment=x',
    ]);
    expect(transcript).toContain('JobId=1 updated.');
    expect(transcript).toContain(
      'update: JobId 2 does not wait for its turn. What has begun keeps the priority that it began with.',
    );
    expect(transcript).toContain('update: "priority=" is out of range. 1 is the most urgent.');
    expect(transcript).toContain('Write one without the other.');
  });
});
