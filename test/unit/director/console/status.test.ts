import { describe, expect, it } from 'vitest';
import { LabelRefused } from '../../../../director/director-errors.ts';
import { PeerUnreachable } from '../../../../transport/peer-errors.ts';
import { jobRow, mediaRow } from './fake-catalog.ts';
import { converse, fakeDirector, runningJob, session, type FakeDirector } from './fake-director.ts';

const STARTED = new Date('2026-11-21T03:39:00').getTime();
const ENDED = new Date('2026-11-21T03:40:00').getTime();

function directorWithPeers(): FakeDirector {
  const director = fakeDirector();
  return Object.assign(director, {
    peers: {
      ...director.peers,
      clientStatus: async () => ({
        name: 'peer-fd',
        version: '0.1.0 (21 November 2026)',
        platform: 'x86_64-pc-linux-gnu debian 12',
        startedAtMs: STARTED,
        jobsRun: 5,
        residentBytes: 266240,
        pid: 4711,
        running: [
          {
            jobId: 6,
            job: 'Gzip.2026-11-21_03.48.08_04',
            kind: 'Backup',
            level: 'F',
            startedAtMs: new Date('2026-11-21T03:48:14').getTime(),
            files: 1,
            bytes: 77405940,
            errors: 0,
            currentPath: Buffer.from('/srv/data/big\ntext.log'),
          },
        ],
        terminated: [
          {
            jobId: 1,
            job: 'Gzip.2026-11-21_03.39.53_06',
            level: 'F',
            files: 94,
            bytes: 2265713,
            status: 'T',
            endedAtMs: ENDED,
          },
        ],
      }),
      storageStatus: async () => ({
        name: 'peer-sd',
        version: '0.1.0 (21 November 2026)',
        platform: 'x86_64-pc-linux-gnu debian 12',
        startedAtMs: STARTED,
        jobsRun: 0,
        residentBytes: 1,
        pid: 4712,
        running: [
          {
            jobId: 6,
            job: 'Gzip.2026-11-21_03.48.08_04',
            direction: 'append',
            level: 'F',
            deviceName: 'FileStorage',
            volumeName: 'A-Full-0001',
            poolName: 'A-Full-Pool',
            files: 1,
            bytes: 83482588,
            waitingFor: '',
            startedAtMs: STARTED,
          },
        ],
        terminated: [],
        devices: [
          {
            name: 'FileStorage',
            archiveDevice: '/backup/volumes',
            mediaType: 'File',
            freeBytes: 69_410_000_000,
            totalBytes: 100_000_000_000,
            sessions: 1,
            sessionsMax: 0,
            unmounted: false,
            disabled: false,
            readOnly: false,
            problem: '',
            minimumFreeBytes: 5_000_000,
            mounted: [
              {
                volumeName: 'A-Full-0001',
                poolName: 'A-Full-Pool',
                volumeBytes: 83543259,
                writing: true,
                jobId: 6,
              },
            ],
          },
        ],
      }),
    },
  });
}

