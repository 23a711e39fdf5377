import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabelRefused } from '../../../../director/director-errors.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { jobRow } from './fake-catalog.ts';
import type { DirectorConf } from '../../../../configuration/director-conf.ts';
import { converse, fakeDirector, runningJob, session } from './fake-director.ts';

describe('cancel', () => {
  it('asks which job, and whether really', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1), runningJob(2, { name: 'Plain' }));
    expect(await converse(director, ['cancel', '1', 'yes'])).toBe(`*cancel
Select Job(s):
     1: JobId=1 Job=Gzip.2026-11-21_03.48.08_01
     2: JobId=2 Job=Gzip.2026-11-21_03.48.08_02
Choose Job list to cancel (1-2): 1
JobId=1 Job=Gzip.2026-11-21_03.48.08_01
Confirm cancel of 1 Job (yes/no): yes
2001 Job "Gzip.2026-11-21_03.48.08_01" marked to be canceled.
3000 JobId=1 Job="Gzip.2026-11-21_03.48.08_01" marked to be canceled.
`);
    expect(director.cancelled).toEqual([1]);
  });

  it('takes JobIds, a name, or all', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1), runningJob(2, { name: 'Plain' }), runningJob(3));
    await converse(director, ['cancel jobid=1,3', 'cancel job=Plain', 'cancel all yes', 'cancel all', 'no']);
    expect(director.cancelled).toEqual([1, 3, 2, 1, 2, 3]);
  });

  it('takes those of a client, or of a storage', async () => {
    const director = fakeDirector();
    const elsewhere = { storageName: 'Other', clientName: 'other-fd' };
    director.runningJobs.push(runningJob(1), runningJob(2, elsewhere), runningJob(3));
    await converse(director, ['cancel client=peer-fd all yes', 'cancel storage=File1 all yes']);
    expect(director.cancelled).toEqual([1, 3, 1, 3]);
    expect(await converse(director, ['cancel inactive client=peer-fd'])).toContain(
      'there are no inactive jobs',
    );
    expect(director.cancelled).toHaveLength(4);
  });

  it('cancels nothing when a job of the list does not run', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1));
    const transcript = await converse(director, ['cancel jobid=1,77']);
    expect(transcript).toContain('cancel: JobId 77 is not running. "status dir" shows the jobs that are.');
    expect(director.cancelled).toEqual([]);
  });

  it('says so when nothing runs', async () => {
    expect(await converse(fakeDirector(), ['cancel'])).toBe('*cancel\nNo Jobs running.\n');
  });
});

describe('setbandwidth', () => {
  it('limits the jobs that are named', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1), runningJob(2, { name: 'Plain' }));
    const transcript = await converse(director, [
      'setbandwidth limit=2mb/s jobid=1',
      'setbandwidth limit=0 job=Plain',
      'setbandwidth limit=1k jobid=9',
    ]);
    expect(director.limits).toEqual([
      [1, 2_000_000],
      [2, 0],
    ]);
    expect(transcript).toBe(`*setbandwidth limit=2mb/s jobid=1
JobId=1 Job="Gzip.2026-11-21_03.48.08_01": limited to 2 mb/s
*setbandwidth limit=0 job=Plain
JobId=2 Job="Gzip.2026-11-21_03.48.08_02": no limit
*setbandwidth limit=1k jobid=9
setbandwidth: JobId 9 is not running. "status dir" shows the jobs that are.
`);
  });

  it('limits the jobs of a client, those that run and those to come; asks for what is not said', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1), runningJob(2, { clientName: 'other-fd' }));
    const transcript = await converse(director, ['setbandwidth', 'fast', 'setbandwidth', '500 k/s']);
    expect(director.limits).toEqual([
      ['peer-fd', 512_000],
      [1, 512_000],
    ]);
    expect(transcript).toContain(`Automatically selected Client: peer-fd
Enter new bandwidth limit: fast
setbandwidth: "fast" is no speed.`);
    expect(transcript).toContain('Client "peer-fd": limited to 500 k/s for its jobs, until the conf is read');
  });

  it('tells when a client has a smaller limit of its own, and when it cannot be told', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1), runningJob(2));
    const setBandwidth = async (jobId: number) => {
      if (jobId === 2) throw new LabelRefused('peer-fd does not answer');
      return 1_000_000;
    };
    const { transcript, succeeded } = await session(
      { ...director, jobs: { ...director.jobs, setBandwidth } },
      ['setbandwidth limit=5mb/s jobid=1,2'],
    );
    expect(transcript).toContain(`_01": limited to 1 mb/s, which the client's own conf says`);
    expect(transcript).toContain('JobId 2 goes on as before: peer-fd does not answer.');
    expect(succeeded).toEqual([false]);
  });
});

