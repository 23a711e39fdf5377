import { describe, expect, it } from 'vitest';
import { converse, fakeDirector, runningJob, session } from './fake-director.ts';

describe('run', () => {
  it('asks the questions of a recorded session: job, mod, level, priority', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, ['run', '2', 'mod', '1', '1', 'mod', '7', '2', 'no']);
    expect(director.runs).toEqual([]);
    const questions = transcript.split('\n').filter((line) => /(\): |Priority: 2$)/.test(line));
    expect(questions).toEqual([
      'Select Job resource (1-4): 2',
      'OK to run? (yes/mod/no): mod',
      'Select parameter to modify (1-9): 1',
      'Select level (1-5): 1',
      'OK to run? (yes/mod/no): mod',
      'Select parameter to modify (1-9): 7',
      'Enter new Priority: 2',
      'Priority: 2',
      'OK to run? (yes/mod/no): no',
    ]);
    expect(transcript).toMatch(/Job not run\.\n$/);
  });

  it('shows what the run will use, the pool of the level included', async () => {
    const transcript = await converse(fakeDirector(), ['run job=Gzip', 'mod level=Full', 'yes']);
    expect(transcript).toContain(`Run Backup job
JobName:  Gzip
Level:    Incremental
Client:   peer-fd
FileSet:  Gzip
Pool:     A-Incr-Pool (From Job resource)
Storage:  File1 (From Job resource)
When:     2026-11-21 03:48:24
Priority: 10
OK to run? (yes/mod/no): mod level=Full
`);
    expect(transcript).toContain('Pool:     A-Full-Pool (From Job FullPool override)\n');
  });

  it('says so when the pool of the line will not be used', async () => {
    const transcript = await converse(fakeDirector(), ['run job=Gzip level=Full pool=A-Incr-Pool', 'no']);
    expect(transcript).toContain(
      'Pool A-Incr-Pool is not used: at this level the Job has a Pool of its own.',
    );
  });

  it('of a Restore job restores the whole jobs of jobid=', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'run job=RestoreFiles jobid=1,2 where=/srv/whole yes',
      'run job=RestoreFiles jobid=77 yes',
      'run job=RestoreFiles yes',
    ]);
    expect(director.runs).toMatchObject([
      {
        client: { name: 'peer-fd' },
        fileSet: { name: 'Gzip' },
        restore: {
          selection: { jobIds: [1, 2], rules: [{ path: Buffer.from('/'), recursive: true, marked: true }] },
          ...{ restoreClient: { name: 'peer-fd' }, where: '/srv/whole', replace: 'always' },
        },
      },
    ]);
    expect(transcript).toContain('run: there is no JobId 77.');
    expect(transcript).toContain('run: Job "RestoreFiles" restores, and this line does not say what.');
  });

  it('takes the words that other versions know: backupclient=, mediatype=, verifylist= of a Verify', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'run job=Gzip backupclient=peer-fd mediatype=File yes',
      'run job=Gzip mediatype=LTO yes',
      'run job=Gzip verifylist=/tmp/list yes',
    ]);
    expect(director.runs.map(({ client }) => client?.name)).toEqual(['peer-fd']);
    expect(transcript).toContain('run: Storage "File1" has Media Type "File", not "LTO".');
    expect(transcript).toContain('run: "verifylist=" is for a Verify; Job "Gzip" is a Backup.');
  });

  it.each(['pluginoptions=x', 'jobuser=x', 'jobgroup=x', 'migrationjob=x', 'alljobid=1', 'cloned'])(
    'refuses %s with its reason',
    async (word) => {
      const director = fakeDirector();
      const transcript = await converse(director, [`run job=Gzip ${word} yes`]);
      expect(transcript).toMatch(/^run: (?!.*is no argument).+\.$/m);
      expect(director.runs).toEqual([]);
    },
  );

  it('hands every keyword to the job', async () => {
    const director = fakeDirector();
    await converse(director, [
      'run jobname=Gzip fd=peer-fd fileset="Two Options" level=full sd=File1 pool=A-Incr-Pool nextpool=A-Full-Pool ' +
        'fullpool=A-Incr-Pool when="2026-12-24 18:00:00" priority=3 accurate=yes messages=Standard comment="by hand" yes',
    ]);
    const [run] = director.runs;
    expect(run).toMatchObject({
      level: 'Full',
      when: new Date('2026-12-24T18:00:00'),
      priority: 3,
      accurate: true,
      comment: 'by hand',
      startedBy: 'Console "admin"',
    });
    expect([run?.job.name, run?.client?.name, run?.fileSet?.name, run?.storage?.name]).toEqual([
      'Gzip',
      'peer-fd',
      'Two Options',
      'File1',
    ]);
    expect([run?.pool?.name, run?.nextPool?.name, run?.fullPool?.name]).toEqual([
      'A-Incr-Pool',
      'A-Full-Pool',
      'A-Incr-Pool',
    ]);
  });

  it('takes the time of level Since, shows it, and leaves an empty one out', async () => {
    const director = fakeDirector();
    const line = 'run job=Gzip level=Since since="2026-11-20 12:00:00"';
    expect(await converse(director, [line, 'yes'])).toContain('Since:    2026-11-20 12:00:00\n');
    await converse(director, ['run job=Gzip level=Full since="" yes']);
    expect(director.runs.map(({ level, since }) => [level, since])).toEqual([
      ['Since', new Date('2026-11-20T12:00:00')],
      ['Full', undefined],
    ]);
  });

  it('takes a time that is said as a duration from now', async () => {
    const director = fakeDirector();
    await converse(director, ['run job=Gzip when="2 hours" yes']);
    expect(director.runs[0]?.when).toEqual(new Date('2026-11-21T05:48:24'));
  });

  it.each([
    ['run job=Gzp yes', 'run: Job "Gzp" is not defined. Did you mean "Gzip"?'],
    ['run job=Gzip client=bogus yes', 'run: Client "bogus" is not defined. There is: peer-fd.'],
    [
      'run job=Gzip level=Incremenatl yes',
      'run: "Incremenatl" is no level of a Backup Job. Did you mean Incremental?',
    ],
    [
      'run job=Gzip when=tomorrow yes',
      'run: "tomorrow" is no date and time. Write it as "YYYY-MM-DD HH:MM:SS".',
    ],
    ['run job=Gzip priority=0 yes', 'run: "priority=0" is out of range. 1 is the most urgent.'],
    [
      'run job=Gzip level=Since since=yesterday yes',
      'run: "yesterday" is no date and time. Write it as "YYYY-MM-DD HH:MM:SS".',
    ],
    ['run job=Gzip accurate=maybe yes', 'run: "accurate=maybe" is neither yes nor no.'],
    [
      'run job=RestoreFiles yes',
      'run: Job "RestoreFiles" restores, and this line does not say what. Use the restore command, or name JobIds with jobid=, or a bootstrap file with bootstrap=.',
    ],
  ])('refuses %s in one line', async (line, answer) => {
    const director = fakeDirector();
    const { transcript, succeeded } = await session(director, [line]);
    expect(transcript.split('\n')).toContain(answer);
    expect(succeeded).toEqual([false]);
    expect(director.runs).toEqual([]);
  });

  it('keeps asking until the answer makes sense', async () => {
    const transcript = await converse(fakeDirector(), [
      'run',
      'quit',
      '9',
      '1',
      'maybe',
      'mod',
      '6',
      'soon',
      'n',
    ]);
    expect(transcript).toContain('Expected a positive integer, got: quit\n');
    expect(transcript).toContain('Please enter a number between 1 and 4\n');
    expect(transcript).toContain('\nBad response: maybe. You must answer yes, mod, or no.\n\n');
    expect(transcript).toContain('"soon" is no date and time. Write it as "YYYY-MM-DD HH:MM:SS".\n');
    expect(transcript).toMatch(/Job not run\.\n$/);
  });

  it('offers NextPool with mod for what writes into one', async () => {
    const director = fakeDirector();
    const line = 'run job=Gzip level=VirtualFull nextpool=A-Full-Pool';
    const transcript = await converse(director, [line, 'mod', '9', '1', 'yes']);
    expect(transcript).toContain('     9: NextPool\n    10: Plugin Options\n');
    const [first] = director
      .conf()
      .pools.map(({ name }) => name)
      .sort();
    expect(director.runs[0]?.nextPool?.name).toBe(first);
  });

  it('takes spooldata=, which has no effect, and refuses what is no yes or no', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'run job=Gzip spooldata=no yes',
      'run job=Gzip spooldata=x yes',
    ]);
    expect(transcript).toContain('run: "spooldata=x"');
    expect(director.runs).toHaveLength(1);
  });

  it('is given up by a period', async () => {
    expect(await converse(fakeDirector(), ['run', '.'])).toMatch(
      /\(1-4\): \.\nSelection aborted, nothing done\.\n$/,
    );
    expect(await converse(fakeDirector(), ['run job=Gzip', '.'])).toMatch(/\.\nJob not run\.\n$/);
  });

  it('returns from a menu of mod to the summary at a period', async () => {
    const transcript = await converse(fakeDirector(), ['run job=Gzip', 'mod', '.', 'no']);
    expect(transcript.match(/^Run Backup job$/gm)).toHaveLength(2);
  });
});

