import { expect, test } from 'vitest';
import { manyJobs } from '../../bench/many-jobs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const STATUS_MS_MAX = 200;
const DIRECTOR_MIB_MAX = 250;
/** Of the wall time: what the Director's main thread may be busy, so that whoever asks finds it free. */
const MAIN_THREAD_SHARE_MAX = 0.25;

test('with 20 jobs that run and 200 that wait the Director answers at once, stays small, and all jobs end well', async () => {
  using directory = temporaryDirectory();
  const result = await manyJobs(directory.path);
  const { queued, runningMax, statusMs, directorPeakMiB, directorMain, wallSeconds, ended } = result;
  expect(runningMax).toBe(20);
  expect(queued).toBeGreaterThanOrEqual(180); // one round may be over before the first answer
  expect(ended).toEqual({ T: 220 });
  expect(directorMain.ran / wallSeconds).toBeLessThan(MAIN_THREAD_SHARE_MAX);
  // The median: 20 file daemons and 20 compressing jobs share the processors with the Director.
  expect(statusMs.at(Math.floor(statusMs.length / 2))).toBeLessThan(STATUS_MS_MAX);
  expect(directorPeakMiB).toBeLessThan(DIRECTOR_MIB_MAX);
});
