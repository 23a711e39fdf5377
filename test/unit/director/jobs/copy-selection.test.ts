import { describe, expect, test } from 'vitest';
import type { JobRow, MediaRow } from '../../../../catalog/rows.ts';
import type { JobResource, PoolResource } from '../../../../configuration/director-conf.ts';
import { selectJobs, type SelectionCatalog } from '../../../../director/jobs/copy-selection.ts';
import type { JobPlan } from '../../../../director/jobs/job-plan.ts';
import { jobRow, mediaRow } from '../console/fake-catalog.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

const JOBS: readonly JobRow[] = [
  jobRow(1, { name: 'home', clientName: 'desk-fd', jobBytes: 600, realEndTime: daysAgo(90) }),
  jobRow(2, { name: 'mail', clientName: 'nas-fd', jobBytes: 300, realEndTime: daysAgo(40) }),
  jobRow(3, { name: 'home', clientName: 'desk-fd', jobBytes: 500, realEndTime: daysAgo(3) }),
];
const MIGRATED = jobRow(8, { type: 'M' });

const volumeOf = (mediaId: number, volumeName: string, more: Partial<MediaRow>) =>
  mediaRow(mediaId, { volumeName, volStatus: 'Full', lastWritten: daysAgo(mediaId), ...more });

const VOLUMES = [
  volumeOf(1, 'Full-0001', { volBytes: 400, volStatus: 'Append' }),
  volumeOf(2, 'Full-0002', { volBytes: 900 }),
  volumeOf(3, 'Full-0003', { volBytes: 800, volStatus: 'Used' }),
  volumeOf(4, 'Old-0004', { volBytes: 950, volStatus: 'Error' }),
  volumeOf(5, 'Left-0005', { volBytes: 10 }), // the smallest and oldest, by the backups that were migrated from it
];
const ON_VOLUMES: Readonly<Record<number, readonly number[]>> = { 1: [3], 2: [1, 2], 3: [2], 4: [1], 5: [] };

const catalog = {
  jobById: async (jobId: number) => [...JOBS, MIGRATED].find((job) => job.jobId === jobId),
  jobsToCopy: async ({ uncopied }: { uncopied: boolean }) =>
    JOBS.filter(({ jobId }) => !uncopied || jobId !== 2),
  jobsOnVolume: async (mediaId: number) => JOBS.filter(({ jobId }) => ON_VOLUMES[mediaId]?.includes(jobId)),
  listVolumes: async () => VOLUMES,
  sql: async ({ query }: { query: string }) => {
    if (!query.startsWith('SELECT')) throw new Error('only SELECT');
    return { columns: ['JobId'], rows: [[3], [1]] };
  },
} as unknown as SelectionCatalog;

async function selected(
  job: Partial<JobResource>,
  {
    pool = {},
    sourceJobIds,
    type = 'c',
  }: { pool?: Partial<PoolResource>; sourceJobIds?: number[]; type?: 'c' | 'g' } = {},
): Promise<number[]> {
  const resource = { name: 'Offsite', ...job } as JobResource;
  const plan = {
    job: resource,
    type,
    request: { job: resource, ...(sourceJobIds && { sourceJobIds }) },
  } as JobPlan;
  const found = {
    name: 'Full',
    migrationTime: 0,
    migrationHighBytes: 0,
    migrationLowBytes: 0,
    ...pool,
  } as PoolResource;
  return (await selectJobs(catalog, plan, { resource: found, poolId: 7 }, NOW)).map(({ jobId }) => jobId);
}

describe('the backups that a Copy or Migrate handles', () => {
  test.each<[string, Partial<JobResource>, Partial<PoolResource>, number[]]>([
    ['PoolUncopiedJobs: all that have no copy yet', { selectionType: 'PoolUncopiedJobs' }, {}, [1, 3]],
    [
      "PoolTime: jobs older than the pool's MigrationTime",
      { selectionType: 'PoolTime' },
      { migrationTime: 30 * 86_400 },
      [1, 2],
    ],
    [
      'PoolOccupancy: none while the pool holds no more than MigrationHighBytes, however large its volumes are',
      { selectionType: 'PoolOccupancy' },
      { migrationHighBytes: 1400 },
      [],
    ],
    [
      'PoolOccupancy: if the pool holds more than MigrationHighBytes: oldest jobs until below MigrationLowBytes',
      { selectionType: 'PoolOccupancy' },
      { migrationHighBytes: 1399, migrationLowBytes: 800 },
      [1, 2],
    ],
    [
      'PoolOccupancy: and no more of them',
      { selectionType: 'PoolOccupancy' },
      { migrationHighBytes: 1399, migrationLowBytes: 801 },
      [1],
    ],
    [
      'Job: a regular expression on names of Jobs',
      { selectionType: 'Job', selectionPattern: '^h[[:alpha:]]+e$' },
      {},
      [1, 3],
    ],
    [
      'Client: a regular expression on names of Clients',
      { selectionType: 'Client', selectionPattern: 'nas' },
      {},
      [2],
    ],
    [
      'Volume: a regular expression on names of Volumes',
      { selectionType: 'Volume', selectionPattern: '-000[14]$' },
      {},
      [1, 3],
    ],
    [
      'SmallestVolume: all jobs on that one volume (status Full, Used or Error)',
      { selectionType: 'SmallestVolume' },
      {},
      [2],
    ],
    ['OldestVolume: all jobs on the one written longest ago', { selectionType: 'OldestVolume' }, {}, [1]],
    [
      'SQLQuery: the JobIds that a SELECT returns',
      { selectionType: 'SQLQuery', selectionPattern: 'SELECT JobId FROM Job' },
      {},
      [3, 1],
    ],
  ])('%s', async (_, job, pool, expected) => {
    expect(await selected(job, { pool })).toEqual(expected);
  });

  test('the run names them, whatever the Selection Type', async () => {
    expect(await selected({ selectionType: 'PoolUncopiedJobs' }, { sourceJobIds: [2] })).toEqual([2]);
  });

  test('are not what was migrated while the job that is to do so waited in the queue', async () => {
    expect(await selected({}, { type: 'g', sourceJobIds: [8, 2] })).toEqual([2]);
    await expect(selected({}, { sourceJobIds: [8] })).rejects.toThrow('JobId 8 is no good backup');
  });

  test.each<[string, Partial<JobResource>, RegExp]>([
    ['no Selection Type', {}, /does not say which backups to copy/],
    ['no pattern', { selectionType: 'Job' }, /Selection Type Job and no Selection Pattern/],
    [
      'a pattern that is none',
      { selectionType: 'Job', selectionPattern: '(' },
      /Selection Pattern "\(" of Job "Offsite"/,
    ],
    [
      'a query that changes something',
      { selectionType: 'SQLQuery', selectionPattern: 'DELETE FROM Job' },
      /no query that works: only SELECT/,
    ],
  ])('fail with a sentence: %s', async (_, job, message) => {
    await expect(selected(job)).rejects.toThrow(message);
  });

  test('fail with a sentence when a JobId is no good backup', async () => {
    await expect(selected({}, { sourceJobIds: [9] })).rejects.toThrow(
      'JobId 9 is no good backup, so it cannot be copied',
    );
  });
});