describe('label', () => {
  const label = async ({ volumeName }: { volumeName: string }) => {
    if (volumeName === 'Taken')
      throw new LabelRefused('Volume file "Taken" exists', { hint: 'Take another name.' });
    return { volumeBytes: 219, deviceName: 'FileStorage', archiveDevice: '/backup/volumes' };
  };
  const director = () => {
    const fake = fakeDirector();
    return { ...fake, peers: { ...fake.peers, label } };
  };

  it('asks for storage, name and pool as a recorded session did', async () => {
    const transcript = await converse(director(), ['label', 'Manual-0001', '2']);
    expect(transcript).toBe(`*label
Automatically selected Catalog: MyCatalog
Using Catalog "MyCatalog"
Automatically selected Storage: File1
Enter new Volume name: Manual-0001
Defined Pools:
     1: A-Full-Pool
     2: A-Incr-Pool
Select the Pool (1-2): 2
Connecting to Storage daemon File1 at 127.0.0.1:29103 ...
Sending label command for Volume "Manual-0001" Slot 0 ...
3000 OK label. VolBytes=219 VolABytes=0 VolType=1 Volume="Manual-0001" Device="FileStorage" (/backup/volumes)
Catalog record for Volume "Manual-0001", Slot 0  successfully created.
`);
  });

  it('objects to names that will not do, and asks again', async () => {
    const lines = [
      'label volume="bad name/1" pool=A-Incr-Pool storage=File1',
      'A-Full-0001',
      'quit',
      'Good-1',
    ];
    const transcript = await converse(director(), lines, { screen: { rows: 24, columns: 80 } });
    expect(transcript).toContain(
      'Illegal character " " in a volume name.\nEnter new Volume name: A-Full-0001\n',
    );
    expect(transcript).toContain(
      'Media record for new Volume "A-Full-0001" already exists.\nEnter new Volume name: quit\n',
    );
    expect(transcript).toContain('"quit" is taken for a wish to leave: type a period for that.\n');
    expect(transcript).toContain('Catalog record for Volume "Good-1", Slot 0  successfully created.');
  });

  it.each([
    'label volume=A-Full-0001 storage=File1 pool=A-Incr-Pool',
    'add volume=A-Full-0001 storage=File1 pool=A-Incr-Pool',
  ])('does not take the next line of a script for a name: %s', async (line) => {
    const { transcript, succeeded } = await session(director(), [line, 'time', 'quit']);
    const [command] = line.split(' ');
    expect(transcript).toContain(
      `\n${command}: Media record for new Volume "A-Full-0001" already exists. Give another name with volume=.\n*time\n`,
    );
    expect(succeeded).toEqual([false, true]);
  });

  it('tells in one line what the storage daemon objects to', async () => {
    const { transcript, succeeded } = await session(director(), ['label volume=Taken pool=A-Incr-Pool']);
    expect(transcript).toContain('label: Volume file "Taken" exists. Take another name.\n');
    expect(succeeded).toEqual([false]);
  });
});

it.each([
  ['label barcodes storage=File1 pool=Scratch', 'label: volumes lie in directories: there is no autochanger'],
  ['delete objectid=1', 'delete: there are no objects of plugins in the catalog.'],
])('%s is refused with its reason', async (line, reason) => {
  const { transcript, succeeded } = await session(fakeDirector(), [line]);
  expect(transcript).toContain(`\n${reason}`);
  expect(succeeded).toEqual([false]);
});

