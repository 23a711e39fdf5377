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
    ['resume level=Full all', '"level=Full" is no argument of resume'],
    ['restart incomplete level=Full', '"level=Full" is no argument of restart incomplete'],
  ])('"%s" is refused, and nothing is queued', async (line, problem) => {
    const director = withIncompleteJobs();
    expect(await converse(director, [line])).toContain(problem);
    expect(director.runs).toEqual([]);
  });

  it('says so when there is none', async () => {
    expect(await converse(fakeDirector(), ['resume all yes'])).toContain('there is no incomplete job');
  });
});