describe('wait', () => {
  it('prints nothing when all is done and well', async () => {
    expect(await converse(fakeDirector(), ['wait'])).toBe('*wait\n');
  });

  it('prints how the job it was asked for ended', async () => {
    const { transcript, succeeded } = await session(fakeDirector(), ['wait jobid=1']);
    expect(transcript).toBe('*wait jobid=1\nJobId=1\nJobStatus=OK (T)\n');
    expect(succeeded).toEqual([true]);
  });

  it('fails when a job that this session started did not end well', async () => {
    const director = fakeDirector();
    director.ends.set(1, 'f');
    const { transcript, succeeded } = await session(director, ['run job=Gzip yes', 'wait', 'wait']);
    expect(transcript).toContain('wait: JobId 1 ended with Fatal Error. Type messages to see why.');
    expect(succeeded).toEqual([true, false, true]);
  });

  it('takes the newest job of a name', async () => {
    expect(await converse(fakeDirector(), ['wait jobname=Gzip'])).toContain('JobId=2\n');
  });

  it('gives up after its timeout and says what is left', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(3));
    const idle = (signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal!.addEventListener('abort', () => reject(new Error('aborted'))));
    const { transcript } = await session({ ...director, jobs: { ...director.jobs, idle } }, [
      'wait timeout=0',
    ]);
    expect(transcript).toContain('wait: after 0 seconds 1 job is not done.');
  });

  it('says that there is no such job', async () => {
    expect(await converse(fakeDirector(), ['wait jobid=77'])).toContain(
      'wait: there is no JobId 77. "list jobs" shows',
    );
  });
});
