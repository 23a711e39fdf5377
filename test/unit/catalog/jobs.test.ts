import { describe, expect, test } from 'vitest';
import {
  createJob,
  endJob,
  failUnfinishedJobs,
  jobById,
  jobTotals,
  listJobs,
  reopenJob,
  setJob,
} from '../../../catalog/jobs.ts';
import { purgeFiles } from '../../../catalog/removal.ts';
import { appendLog, jobLog } from '../../../catalog/log.ts';
import { minute, Site } from './site.ts';

describe('a job', () => {
  test('is created with its names and letters and no times but the scheduled one', () => {
    using site = new Site();
    const jobId = createJob(site.db, {
      job: 'Zebulon-A.2026-11-21_03.40.02_01',
      name: 'Zebulon-A',
      type: 'B',
      level: 'I',
      clientId: site.clientId,
      poolId: site.poolId,
      fileSetId: site.fileSet(),
      schedTime: minute(5),
      priority: 8,
      comment: 'by hand',
      accurate: false,
      status: 'C',
    });
    expect(jobById(site.db, jobId)).toEqual({
      jobId,
      job: 'Zebulon-A.2026-11-21_03.40.02_01',
      name: 'Zebulon-A',
      type: 'B',
      level: 'I',
      clientId: site.clientId,
      clientName: 'zebulon-fd',
      jobStatus: 'C',
      schedTime: minute(5),
      startTime: undefined,
      endTime: undefined,
      realEndTime: undefined,
      jobTDate: minute(5).getTime() / 1000,
      volSessionId: 0,
      volSessionTime: 0,
      jobFiles: 0,
      jobBytes: 0,
      readBytes: 0,
      jobErrors: 0,
      poolId: site.poolId,
      poolName: 'A-Full-Pool',
      fileSetId: site.fileSet(),
      fileSetName: 'Home',
      fileSetMd5: 'one',
      priorJobId: 0,
      priority: 8,
      purgedFiles: false,
      comment: 'by hand',
      accurate: false,
    });
  });

  test('changes only what is named', () => {
    using site = new Site();
    const jobId = site.start({ start: 1 });
    const before = jobById(site.db, jobId);
    setJob(site.db, jobId, { jobStatus: 'M', jobBytes: 5_000_000_000 });
    setJob(site.db, jobId, {});
    expect(jobById(site.db, jobId)).toEqual({ ...before, jobStatus: 'M', jobBytes: 5_000_000_000 });
  });

  test('ends with its totals, and retention counts from its end', () => {
    using site = new Site();
    const jobId = site.start({ start: 1 });
    const totals = { jobFiles: 94, jobBytes: 2_265_713, readBytes: 22_532_367, jobErrors: 2 };
    endJob(site.db, jobId, { jobStatus: 'W', endTime: minute(3), ...totals });
    expect(jobById(site.db, jobId)).toMatchObject({
      jobStatus: 'W',
      endTime: minute(3),
      realEndTime: minute(3),
      jobTDate: minute(3).getTime() / 1000,
      ...totals,
    });
  });

  test('that is not there cannot be changed or ended', () => {
    using site = new Site();
    const totals = { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: 0 };
    expect(() => setJob(site.db, 77, { level: 'F' })).toThrow('There is no job 77 in the catalog');
    expect(() => endJob(site.db, 77, { jobStatus: 'T', endTime: minute(1), ...totals })).toThrow(/no job 77/);
    expect(jobById(site.db, 77)).toBeUndefined();
  });

  test('keeps its number for ever, even when it was the newest and is deleted', () => {
    using site = new Site();
    const first = site.start({ start: 1 });
    site.db.run('DELETE FROM JobRun WHERE JobId = :first', { first });
    expect(site.start({ start: 2 })).toBe(first + 1);
  });

  test('without client, pool or FileSet in the catalog is listed all the same', () => {
    using site = new Site();
    const admin = {
      job: 'Tidy.1',
      name: 'Tidy',
      type: 'D',
      level: ' ',
      clientId: 0,
      schedTime: minute(0),
      status: 'C',
    };
    const jobId = createJob(site.db, admin);
    expect(jobById(site.db, jobId)).toMatchObject({ clientName: '', poolName: '', fileSetName: '' });
  });
});

describe('after a crash', () => {
  test('unfinished jobs end as failed, with the files that became durable; finished ones stay', () => {
    using site = new Site();
    const done = site.backup({ start: 1, files: [{ path: '/a', size: 10 }] });
    const waiting = site.start({ start: 2 });
    const cut = site.backup({
      start: 3,
      files: [
        { path: '/a', size: 700 },
        { path: '/b', size: 30 },
      ],
    });
    site.db.run('UPDATE JobRun SET EndTime = NULL, JobFiles = 0, JobBytes = 0 WHERE JobId = :cut', { cut });

    const failed = failUnfinishedJobs(site.db, minute(9));

    expect(failed.map(({ jobId, jobStatus }) => [jobId, jobStatus])).toEqual([
      [waiting, 'f'],
      [cut, 'f'],
    ]);
    expect(jobById(site.db, cut)).toMatchObject({ endTime: minute(9), jobFiles: 2, jobBytes: 730 });
    expect(jobById(site.db, done)).toMatchObject({ jobStatus: 'T' });
    expect(failUnfinishedJobs(site.db, minute(10))).toEqual([]);
  });

  test('are incomplete when they are backups of a client that may go on and have saved a file', () => {
    using site = new Site();
    const other = site.backup({ start: 1, name: 'Other', files: [{ path: '/a', size: 7 }] });
    const empty = site.start({ start: 2 });
    const since = site.backup({ start: 3, level: 'S', files: [{ path: '/a', size: 7 }] });
    const half = site.backup({ start: 4, files: [{ path: '/a', size: 7 }] });
    const virtual = site.backup({ start: 5, level: 'f', files: [{ path: '/a', size: 7 }] });
    const copy = site.backup({ start: 6, files: [{ path: '/a', size: 7 }] });
    site.db.run("UPDATE JobRun SET Type = 'C' WHERE JobId = :copy", { copy });
    site.db.run('UPDATE JobRun SET EndTime = NULL');

    const ended = failUnfinishedJobs(site.db, minute(9), { mayGoOn: ['Backup'] });

    expect(ended.map(({ jobId, jobStatus }) => [jobId, jobStatus])).toEqual([
      [other, 'f'],
      [empty, 'f'],
      [since, 'f'],
      [half, 'I'],
      [virtual, 'f'],
      [copy, 'f'],
    ]);
  });
});

