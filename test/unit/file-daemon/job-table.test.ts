import { expect, it } from 'vitest';
import { JobTable, TooManyJobs, type JobDescription } from '../../../file-daemon/service/job-table.ts';

const description = (jobId: number): JobDescription => ({
  ...{ director: 'peer-dir', jobId, job: `Gzip.${jobId}`, kind: 'Backup', level: 'F' },
});

it('the FD has a limit of its own: one job more is refused, and taken when another has ended', async () => {
  const table = new JobTable(2);
  const { signal } = new AbortController();
  const ends = [1, 2].map(() => Promise.withResolvers<{ errors: number }>());
  const running = ends.map(({ promise }, index) => table.run(description(index + 1), signal, () => promise));
  const third = () => table.run(description(3), signal, async () => ({ errors: 0 }));
  await expect(third()).rejects.toThrow(TooManyJobs);
  ends[0]!.resolve({ errors: 0 });
  await running[0];
  await third();
  expect(table.terminated.map(({ jobId, status }) => [jobId, status])).toEqual([
    [1, 'T'],
    [3, 'T'],
  ]);
  ends[1]!.resolve({ errors: 0 });
  await running[1];
});
