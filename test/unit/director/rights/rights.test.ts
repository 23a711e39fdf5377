import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../../catalog/catalog.ts';
import type { JobResource } from '../../../../configuration/director-conf.ts';
import { restrictedJobs } from '../../../../director/rights/restricted-jobs.ts';
import type { Jobs, RunRequest } from '../../../../director/services.ts';
import { COMMANDS_OF_THE_TABLE, DOT_COMMAND_NAMES, limitedConsole } from './limited-console.ts';
import { fakeDirector, runningJob, session } from '../console/fake-director.ts';
import { jobRow } from '../console/fake-catalog.ts';

const EVERYTHING = {
  jobAcl: ['*all*'],
  clientAcl: ['*all*'],
  storageAcl: ['*all*'],
  poolAcl: ['*all*'],
  fileSetAcl: ['*all*'],
  scheduleAcl: ['*all*'],
  catalogAcl: ['*all*'],
  commandAcl: ['*all*'],
  whereAcl: ['*all*'],
};

/** Answers to the questions that a refused command might get to. */
const ANSWERS = ['1', '1', 'yes', '.', '.'];

describe('Command ACL', () => {
  it.each([...COMMANDS_OF_THE_TABLE, ...DOT_COMMAND_NAMES])(
    '%s is refused with one line, and nothing happens, without it',
    async (name) => {
      const director = fakeDirector();
      const rights = limitedConsole({ ...EVERYTHING, commandAcl: [] });
      const { transcript, succeeded } = await session(director, [name], { rights });
      expect(transcript).toBe(
        `*${name}\n${name}: Console "guest" has no right to Command "${name}". If it should have it, add it to the Command ACL ` +
          'of that Console resource and reload.\n',
      );
      expect(succeeded).toEqual([false]);
      expect(director.runs).toEqual([]);
      expect(director.cancelled).toEqual([]);
      expect(director.limits).toEqual([]);
    },
  );

  it('leaves help and quit; help and completion show only what may be given', async () => {
    const rights = limitedConsole({ commandAcl: ['stat*'] });
    const { transcript, succeeded } = await session(fakeDirector(), ['help', 'quit'], { rights });
    const listed = [...transcript.matchAll(/^ {2}([a-z]+) +[A-Z]/gm)].map(([, name]) => name);
    expect(listed).toEqual(['exit', 'help', 'quit', 'status']);
    expect(succeeded).toEqual([true]);
  });

  it('an abbreviation stands for the first command that may be given', async () => {
    const rights = limitedConsole({ ...EVERYTHING, commandAcl: ['llist'] });
    const { transcript } = await session(fakeDirector(), ['l clients'], { rights });
    expect(transcript).toContain('ClientId');
  });
});