describe('estimate', () => {
  it('counts, and names the files when asked', async () => {
    const fake = fakeDirector();
    const asked: string[] = [];
    const peers = {
      ...fake.peers,
      estimate: async ({ job, level, onListing, onMessage }: Parameters<typeof fake.peers.estimate>[0]) => {
        asked.push(`${job.name} ${job.fileSet.name} ${level}`);
        for (const path of ['/srv/new\nline', '/srv/second']) {
          onListing?.({
            path: Buffer.from(path),
            mode: 0o100644,
            linkCount: 2,
            uid: 1001,
            gid: 100,
            sizeBytes: 5400,
            mtimeSeconds: new Date('2026-11-21T03:39:33').getTime() / 1000,
          });
        }
        const at = new Date('2026-11-21T03:40:00');
        await onMessage({ type: 'NotSaved', text: '     Could not stat "/srv/gone"', at });
        await onMessage({ type: 'Skipped', text: 'Socket "/srv/s" is not saved', at });
        return { files: 93, bytes: 22519161 };
      },
    };
    const transcript = await converse({ ...fake, peers }, [
      'estimate job=Gzip',
      'estimate job=Gzip level=Full fileset="Two Options" listing limit=1',
    ]);
    expect(asked).toEqual(['Gzip Gzip Incremental', 'Gzip Two Options Full']);
    expect(transcript).not.toContain('/srv/second');
    expect(transcript).toContain(
      'Connecting to Client peer-fd at 127.0.0.1:29102\n' +
        '21-Nov 03:40 peer-fd JobId 0:      Could not stat "/srv/gone"\n2000 OK estimate files=93 bytes=22,519,161\n',
    );
    expect(transcript).toContain(
      '-rw-r--r--   2 1001     100                    5400 2026-11-21 03:39:33  /srv/new\\nline\n21-Nov 03:40 peer-fd',
    );
  });
});

describe('enable and disable', () => {
  it('take batch alone, which changes nothing', async () => {
    const { transcript, succeeded } = await session(fakeDirector(), ['disable batch', 'enable batch']);
    expect(transcript.match(/"batch" changes nothing\./g)).toHaveLength(2);
    expect(succeeded).toEqual([true, true]);
  });

  it('switch what the scheduler looks at', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'disable job=Gzip',
      'show disabled',
      'enable job=Gzip',
      'show disabled',
      'enable',
    ]);
    expect(transcript).toContain('Job "Gzip" disabled\n*show disabled\nDisabled Jobs:\n   Gzip\n');
    expect(transcript).toContain('Job "Gzip" enabled\n*show disabled\nNo disabled Jobs.\n');
    expect(transcript).toContain(
      'enable: You must enter one of the following keywords: job, client, schedule, or storage. enable jobs all is for all Jobs at once.',
    );
    expect(director.conf().jobs[0]?.enabled).toBe(true);
    const { jobs } = director.conf();
    expect(await converse(director, ['disable jobs all'])).toContain(`${jobs.length} Jobs disabled\n`);
    expect(jobs.map(({ enabled }) => enabled)).not.toContain(true);
    expect(await converse(director, ['enable jobs'])).toContain('Write enable jobs all, or enable job=NAME.');
    await converse(director, ['enable jobs all']);
    expect(jobs.map(({ enabled }) => enabled)).not.toContain(false);
  });
});

describe('reload', () => {
  it('says whether the new conf is in force', async () => {
    expect(await converse(fakeDirector(), ['reload'])).toContain('Conf reloaded.');
    const problems = ['dir.conf:42:10: Job "home" names Pool "Dialy", which is not defined'];
    const refused = fakeDirector({ reload: async () => ({ accepted: false, problems }) });
    const { transcript, succeeded } = await session(refused, ['reload']);
    expect(transcript).toBe(
      `*reload\n${problems[0]}\nreload: the conf was refused and the old one stays in force. Mend the lines above and reload.\n`,
    );
    expect(succeeded).toEqual([false]);
  });
});

