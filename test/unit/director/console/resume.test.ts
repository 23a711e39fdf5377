import { describe, expect, it } from 'vitest';
import { jobRow } from './fake-catalog.ts';
import { converse, fakeDirector, runningJob } from './fake-director.ts';

/** Three incomplete jobs and one that ended well. */
function withIncompleteJobs() {
  const director = fakeDirector();
  for (const jobId of [21, 22, 23]) {
    director.contents.jobs.push(jobRow(jobId, { jobStatus: 'I', level: 'I', priority: 7 }));
  }
  director.contents.jobs.push(jobRow(24, { jobStatus: 'T' }));
  return director;
}

describe('stop', () => {
  it('stop: asks a running backup to end as Incomplete', async () => {
    const director = fakeDirector();
    director.runningJobs.push(runningJob(1), runningJob(2));
    expect(await converse(director, ['stop jobid=2'])).toBe(`*stop jobid=2
2001 Job "Gzip.2026-11-21_03.48.08_02" marked to be stopped.
3000 JobId=2 Job="Gzip.2026-11-21_03.48.08_02" marked to be stopped.
`);
    expect([director.stopped, director.cancelled]).toEqual([[2], []]);
  });
});

describe('resume', () => {
  it('queues the incomplete jobs that are named, each as it was', async () => {
    const director = withIncompleteJobs();
    const transcript = await converse(director, ['resume jobid=21,23']);
    expect(transcript).toContain('Job queued. JobId=');
    expect(director.runs.map(({ resume, level, priority }) => ({ resume, level, priority }))).toEqual([
      { resume: { jobId: 21 }, level: 'Incremental', priority: 7 },
      { resume: { jobId: 23 }, level: 'Incremental', priority: 7 },
    ]);
  });

  it.each(['resume', 'restart'])('%s: a backup is as accurate as its line said', async (verb) => {
    const director = fakeDirector();
    director.contents.jobs.push(jobRow(21, { jobStatus: 'I', level: 'I', accurate: true }));
    await converse(director, [`${verb} jobid=21 yes`]);
    expect(director.runs.map(({ accurate }) => accurate)).toEqual([true]);
  });

  it.each(['resume incomplete all yes', 'resume all yes', 'restart incomplete all yes'])(
    '"%s" queues all that are incomplete',
    async (line) => {
      const director = withIncompleteJobs();
      await converse(director, [line]);
      expect(director.runs.map(({ resume }) => resume?.jobId).sort()).toEqual([21, 22, 23]);
    },
  );

  it('offers the incomplete jobs, and asks', async () => {
    const director = withIncompleteJobs();
    const transcript = await converse(director, ['resume', '2', 'no', 'resume', '1', 'yes']);
    expect(transcript).toContain('Nothing resumed.');
    expect(director.runs.map(({ resume }) => resume?.jobId)).toEqual([23]);
  });

  it.each([
    ['resume jobid=24', 'JobId 24 is not incomplete: its status is T'],
    ['resume jobid=99', 'there is no JobId 99'],
    ['resume jobid=21,24', 'JobId 24 is not incomplete: its status is T'],
    ['resume level=Full all', 'there is no incomplete job'],
    ['resume level=Ful all', '"Ful" is no level of a Backup Job'],
    ['resume jobid=21 level=Full', 'JobId 21 goes on as what it is: its level is Incremental'],
    ['resume jobid=21 job=Plain', 'JobId 21 goes on as what it is: its Job is "Gzip"'],
    ['resume running', 'what runs cannot be run again'],
    ['resume incomplete failed all', 'Give two commands'],
    ['restart incomplete pool=File', '"pool=File" is no argument of restart incomplete'],
  ])('"%s" is refused, and nothing is queued', async (line, problem) => {
    const director = withIncompleteJobs();
    expect(await converse(director, [line])).toContain(problem);
    expect(director.runs).toEqual([]);
  });

  it('says so when there is none', async () => {
    expect(await converse(fakeDirector(), ['resume all yes'])).toContain('there is no incomplete job');
  });
});