describe('status director', () => {
  it('has the sections and columns of Bacula when nothing runs', async () => {
    const director = fakeDirector();
    director.contents.jobs = [];
    const transcript = await converse(director, ['status dir']);
    expect(transcript).toMatch(
      /^\*status dir\npeer-dir Version: .*\nDaemon started 21-Nov-26 03:39, conf reloaded /,
    );
    expect(transcript.slice(transcript.indexOf('\nScheduled'))).toBe(`
Scheduled Jobs:
Level          Type     Pri  Scheduled          Job Name           Volume
===================================================================================
No Scheduled Jobs.
====

Running Jobs:
Console connected at 21-Nov-26 03:48
No Jobs running.
====
No Terminated Jobs.
====
`);
  });

  it('shows the last jobs as Bacula does, the newest last', async () => {
    const director = fakeDirector();
    const endTime = new Date('2026-11-21T03:40:00');
    director.contents.jobs = [
      jobRow(1, { endTime }),
      jobRow(2, { endTime, level: 'I', jobFiles: 0, jobBytes: 0 }),
      jobRow(3, { endTime, level: 'D', jobFiles: 4, jobBytes: 138, jobStatus: 'A' }),
      jobRow(4, { endTime, type: 'R', jobStatus: 'f', name: 'RestoreFiles' }),
      jobRow(5, { endTime: undefined, jobStatus: 'R' }),
    ];
    expect(await converse(director, ['status dir'])).toContain(`Terminated Jobs:
 JobId  Level      Files    Bytes   Status   Finished        Name 
====================================================================
     1  Full          94    2.265 M  OK       21-Nov-26 03:40 Gzip
     2  Incr           0         0   OK       21-Nov-26 03:40 Gzip
     3  Diff           4       138   Cancel   21-Nov-26 03:40 Gzip
     4  Restore       94    2.265 M  Error    21-Nov-26 03:40 RestoreFiles

====
`);
  });

  it('shows running jobs with what they have done, how fast, and until when', async () => {
    const director = fakeDirector();
    director.runningJobs.push(
      runningJob(1, { expectedEnd: new Date('2026-11-21T03:52:00') }),
      runningJob(2, {
        name: 'Plain',
        status: 'c',
        statusText: 'is waiting on max Client jobs',
        files: 0,
        bytes: 0,
      }),
    );
    expect(await converse(director, ['st dir'])).toContain(`
 JobId  Type Level     Files     Bytes  Name              Status
======================================================================
     1  Back Full      1,234   77.40 M  Gzip              is running, 11.05 MB/s, ends about 03:52
     2  Back Full          0         0  Plain             is waiting on max Client jobs
====
`);
  });

  it('shows the next run of each Run line with the volume they will write to', async () => {
    const [job] = fakeDirector().conf().jobs;
    const run = { at: new Date('2026-11-22T22:10:00'), job: job!, priority: 10 };
    const later = new Date('2026-11-23T22:10:00');
    const differential = { level: 'Differential', poolName: 'A-Incr-Pool', runLine: 'Differential daily' };
    const director = fakeDirector({
      scheduledRuns: () => [
        { ...run, ...differential },
        { ...run, level: 'Full', poolName: 'A-Full-Pool', runLine: 'Full daily' },
        { ...run, ...differential, at: later },
      ],
    });
    director.contents.volumes = [mediaRow(2, { volumeName: 'A-Incr-0002', poolId: 2 })];
    const transcript = await converse(director, ['status dir days=40', 'status scheduled']);
    expect(transcript).toContain(`
Differential   Backup    10  22-Nov-26 22:10    Gzip               A-Incr-0002
Full           Backup    10  22-Nov-26 22:10    Gzip               *new*
====
`);
    expect(transcript).toContain(`
Differential   Backup    10  Sun 22-Nov 22:10   Gzip               A-Schedule
Full           Backup    10  Sun 22-Nov 22:10   Gzip               A-Schedule
Differential   Backup    10  Mon 23-Nov 22:10   Gzip               A-Schedule
====
`);
  });
});

describe('status director', () => {
  it('leaves the column Volume empty with novolume, and passes over the newest ended jobs with offset', async () => {
    const [job] = fakeDirector().conf().jobs;
    const director = fakeDirector({
      scheduledRuns: () => [
        {
          ...{ at: new Date('2026-11-22T22:10:00'), job: job!, priority: 10 },
          ...{ level: 'Full', poolName: 'A-Full-Pool', runLine: 'Full daily' },
        },
      ],
    });
    director.contents.jobs = [1, 2, 3].map((jobId) => jobRow(jobId));
    const transcript = await converse(director, ['status dir novolume limit=1 offset=1']);
    expect(transcript).toMatch(/^Full +Backup +10  22-Nov-26 22:10    Gzip\s*$/m);
    expect([...transcript.matchAll(/^ +(\d+)  Full/gm)].map(([, jobId]) => jobId)).toEqual(['2']);
  });
});

describe('status schedule', () => {
  it('begins at time=', async () => {
    const asked: (Date | undefined)[] = [];
    const director = fakeDirector({ scheduledRuns: (_, from) => (asked.push(from), []) });
    const transcript = await converse(director, [
      'status schedule time="2026-12-05 20:00:00" days=2',
      'status schedule',
      'status schedule time=soon',
    ]);
    expect(asked).toEqual([new Date('2026-12-05T20:00:00'), undefined]);
    expect(transcript).toContain('status: "soon" is no date and time.');
  });
});