describe('show', () => {
  it('shows a schedule as the sets that its lines stand for', async () => {
    const transcript = await converse(fakeDirector(), ['show schedules']);
    expect(transcript).toContain(
      'Schedule: Name=A-Schedule Enabled=1\n  --> Run Level=Full\n      hour=23 \n',
    );
    expect(transcript).toContain('      wday=6 \n      wom=0 \n');
    expect(transcript).toContain('      mins=5\n      run=Full 1st sat at 23:05\n');
    expect(transcript).toContain('  --> Cron Level=Differential\n      cron=Differential "10 22 * * 0"\n');
  });

  it('shows one resource by name, or all of a kind', async () => {
    const transcript = await converse(fakeDirector(), [
      'show pool=A-Full-Pool',
      'show clients',
      'show storage=Nix',
      'show',
    ]);
    expect(transcript).toContain(
      'Pool: name=A-Full-Pool PoolType=Backup\n      max_vols=100 auto_prune=1 VolRetention=1 year\n',
    );
    expect(transcript).toContain(
      'Client: Name=peer-fd Enabled=1 Address=127.0.0.1 FDport=29102 MaxJobs=1\n      JobRetention=12 months',
    );
    expect(transcript).toContain('show: Storage "Nix" is not defined. There is: File1.\n');
    expect(transcript).toContain('show: what to show is missing.');
  });

  it('shows what a Job says of restoring, verifying and scripts, and the query file', async () => {
    const director = fakeDirector();
    const conf = director.conf();
    const [gzip, plain] = conf.jobs;
    const script = {
      ...{ runsOnClient: true, runsOnSuccess: true, runsOnFailure: false, failJobOnError: true },
      ...{ runsWhen: 'Before' as const, commands: [{ kind: 'program' as const, text: '/bin/false' }] },
    };
    const job = { ...gzip!, jobToVerify: plain!, writeBootstrap: '/w/%c-%n.bsr', runScripts: [script] };
    const changed = { ...director, conf: () => ({ ...conf, jobs: [job, ...conf.jobs.slice(1)] }) };
    const transcript = await converse(changed, ['show job=Gzip', 'show job=RestoreFiles', 'show director']);
    expect(transcript).toMatch(/^ {2}--> WriteBootstrap=\/w\/%c-%n\.bsr\n {2}--> Storage: name=File1 /m);
    expect(transcript).toContain(
      '  --> RunScript\n  --> Command=/bin/false\n  --> Target=%c\n  --> RunOnSuccess=1\n  --> RunOnFailure=0\n' +
        '  --> FailJobOnError=1\n  --> RunWhen=Before\n  --> Pool: name=A-Incr-Pool',
    );
    expect(transcript).toContain('  --> JobToVerify Plain\n  --> Messages: name=Standard\n');
    expect(transcript).toContain('  --> Where=/srv/restore\n  --> Replace=Always\n');
    expect(transcript).toContain('SDtimeout=1800\n   query_file=/q\n');
  });

  it('shows Counters with the value that comes next', async () => {
    const director = fakeDirector();
    const years = { name: 'Years', minimum: 0, maximum: 9 };
    const months = { name: 'Months', minimum: 1, maximum: 12, wrapCounter: years };
    const conf = { ...director.conf(), counters: [months, years] } as unknown as DirectorConf;
    const catalog = { ...director.catalog, counterValue: async () => 5 };
    const transcript = await converse({ ...director, conf: () => conf, catalog }, ['show counter=Months']);
    expect(transcript).toContain('Counter: name=Months min=1 max=12 wrapcounter=Years value=5\n');
    expect(transcript).not.toContain('name=Years');
    expect(await converse(director, ['show counters'])).toContain('No counters are defined.\n');
  });

  it('shows everything', async () => {
    const transcript = await converse(fakeDirector(), ['show all']);
    for (const kind of [
      'Director: name=',
      'Job: name=',
      'Client: Name=',
      'FileSet: name=',
      'Storage: name=',
      'Messages: name=',
    ]) {
      expect(transcript).toMatch(new RegExp(`^${kind}`, 'm'));
    }
    expect(transcript).not.toMatch(/undefined|\[object/);
  });
});

describe('dot commands', () => {
  it('print one name a line', async () => {
    expect(
      await converse(fakeDirector(), ['.jobs', '.jobs type=R', '.clients', '.pools', '.mediatypes']),
    ).toBe(
      `*.jobs
Gzip
Plain
Article
RestoreFiles
*.jobs type=R
RestoreFiles
*.clients
peer-fd
*.pools
A-Incr-Pool
A-Full-Pool
*.mediatypes
File
`,
    );
  });

  it('name what a volume may be told to do when it is purged, as update takes it', async () => {
    expect(await converse(fakeDirector(), ['.actiononpurge'])).toBe('*.actiononpurge\nNone\nTruncate\n');
  });

  it('print key=value lines of the status', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(7));
    const transcript = await converse(director, [
      '.status dir header',
      '.status dir running',
      '.defaults job=Gzip',
    ]);
    expect(transcript).toContain(`pid=${process.pid}\njobs_run=5\njobs_running=1\n`);
    expect(transcript).toContain('jobid=7\nname=Gzip\nlevel=F\n');
    expect(transcript).toContain('job=Gzip\npool=A-Incr-Pool\n');
  });

  it('are not cut short', async () => {
    expect(await converse(fakeDirector(), ['.job'])).toContain('.job: is an invalid command.');
  });
});