describe('resume and restart of jobs that failed or were canceled', () => {
  /** By JobId: of Gzip a failure that was made good, of Plain a canceled run and a failed one, of a Job that is gone a failure. */
  function withBadJobs() {
    const director = fakeDirector();
    director.contents.jobs.push(
      jobRow(31, { jobStatus: 'f' }),
      jobRow(32, { jobStatus: 'T' }),
      jobRow(33, { jobStatus: 'A', name: 'Plain', level: 'D' }),
      jobRow(34, { jobStatus: 'E', name: 'Plain', level: 'I' }),
      jobRow(35, { jobStatus: 'f', name: 'Gone' }),
    );
    return director;
  }

  it.each(['restart', 'resume'])(
    '%s failed all: a fresh run of what has not been run since',
    async (verb) => {
      const director = withBadJobs();
      const transcript = await converse(director, [`${verb} failed all yes`]);
      expect(transcript).toContain('JobId 35 is left out: the conf has no Job "Gone" any more.\n');
      expect(director.runs).toMatchObject([{ job: { name: 'Plain' }, level: 'Incremental' }]);
      expect(director.runs[0]).not.toHaveProperty('resume');
    },
  );

  it('says which jobs these are, and asks', async () => {
    const director = withBadJobs();
    director.contents.jobs.push(jobRow(36, { jobStatus: 'f' }));
    const transcript = await converse(director, ['restart failed all', 'no', 'restart failed all', 'yes']);
    expect(transcript).toMatch(/JobId=36 .*Status=f\nJobId=34 .*Status=E\nConfirm restart of 2 Jobs/);
    expect(transcript).toContain('Nothing restarted.');
    expect(director.runs.map(({ job }) => job.name)).toEqual(['Gzip', 'Plain']);
  });

  it('does not start what is being run again already', async () => {
    const director = withBadJobs();
    director.contents.jobs.push(jobRow(36, { jobStatus: 'R', name: 'Plain', endTime: undefined }));
    const transcript = await converse(director, ['restart failed all yes']);
    expect(transcript).toContain('there is no such backup that still has to be run');
    expect(director.runs).toEqual([]);
  });

  it('takes a migrated backup for as old as its original', async () => {
    const director = withBadJobs();
    const startTime = new Date(2020, 0, 1);
    director.contents.jobs.push(jobRow(36, { jobStatus: 'T', name: 'Plain', startTime }));
    await converse(director, ['restart failed all yes']);
    expect(director.runs.map(({ job }) => job.name)).toEqual(['Plain']);
  });

  it('offers those of the end, the Job and the level that the line names', async () => {
    const director = withBadJobs();
    const transcript = await converse(director, [
      'resume canceled',
      '1',
      'yes',
      'restart level=Incremental',
      '1',
      'yes',
      'restart job=Gzip',
      '1',
      'yes',
    ]);
    expect(transcript).toContain('Status=A\nSelect Job to restart (1-1): 1');
    expect(director.runs.map(({ job, level }) => `${job.name} ${level}`)).toEqual([
      'Plain Differential',
      'Plain Incremental',
      'Gzip Full',
    ]);
  });

  it.each([
    ['restart all yes', '"all" does not say which jobs'],
    ['restart failed jobid=32', 'the status of JobId 32 is T'],
    ['restart running all', 'what runs cannot be run again'],
    ['restart failed job=Nowhere', 'Nowhere'],
  ])('"%s" is refused, and nothing is queued', async (line, problem) => {
    const director = withBadJobs();
    expect(await converse(director, [line])).toContain(problem);
    expect(director.runs).toEqual([]);
  });

  it('a job that was canceled in the queue is one of its Job and its FileSet, and is run again', async () => {
    const director = withBadJobs();
    director.contents.jobs.push(jobRow(36, { jobStatus: 'A', name: 'Plain', fileSetName: '', level: 'D' }));
    await converse(director, ['restart failed canceled all yes', 'restart jobid=36 yes']);
    const { fileSet } = director.conf().jobs.find(({ name }) => name === 'Plain')!;
    expect(director.runs.map(({ job, level, fileSet: of }) => [job.name, level, of?.name])).toEqual([
      ['Plain', 'Differential', fileSet.name],
      ['Plain', 'Differential', fileSet.name],
    ]);
  });

  it('restart jobid= takes several, each with the settings it had', async () => {
    const director = withBadJobs();
    await converse(director, ['restart jobid=32,33 yes']);
    expect(director.runs.map(({ job, level }) => `${job.name} ${level}`)).toEqual([
      'Gzip Full',
      'Plain Differential',
    ]);
  });
});