describe('what no list allows', () => {
  const other = jobRow(3, { name: 'Secret', clientName: 'other-fd', poolName: 'Other-Pool' });
  const clientOnly = { ...EVERYTHING, jobAcl: ['G*'], clientAcl: ['peer-*'], poolAcl: ['A-Full-Pool'] };

  it('is not in lists of jobs, volumes, pools and resources', async () => {
    const director = fakeDirector();
    director.contents.jobs.push(other);
    const { transcript } = await session(
      director,
      ['list jobs', 'list volumes', 'list pools', 'show jobs', '.jobs', '.pools'],
      { rights: limitedConsole(clientOnly) },
    );
    expect(transcript).not.toMatch(/Secret|Plain|A-Incr-Pool\n|A-Incr-0002/);
    expect(transcript).toContain('A-Full-0001');
    expect(transcript).toMatch(/\.jobs\nGzip\n\*/);
  });

  it('is not there by its JobId, running or ended', async () => {
    const director = fakeDirector();
    director.contents.jobs.push(other);
    director.runningJobs.push(runningJob(3, { name: 'Secret', clientName: 'other-fd' }));
    const { transcript, succeeded } = await session(
      director,
      ['list joblog jobid=3', 'cancel jobid=3', 'status dir', 'purge jobs jobid=3', 'delete jobid=3 yes'],
      { rights: limitedConsole(clientOnly) },
    );
    expect(director.cancelled).toEqual([]);
    expect(transcript).not.toContain('Secret');
    expect(succeeded[0]).toBe(false);
    expect(succeeded[1]).toBe(false);
  });

  it.each([
    'find file=* jobid=3',
    'list files jobid=3',
    'restore jobid=3 all done yes where=/x',
    '.bvfs_get_jobids jobid=3',
    '.bvfs_lsdirs jobid=3 path=/',
    '.bvfs_lsfiles jobid=1,3 path=/',
    '.bvfs_restore path=b21 dirid=1 jobid=3',
    '.bvfs_restore path=b21 fileid=12884901889', // JobId 3, file 1
  ])('%s: of a job that is not to be seen is refused, with one line and no effect', async (line) => {
    const director = fakeDirector();
    director.contents.jobs.push(other);
    director.contents.files.set(3, [{ path: '/secret' }]);
    const rights = limitedConsole(clientOnly);
    const { transcript, succeeded } = await session(director, [line], { rights });
    expect(succeeded).toEqual([false]);
    expect(transcript).toMatch(/^\S+: (there is )?no (job with )?JobId 3\b.*$/im);
    expect(transcript).not.toMatch(/secret|internal error/i);
    expect(director.runs).toEqual([]);
    expect(director.restoreLists.get('b21')).toBeUndefined();
  });

  it.each([
    'find file=* client=other-fd',
    '.bvfs_get_jobs client=other-fd',
    '.bvfs_get_jobids client=other-fd',
  ])('%s: of a client that is not to be seen is refused', async (line) => {
    const { transcript, succeeded } = await session(fakeDirector(), [line], {
      rights: limitedConsole(clientOnly),
    });
    expect(succeeded).toEqual([false]);
    expect(transcript).toMatch(/: Client "other-fd" is not defined\. /);
  });

  it('a list made by another console is not restored with its rights', async () => {
    const director = fakeDirector();
    director.contents.jobs.push(other);
    director.contents.files.set(3, [{ path: '/secret' }]);
    const selection = {
      jobIds: [3],
      rules: [{ path: Buffer.from('/secret'), recursive: false, marked: true }],
    };
    director.restoreLists.set('b21', { clientName: 'other-fd', fileSetName: 'Gzip', selection });
    const { succeeded } = await session(director, ['restore file=?b21 where=/x yes'], {
      rights: limitedConsole(clientOnly),
    });
    expect(succeeded).toEqual([false]);
    expect(director.runs).toEqual([]);
  });

  it.each([
    ['Job', { jobAcl: ['Plain'] }, 'run job=Gzip yes', /Job "Gzip" is not defined/],
    ['Run', { runAcl: ['Plain'] }, 'run job=Gzip yes', /no right to a run of Job "Gzip".*Run ACL/],
    [
      'Client',
      { clientAcl: ['x'] },
      'run job=Gzip yes',
      /no right to a backup of Client "peer-fd".*Backup Client ACL/,
    ],
    ['FileSet', { fileSetAcl: ['x'] }, 'run job=Gzip yes', /no right to FileSet "Gzip".*FileSet ACL/],
    ['Pool', { poolAcl: ['A-Full-Pool'] }, 'run job=Gzip yes', /no right to Pool "A-Incr-Pool".*Pool ACL/],
    ['Storage', { storageAcl: [] }, 'run job=Gzip yes', /no right to Storage "File1".*Storage ACL/],
    [
      'Catalog',
      { catalogAcl: [] },
      'list jobs',
      /^list: this console may not use the Catalog\. Its Catalog ACL/m,
    ],
    ['sqlquery', { commandAcl: ['.sql'] }, '.sql query="SELECT 1"', /no right to Command "sqlquery"/],
  ])('%s: it is refused, and the error names the ACL', async (_, lists, line, sentence) => {
    const director = fakeDirector();
    const rights = limitedConsole({ ...EVERYTHING, ...lists });
    const { transcript, succeeded } = await session(director, [line, ...ANSWERS], { rights });
    expect(transcript).toMatch(sentence);
    expect(succeeded[0]).toBe(false);
    expect(director.runs).toEqual([]);
  });

  it('a console whose resource has gone from the conf may do nothing more', async () => {
    const { succeeded } = await session(fakeDirector(), ['run job=Gzip yes', 'status dir'], {
      rights: limitedConsole(undefined),
    });
    expect(succeeded).toEqual([false, false]);
  });

  it('messages of all jobs are shown only to who may see all jobs', async () => {
    const director = fakeDirector();
    director.messageText = 'of Secret\n';
    const limited = await session(director, ['messages'], { rights: limitedConsole(clientOnly) });
    expect(limited.transcript).toBe('*messages\nYou have no messages.\n');
    const all = await session(director, ['messages'], { rights: limitedConsole(EVERYTHING) });
    expect(all.transcript).toContain('of Secret');
  });
});