describe('overdue backups', () => {
  it('are shown below the runs to come, and only when there are any', async () => {
    expect(await converse(fakeDirector(), ['status dir'])).not.toContain('Overdue');
    const director = fakeDirector({
      overdueBackups: () => [
        {
          jobName: 'Gzip',
          clientName: 'peer-fd',
          lastGood: new Date('2026-11-17T03:10:00'),
          ageSeconds: 4 * 86_400 + 7_300,
          maxAgeSeconds: 3 * 86_400,
        },
        { jobName: 'Plain', clientName: 'peer-fd', maxAgeSeconds: 86_400 },
      ],
    });
    expect(await converse(director, ['status dir'])).toContain(`
Overdue Backups:
Job Name           Last Good Backup     Age                     Max Backup Age
===================================================================================
Gzip               2026-11-17 03:10:00  4 days 2 hours          3 days
Plain              none                                         1 day
====

Running Jobs:
`);
  });
});

describe('status of the other daemons', () => {
  it('shows a client as Bacula does', async () => {
    const transcript = await converse(directorWithPeers(), ['status client=peer-fd']);
    expect(transcript).toBe(`*status client=peer-fd
Connecting to Client peer-fd at 127.0.0.1:29102

peer-fd Version: 0.1.0 (21 November 2026)  x86_64-pc-linux-gnu debian 12
Daemon started 21-Nov-26 03:39. Jobs: run=5 running=1.
 Heap: resident=266,240

Running Jobs:
JobId 6 Job Gzip.2026-11-21_03.48.08_04 is running.
    Full Backup Job started: 21-Nov-26 03:48
    Files=1 Bytes=77,405,940 AveBytes/sec=7,740,594 Errors=0
    Processing file: /srv/data/big\\ntext.log
Director connected at: 21-Nov-26 03:48
====

Terminated Jobs:
 JobId  Level    Files      Bytes   Status   Finished        Name 
===================================================================
     1  Full         94    2.265 M  OK       21-Nov-26 03:40 Gzip
====
`);
  });

  it('says of a job on a client when it will end, as the Director knows it', async () => {
    const director = directorWithPeers();
    const expectedEnd = new Date('2026-11-21T04:10:00');
    director.runningJobs.push(runningJob(6, { job: 'Gzip.2026-11-21_03.48.08_04', expectedEnd }));
    expect(await converse(director, ['status client=peer-fd'])).toContain(
      'Errors=0\n    Ends about 21-Nov-26 04:10\n    Processing file:',
    );
  });

  it('shows a storage with its sessions, devices and volumes', async () => {
    const transcript = await converse(directorWithPeers(), ['status storage']);
    expect(transcript).toContain('Automatically selected Storage: File1\n');
    expect(transcript).toContain('Writing: Full Backup job Gzip JobId=6 Volume="A-Full-0001"\n');
    expect(transcript).toContain('Device File is "FileStorage" (/backup/volumes) mounted with:\n');
    expect(transcript).toContain('   Available Space=69.41 GB\n==\n====\n\nUsed Volume status:\n');
  });

  it('shows why jobs wait for a device', async () => {
    const { peers } = directorWithPeers();
    const status = await peers.storageStatus({} as never);
    const shown = async (state: object, running: readonly object[] = []) => {
      const devices = [{ ...status.devices[0]!, mounted: [], ...state }];
      const answer = { ...status, devices, running: running as typeof status.running };
      const director = fakeDirector({ peers: { ...peers, storageStatus: async () => answer } });
      const transcript = await converse(director, ['status storage']);
      return transcript.split('is not open.\n')[1]!.split('   Available Space')[0];
    };
    expect(await shown({})).toBe('');
    expect(await shown({ unmounted: true, problem: 'x' })).toBe('   Device is BLOCKED. User unmounted.\n');
    expect(await shown({ disabled: true, readOnly: true })).toBe(
      '   Device is disabled.\n   Device is read-only.\n',
    );
    expect(await shown({ problem: 'Device "FileStorage" (/x) cannot be used: ENOENT' })).toBe(
      '   Device is BLOCKED. Device "FileStorage" (/x) cannot be used: ENOENT.\n',
    );
    expect(await shown({ sessions: 2, sessionsMax: 2 })).toBe('   All drives are in use: 2 of 2.\n');
    expect(await shown({ freeBytes: 10, minimumFreeBytes: 5_000_000 })).toBe(
      '   Device is BLOCKED. Less than its Minimum Free Space of 5.000 MB is left.\n',
    );
    const session = { deviceName: 'FileStorage', waitingFor: 'an appendable Volume', poolName: 'Small' };
    expect(await shown({}, [session])).toBe(
      '   Device is BLOCKED waiting to create a volume for:\n       Pool:        Small\n       Media type:  File\n',
    );
  });

  it('says in one line why a daemon gives no answer', async () => {
    const director = fakeDirector();
    const unreachable = new PeerUnreachable(
      {
        host: '127.0.0.1',
        port: 29102,
        self: { role: 'director', name: 'peer-dir' },
        peerKind: 'File daemon',
        peerName: 'peer-fd',
      },
      'No connection established. Last error: ECONNREFUSED',
    );
    const peers = { ...director.peers, clientStatus: () => Promise.reject(unreachable) };
    const { transcript, succeeded } = await session({ ...director, peers }, ['status client']);
    expect(transcript).toMatch(
      /\nstatus: File daemon "peer-fd" at 127\.0\.0\.1:29102 cannot be reached: .*\n$/,
    );
    expect(succeeded).toEqual([false]);
  });

  it('asks which one when the line does not say', async () => {
    const transcript = await converse(directorWithPeers(), ['status', '3']);
    expect(transcript).toContain(
      'Select daemon type for status (1-6): 3\nAutomatically selected Client: peer-fd\n',
    );
  });
});