describe('an incomplete job that is to go on', () => {
  test('is one of those that have not ended, and keeps its name, its start and what is known of it', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, status: 'I', files: [{ path: '/a', size: 7 }] });
    const before = jobById(site.db, jobId)!;
    const reopened = reopenJob(site.db, { jobId, priority: 7 });
    expect(reopened).toEqual({
      ...before,
      jobStatus: 'C',
      priority: 7,
      endTime: undefined,
      realEndTime: undefined,
    });
    expect(failUnfinishedJobs(site.db, minute(9), { mayGoOn: ['Backup'] })).toMatchObject([
      { jobId, jobStatus: 'I' },
    ]);
  });

  test.each(['T', 'f', 'A'])('is refused when its status is %s', (status) => {
    using site = new Site();
    const jobId = site.backup({ start: 1, status, files: [{ path: '/a' }] });
    expect(() => reopenJob(site.db, { jobId, priority: 10 })).toThrow(
      /cannot be resumed: it is not incomplete/,
    );
  });

  test('is refused when its file records were pruned: nobody knows any more what it has saved', () => {
    using site = new Site();
    const jobId = site.backup({ start: 1, status: 'I', files: [{ path: '/a' }] });
    purgeFiles(site.db, [jobId]);
    expect(() => reopenJob(site.db, { jobId, priority: 10 })).toThrow(/its file records were pruned/);
  });
});

describe('listing jobs', () => {
  const ids = (rows: { jobId: number }[]) => rows.map(({ jobId }) => jobId);

  test('filters by every property and takes the limit from the end that the order says', () => {
    using site = new Site();
    const full = site.backup({ start: 1 });
    const failed = site.backup({ start: 2, level: 'I', status: 'f' });
    const other = site.backup({ start: 3, level: 'I', name: 'Other', client: 'argo-fd' });
    const running = site.start({ start: 4 });
    expect(ids(listJobs(site.db, {}))).toEqual([full, failed, other, running]);
    expect(ids(listJobs(site.db, { limit: 2 }))).toEqual([full, failed]);
    expect(ids(listJobs(site.db, { limit: 2, order: 'desc' }))).toEqual([running, other]);
    expect(ids(listJobs(site.db, { ended: true, limit: 2, order: 'desc' }))).toEqual([other, failed]);
    expect(ids(listJobs(site.db, { jobId: failed }))).toEqual([failed]);
    expect(ids(listJobs(site.db, { jobId: failed, level: 'F' }))).toEqual([]);
    expect(ids(listJobs(site.db, { jobId: 99 }))).toEqual([]);
    expect(ids(listJobs(site.db, { name: 'Other' }))).toEqual([other]);
    const among = (jobs: string[], clients: string[]) => ids(listJobs(site.db, { among: { jobs, clients } }));
    expect(among(['O*', 'x'], ['*'])).toEqual([other]);
    expect(among(['[!O]*'], ['*'])).toEqual([full, failed, running]);
    expect(among(['*'], [])).toEqual([]);
    expect(among([], ['*'])).toEqual([]);
    expect(ids(listJobs(site.db, { clientName: 'argo-fd' }))).toEqual([other]);
    expect(ids(listJobs(site.db, { level: 'I', status: 'T' }))).toEqual([other]);
    expect(ids(listJobs(site.db, { status: 'R', type: 'B' }))).toEqual([running]);
    expect(ids(listJobs(site.db, { since: minute(3) }))).toEqual([other, running]);
  });

  test('totals are by name', () => {
    using site = new Site();
    site.backup({ start: 1 });
    site.backup({ start: 2 });
    site.backup({ start: 3, name: 'Article' });
    expect(jobTotals(site.db)).toEqual([
      { name: 'Article', jobs: 1, files: 1, bytes: 2 },
      { name: 'Backup', jobs: 2, files: 2, bytes: 4 },
    ]);
  });
});

test('the log of a job keeps the order in which its lines came', () => {
  using site = new Site();
  appendLog(site.db, [
    { jobId: 1, time: minute(2), text: 'second\n' },
    { jobId: 2, time: minute(2), text: 'of another job' },
  ]);
  appendLog(site.db, [{ jobId: 1, time: minute(1), text: 'first by the clock' }]);
  expect(jobLog(site.db, 1)).toEqual([
    { time: minute(2), text: 'second\n' },
    { time: minute(1), text: 'first by the clock' },
  ]);
});