describe('restores', () => {
  const withFiles = () => {
    const director = fakeDirector();
    director.contents.files.set(1, [{ path: '/srv/demo/home/' }, { path: '/srv/demo/home/latest', size: 3 }]);
    director.contents.files.set(2, []);
    return director;
  };
  const restoring = { ...EVERYTHING, whereAcl: ['/srv/guest'] };
  const line = (more: string) => `restore client=peer-fd all done yes ${more}`;

  it.each([
    ['where=/srv/guest', true],
    ['where=/srv/guest/deeper', true],
    ['where=/srv/guest/../other', false],
    ['where=/srv/guests', false],
    ['where=/', false],
    ['where=/srv/guest regexwhere=!a!b!', false],
  ])('%s with Where ACL = /srv/guest: %s', async (where, allowed) => {
    const director = withFiles();
    const { transcript } = await session(director, [line(where), ...ANSWERS], {
      rights: limitedConsole(restoring),
    });
    expect(director.runs).toHaveLength(allowed ? 1 : 0);
    if (!allowed) expect(transcript).toMatch(/no right to .*Where ACL/);
  });

  it('Restore Client ACL allows a restore, but no backup; Backup Client ACL the other way round', async () => {
    const director = withFiles();
    const commands = ['run job=Gzip yes', line('where=/srv/guest'), ...ANSWERS];
    const rights = limitedConsole({ ...restoring, clientAcl: [], restoreClientAcl: ['peer-fd'] });
    await session(director, commands, { rights });
    expect(director.runs.map(({ job }) => job.name)).toEqual(['RestoreFiles']);
    const backup = limitedConsole({ ...restoring, clientAcl: [], backupClientAcl: ['peer-fd'] });
    await session(director, commands, { rights: backup });
    expect(director.runs.map(({ job }) => job.name)).toEqual(['RestoreFiles', 'Gzip']);
  });

  it('Directory ACL: only files in these directories', async () => {
    const director = withFiles();
    const rights = limitedConsole({ ...restoring, directoryAcl: ['/srv/demo'] });
    const { transcript } = await session(director, [line('where=/srv/guest'), ...ANSWERS], { rights });
    expect(transcript).toMatch(/no right to the files of "\/".*Directory ACL/);
    expect(director.runs).toEqual([]);
  });
});

describe('Verify jobs', () => {
  const runs: RunRequest[] = [];
  const jobs = { run: async (request: RunRequest) => runs.push(request) } as unknown as Jobs;
  const catalog = {
    jobById: async (jobId: number) => jobRow(jobId, { name: jobId === 1 ? 'Own' : 'Other' }),
  } as unknown as Catalog;
  const own = { name: 'Own' } as JobResource;
  const other = { name: 'Other' } as JobResource;
  const job = {
    name: 'Check',
    type: 'Verify',
    client: { name: 'peer-fd' },
    fileSet: { name: 'Gzip' },
    pool: { name: 'File' },
    storage: [],
  } as unknown as JobResource;

  it.each([
    ['of a Job of the Job ACL, by its JobId', { verifyJobId: 1 }, true],
    ['of another, by its JobId', { verifyJobId: 2 }, false],
    ['of a Job of the Job ACL, by its name', { verifyJob: own }, true],
    ['of another, by its name', { verifyJob: other }, false],
    ['of another that the resource names', { job: { ...job, jobToVerify: other } }, false],
  ])('%s: %s', async (_, of, allowed) => {
    const rights = limitedConsole({ ...EVERYTHING, jobAcl: ['Check', 'Own'] });
    const run = restrictedJobs(jobs, catalog, rights).run({ job, startedBy: 'test', ...of });
    if (allowed) await expect(run).resolves.toBeGreaterThan(0);
    else await expect(run).rejects.toThrow(/no right to Job "Other"|no job with JobId 2/);
  });
});