describe('status director on a terminal', () => {
  const busy = () => {
    const director = fakeDirector();
    for (let jobId = 101; jobId <= 120; jobId++) director.runningJobs.push(runningJob(jobId));
    director.contents.jobs = Array.from({ length: 10 }, (_, i) => jobRow(i + 1));
    return director;
  };
  const linesOf = (transcript: string) =>
    transcript
      .replace(/ Heap: .*/, ' Heap')
      .split('\n')
      .slice(1, -1);

  it.each([24, 30, 50])('fits %d lines with twenty jobs running, and says what is left out', async (rows) => {
    const screen = { rows, columns: 80 };
    const lines = linesOf(await converse(busy(), ['status dir'], { screen }));
    expect(lines.length).toBeLessThanOrEqual(rows - 2);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    const running = lines.filter((line) => /^ +1\d\d  Back/.test(line));
    const title = lines.find((line) => line.startsWith('Running Jobs:'));
    expect(title).toBe(running.length === 20 ? 'Running Jobs:' : `Running Jobs: ${running.length} of 20`);
    expect(running).toHaveLength(rows === 24 ? 16 : 20);
    expect(lines.some((line) => line.startsWith('Terminated Jobs:'))).toBe(true);
  });

  it('is whole where it fits, where its length is given, and in pipes', async () => {
    const whole = await converse(busy(), ['status dir']);
    const roomy = await converse(busy(), ['status dir'], { screen: { rows: 200, columns: 80 } });
    expect(linesOf(roomy)).toEqual(linesOf(whole));
    const limited = await converse(busy(), ['status dir limit=10'], { screen: { rows: 24, columns: 80 } });
    expect(linesOf(limited)).toEqual(linesOf(whole));
  });
});

