import { describe, expect, test } from 'vitest';
import type { LastRunQuery } from '../../../../catalog/inputs.ts';
import type { JobRow } from '../../../../catalog/rows.ts';
import { planRun } from '../../../../director/jobs/job-plan.ts';
import { jobToVerify } from '../../../../director/jobs/verify-subject.ts';
import type { RunRequest } from '../../../../director/services.ts';
import { jobRow } from '../console/fake-catalog.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const REST = 'Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Manual-Pool';
const conf = siteConf(scratchDirectory(), {
  extra: `
Job { Name = Home; Type = Backup; ${REST} }
Job { Name = Mail; Type = Backup; ${REST} }
Job { Name = OfHome; Type = Verify; Level = DiskToCatalog; Job To Verify = Home; ${REST} }
Job { Name = OfClient; Type = Verify; Level = VolumeToCatalog; ${REST} }
Job { Name = Baseline; Type = Verify; Level = Catalog; ${REST} }
`,
});
const job = (name: string) => named(conf.jobs, name);

const GOOD: readonly JobRow[] = [
  jobRow(1, { name: 'Home' }),
  jobRow(2, { name: 'Home', level: 'I' }),
  jobRow(3, { name: 'Mail', jobStatus: 'W' }),
  jobRow(4, { name: 'Mail', clientName: 'other-fd' }),
  jobRow(5, { name: 'Baseline', type: 'V', level: 'V' }),
  jobRow(6, { name: 'Baseline', type: 'V', level: 'V' }),
  jobRow(7, { name: 'Baseline', type: 'V', level: 'C', jobStatus: 'D' }),
  jobRow(8, { name: 'OfHome', type: 'V', level: 'V' }),
];

async function verified(jobName: string, changes: Partial<RunRequest> = {}, rows = GOOD): Promise<number> {
  const fits = (row: JobRow, { jobName: name, clientName, type, level }: LastRunQuery) =>
    Object.entries({ name, clientName, type, level }).every(
      ([field, wanted]) => wanted === undefined || row[field as keyof JobRow] === wanted,
    );
  const catalog = {
    jobById: async (jobId: number) => rows.find((row) => row.jobId === jobId),
    lastRun: async (query: LastRunQuery) =>
      rows.filter((row) => fits(row, query)).toSorted((a, b) => b.jobId - a.jobId)[0],
  };
  const plan = planRun({ job: job(jobName), startedBy: 'scheduler', ...changes }, new Date());
  return (await jobToVerify(catalog, plan, new Date())).jobId;
}

describe('The backup job to check', () => {
  test('is that of "run job=V jobid=n"', async () => {
    expect(await verified('OfHome', { verifyJobId: 3 })).toBe(3);
  });

  test('else the last run of JobToVerify, for which the run may name another', async () => {
    expect(await verified('OfHome')).toBe(2);
    expect(await verified('OfHome', { verifyJob: job('Mail') })).toBe(4);
  });

  test('else the last backup of this client', async () => {
    expect(await verified('OfClient')).toBe(3);
  });

  test('of level Catalog is the last InitCatalog of the same Job name', async () => {
    expect(await verified('Baseline')).toBe(6);
  });

  test.each(['f', 'E', 'A', 'I'])('must have ended T or W; with %s the Verify fails', async (jobStatus) => {
    const rows = [...GOOD, jobRow(9, { name: 'Home', jobStatus })];
    await expect(verified('OfHome', {}, rows)).rejects.toThrow(
      `JobId 9 (Home, Full) cannot be verified: it did not end well, JobStatus=${jobStatus}`,
    );
  });

  test('cannot be one that runs, nor one whose file records were pruned', async () => {
    const runs = [...GOOD, jobRow(9, { name: 'Home', jobStatus: 'R', endTime: undefined })];
    await expect(verified('OfHome', {}, runs)).rejects.toThrow('it has not ended yet');
    const pruned = [...GOOD, jobRow(9, { name: 'Home', purgedFiles: true })];
    await expect(verified('OfHome', {}, pruned)).rejects.toThrow('its files have been pruned');
  });

  test('has to be there, and to be a backup', async () => {
    await expect(verified('OfHome', { verifyJobId: 6 })).rejects.toThrow('JobId 6 is no backup');
    await expect(verified('OfHome', { verifyJobId: 99 })).rejects.toThrow('JobId 99 is not in the catalog');
    await expect(verified('OfHome', {}, [])).rejects.toThrow('There is no backup of Job "Home" to verify');
    await expect(verified('OfClient', {}, [])).rejects.toThrow('There is no backup of Client "peer-fd"');
    await expect(verified('Baseline', {}, [])).rejects.toThrow('has no InitCatalog to compare with');
  });
});
