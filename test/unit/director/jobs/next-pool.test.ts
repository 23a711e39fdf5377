import { describe, expect, test } from 'vitest';
import { chooseNextPool, nextStorage } from '../../../../director/jobs/next-pool.ts';
import type { RunRequest } from '../../../../director/services.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const conf = siteConf(scratchDirectory(), {
  extra: `
Storage { Name = Far; Address = far; Password = x; Device = D; Media Type = Far }
Pool { Name = Of-Run; Pool Type = Backup }
Pool { Name = Of-Job; Pool Type = Backup }
Pool { Name = Of-Pool; Pool Type = Backup; Storage = Far }
Pool { Name = Source; Pool Type = Backup; Next Pool = Of-Pool }
JobDefs { Name = Copies; Type = Copy; Selection Type = PoolUncopiedJobs; Client = peer-fd; FileSet = Gzip
  Storage = File1; Messages = Standard; Pool = Source }
Job { Name = Own; JobDefs = Copies; Next Pool = Of-Job }
Job { Name = Plain; JobDefs = Copies }
`,
});
const pool = (name: string) => named(conf.pools, name);
const request = (jobName: string, changes: Partial<RunRequest> = {}): RunRequest => ({
  job: named(conf.jobs, jobName),
  startedBy: 'scheduler',
  ...changes,
});

describe('Destination pool', () => {
  test('NextPool of the Run line → of the Job → of the source Pool', () => {
    const chosen = (jobName: string, changes?: Partial<RunRequest>) => {
      const { resource, from } = chooseNextPool(request(jobName, changes), pool('Source'));
      return [resource.name, from];
    };
    expect(chosen('Own', { nextPool: pool('Of-Run') })).toEqual(['Of-Run', 'Run NextPool override']);
    expect(chosen('Own')).toEqual(['Of-Job', 'Job resource']);
    expect(chosen('Plain')).toEqual(['Of-Pool', "Job Pool's NextPool resource"]);
  });

  test('No NextPool → error', () => {
    expect(() => chooseNextPool(request('Plain'), pool('Of-Run'))).toThrow(
      'No Next Pool specification found in Pool "Of-Run".',
    );
  });

  test('is written through its own storage, else through that of the Job', () => {
    expect(nextStorage(request('Plain'), pool('Of-Pool')).resource.name).toBe('Far');
    expect(nextStorage(request('Plain'), pool('Of-Run')).resource.name).toBe('File1');
  });
});