describe('status in JSON', () => {
  const jsonOf = async (director: FakeDirector, line: string) => {
    const transcript = await converse(director, [line]);
    return JSON.parse(transcript.split('\n')[1]!) as unknown;
  };

  it('has the sections of each daemon', async () => {
    const director = directorWithPeers();
    director.runningJobs.push(runningJob(7));
    expect(await jsonOf(director, 'status dir json')).toMatchObject({
      ...{ kind: 'Director', name: 'peer-dir', jobs_running: 1, pid: process.pid },
      running: [{ jobid: 7, name: 'Gzip', status: 'R', jobfiles: 1234 }],
      terminated: [{ jobid: 1, level: 'F', status: 'T' }, { jobid: 2 }],
      scheduled: [],
    });
    expect(await jsonOf(director, 'status client=peer-fd json')).toMatchObject({ kind: 'Client', pid: 4711 });
    expect(await jsonOf(director, 'status storage=File1 json')).toMatchObject({
      ...{ kind: 'Storage', pid: 4712 },
      devices: [{ name: 'FileStorage', enabled: 1 }],
    });
    expect(await jsonOf(director, 'status all json')).toMatchObject([
      { kind: 'Director' },
      { kind: 'Storage' },
      { kind: 'Client' },
    ]);
  });

  it('tells of a daemon that cannot be reached in its place', async () => {
    const director = directorWithPeers();
    director.peers.storageStatus = () => Promise.reject(new LabelRefused('It is away'));
    expect(await jsonOf(director, 'status all json')).toMatchObject([
      { kind: 'Director' },
      { kind: 'Storage', name: 'File1', error: { message: 'It is away' } },
      { kind: 'Client', running: expect.anything() as unknown },
    ]);
  });
});

describe('.status', () => {
  it('gives one section of a daemon, key by key', async () => {
    const director = directorWithPeers();
    const transcript = await converse(director, [
      '.status storage=File1 header',
      '.status dir terminated',
      '.status client=peer-fd scheduled',
    ]);
    expect(transcript).toMatch(/^header:\nname=.*\n[^]*^pid=4712$/m);
    expect(transcript).toMatch(/\.status dir terminated\njobid=1\nname=Gzip\nlevel=F\n[^]*\n\njobid=2\n/);
    expect(transcript).toContain('.status: that daemon has nothing to say of scheduled.');
  });

  it('gives current and last a line for each job behind the code of the daemon', async () => {
    const director = directorWithPeers();
    const idle = await converse(director, ['.status dir current']);
    expect(idle).toMatch(/current\n1000 OK \.status\n\*?$/);
    director.contents.jobs.push(jobRow(6, { jobErrors: 3, jobStatus: 'R', endTime: undefined }));
    director.runningJobs.push(runningJob(6, { status: 'A' }));
    const transcript = await converse(director, [
      '.status dir current',
      '.status client=peer-fd current',
      '.status storage=File1 current',
      '.status dir last',
      '.status client=peer-fd last',
    ]);
    expect(transcript).toContain('dir current\n1000 OK .status\nJobId=6 JobStatus=A JobErrors=3\n');
    expect(transcript).toContain('peer-fd current\n2000 OK .status\nJobId=6 JobStatus=A JobErrors=0\n');
    expect(transcript).toContain('File1 current\n3000 OK .status\nJobId=6 JobStatus=A JobErrors=3\n');
    expect(transcript).toContain('dir last\n1000 OK .status\nJobId=2 JobStatus=T JobErrors=0\n');
    expect(transcript).toContain('peer-fd last\n2000 OK .status\nJobId=1 JobStatus=T JobErrors=0\n');
  });

  it('takes the only Storage or Client when the word stands alone: `.api 2` then `.status storage header` gives pid=NNN', async () => {
    const transcript = await converse(directorWithPeers(), [
      '.api 2',
      '.status storage header',
      '.status client header',
    ]);
    expect(transcript).toMatch(/storage header\nheader:\nname=peer-sd\n[^*]*^pid=4712$/m);
    expect(transcript).toMatch(/client header\nheader:\nname=peer-fd\n[^*]*^pid=4711$/m);
  });

  it('asks a program nothing: of several Storages one is to be named', async () => {
    const director = directorWithPeers();
    const { storages } = director.conf();
    const two = { ...director.conf(), storages: [...storages, { ...storages[0]!, name: 'File2' }] };
    const transcript = await converse({ ...director, conf: () => two }, ['.status storage header']);
    expect(transcript).toContain('.status: which Storage is not said. Write storage=NAME.');
  });
});