describe('.defaults', () => {
  it.each([
    ['job=Gzip', 'job=Gzip\npool=A-Incr-Pool\n', 'catalog=MyCatalog\n'],
    [
      'client=peer-fd',
      'client=peer-fd\naddress=127.0.0.1\nfdport=29102\n',
      'job_retention=31104000\nautoprune=1\n',
    ],
    [
      'storage=File1',
      'storage=File1\naddress=127.0.0.1\nenabled=1\nmedia_type=File\nsdport=29103\n',
      'device=',
    ],
    [
      'pool=A-Full-Pool',
      'pool=A-Full-Pool\npool_type=Backup\nlabel_format=A-Full-\n',
      'vol_retention=31536000\n',
    ],
  ])('of %s gives key=value lines', async (what, first, later) => {
    const transcript = await converse(fakeDirector(), [`.defaults ${what}`, '.defaults']);
    expect(transcript).toContain(`.defaults ${what}\n${first}`);
    expect(transcript).toContain(later);
    expect(transcript).not.toMatch(/undefined|=true|=false/);
    expect(transcript).toContain('.defaults: of what is not said.');
  });
});

it('.levels gives those of a type of Job, or of all', async () => {
  const transcript = await converse(fakeDirector(), [
    '.levels Verify',
    '.levels Restore',
    '.levels',
    '.levels x',
  ]);
  expect(transcript).toContain(
    '.levels Verify\nCatalog\nInitCatalog\nVolumeToCatalog\nDiskToCatalog\nData\n*.levels Restore\n*.levels\nFull\n',
  );
  expect(transcript).toContain('.levels: "x" is no argument of .levels.');
});

describe('.jlist', () => {
  it('gives JSON, and leaves the session as it is', async () => {
    const transcript = await converse(fakeDirector(), ['.jlist jobs jobid=1', 'list jobs jobid=1']);
    const [, answer] = transcript.split('\n');
    expect(JSON.parse(answer!)).toMatchObject([{ JobId: 1, Name: 'Gzip' }]);
    expect(transcript).toContain('| JobId | Name |');
  });
});

describe('help', () => {
  it('lists the commands, and the arguments of one', async () => {
    const transcript = await converse(fakeDirector(), ['help', 'help wait', 'help nix']);
    expect(transcript).toContain('  restore       Restore files\n');
    expect(transcript).toContain(
      'Arguments:\n\tjobid=<text> jobname=<job> job=<job> ujobid=<text> timeout=<text>\n',
    );
    expect(transcript).toContain('help: there is no command "nix". Type help for a list.');
  });
});

describe('restart', () => {
  it('runs a job that failed again with the settings it had', async () => {
    const director = fakeDirector();
    director.contents.jobs.push(jobRow(3, { jobStatus: 'A', level: 'D', name: 'Plain', priority: 7 }));
    const transcript = await converse(director, ['restart', '1', 'yes']);
    expect(transcript).toContain(
      'Jobs that did not end well:\n     1: JobId=3 Job=Gzip.2026-11-21_03.39.53_03 Status=A\n',
    );
    expect(director.runs[0]).toMatchObject({ level: 'Differential', priority: 7, job: { name: 'Plain' } });
  });

  it('takes any backup by its JobId, and no other job', async () => {
    const director = fakeDirector();
    director.contents.jobs.push(jobRow(3, { type: 'R' }));
    const transcript = await converse(director, [
      'restart jobid=1 level=Full yes',
      'restart',
      'restart jobid=3',
    ]);
    expect(director.runs).toHaveLength(1);
    expect(transcript).toContain('restart: no backup has failed.');
    expect(transcript).toContain('restart: JobId 3 is no backup.');
  });
});

describe('query', () => {
  const FILE = `# comment
:Jobs of a Client
*Name of the Client:
SELECT JobId FROM Job
 WHERE Client = '%1';
:One value a line
!SELECT 1;
:Nothing
`;

  it('asks for the question and for what it needs', async () => {
    using directory = temporaryDirectory();
    const queryFile = join(directory.path, 'query.sql');
    writeFileSync(queryFile, FILE);
    const fake = fakeDirector();
    const conf = { ...fake.conf(), director: { ...fake.conf().director, queryFile } };
    const director = { ...fake, conf: () => conf };
    const transcript = await converse(director, ['query', '1', "o'brien-fd", 'query 2', 'query 3']);
    expect(transcript).toContain('Available queries:\n     1: Jobs of a Client\n     2: One value a line\n');
    expect(transcript).toContain("Name of the Client: o'brien-fd\n");
    expect(transcript).toContain("WHERE Client = 'o''brien-fd'");
    expect(transcript).toMatch(/\*query 2\n Query: SELECT 1\n/);
    expect(transcript).toContain('query: there is no query 3. Choose from 1 to 2, or type query alone.');
  });

  it('says which file it cannot read', async () => {
    expect(await converse(fakeDirector(), ['query'])).toContain('query: cannot read the query file: ENOENT');
  });
});
