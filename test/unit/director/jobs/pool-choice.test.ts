import { describe, expect, test } from 'vitest';
import { choosePool, chooseStorage } from '../../../../director/jobs/pool-choice.ts';
import type { RunRequest } from '../../../../director/services.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const conf = siteConf(scratchDirectory(), {
  extra: `
Pool { Name = Own-Storage; Pool Type = Backup; Storage = Far }
Storage { Name = Far; Address = far; Password = x; Device = D; Media Type = Far }
Storage { Name = Off; Address = far; Password = x; Device = D; Media Type = Off; Enabled = no }
Job { Name = Plain; Type = Backup; Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Manual-Pool }
`,
});
const pool = (name: string) => named(conf.pools, name);
const storage = (name: string) => named(conf.storages, name);

function request(jobName: string, changes: Partial<RunRequest> = {}): RunRequest {
  return { job: named(conf.jobs, jobName), startedBy: 'console', ...changes };
}

describe('the pool of a backup', () => {
  test.each([
    ['F', 'A-Full-Pool', 'Job FullPool override'],
    ['D', 'A-Diff-Pool', 'Job DiffPool override'],
    ['I', 'A-Incr-Pool', 'Job IncPool override'],
  ] as const)('at level %s is the level-specific one of the Job: %s', (level, name, from) => {
    expect(choosePool(request('Gzip'), level)).toEqual({ resource: pool(name), from });
  });

  test('that a Run line names for the level beats the one of the Job', () => {
    const chosen = choosePool(
      request('Gzip', { fullPool: pool('Manual-Pool'), startedBy: 'scheduler' }),
      'F',
    );
    expect(chosen).toEqual({ resource: pool('Manual-Pool'), from: 'Run FullPool override' });
  });

  test('that is named by hand does not beat a level-specific one', () => {
    expect(choosePool(request('Gzip', { pool: pool('Manual-Pool') }), 'F').resource.name).toBe('A-Full-Pool');
  });

  test('that the run names beats the Job where there is none for the level', () => {
    const byHand = request('Plain', { pool: pool('A-Full-Pool') });
    expect(choosePool(byHand, 'F')).toEqual({ resource: pool('A-Full-Pool'), from: 'Command input' });
    expect(choosePool({ ...byHand, startedBy: 'scheduler' }, 'F').from).toBe('Run Pool override');
  });

  test('is else the one of the Job', () => {
    expect(choosePool(request('Plain'), 'F')).toEqual({
      resource: pool('Manual-Pool'),
      from: 'Job resource',
    });
  });
});

describe('the storage of a backup', () => {
  test('is the one the run names, else that of the pool, else that of the Job', () => {
    const far = { resource: storage('Far'), from: 'Pool resource' };
    expect(chooseStorage(request('Plain'), pool('Manual-Pool'))).toEqual({
      resource: storage('File1'),
      from: 'Job resource',
    });
    expect(chooseStorage(request('Plain'), pool('Own-Storage'))).toEqual(far);
    const byHand = chooseStorage(request('Plain', { storage: storage('File1') }), pool('Own-Storage'));
    expect(byHand).toEqual({ resource: storage('File1'), from: 'Command input' });
  });

  test('of a list is the first that is not disabled', () => {
    const of = (storages: string) => {
      const listed = siteConf(scratchDirectory(), {
        extra: `Pool { Name = Listed; Pool Type = Backup; Storage = ${storages} }
Storage { Name = Far; Address = far; Password = x; Device = D; Media Type = Far }
Storage { Name = Off; Address = far; Password = x; Device = D; Media Type = Off; Enabled = no }`,
      });
      return chooseStorage(
        { job: named(listed.jobs, 'Gzip'), startedBy: 'test' },
        named(listed.pools, 'Listed'),
      );
    };
    expect(of('Far, File1').resource.name).toBe('Far');
    expect(of('Off, Far, File1').resource.name).toBe('Far');
    expect(() => of('Off')).toThrow('Storage "Off" is disabled');
  });

  test('is not one that is disabled', () => {
    const disabled = request('Plain', { storage: storage('Off') });
    expect(() => chooseStorage(disabled, pool('Manual-Pool'))).toThrow('Storage "Off" is disabled');
  });
});
