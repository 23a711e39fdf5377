import { describe, expect, test } from 'vitest';
import { planRun } from '../../../../director/jobs/job-plan.ts';
import { storageAddress } from '../../../../director/jobs/storage-address.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const REST = 'Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = Manual-Pool';
const conf = siteConf(scratchDirectory(), {
  extra: `
Job { Name = B; Type = Backup; ${REST} }
Job { Name = V; Type = Verify; ${REST} }
Job { Name = D; Type = Admin; ${REST} }
Client { Name = far-fd; Address = 10.0.0.9; Password = x; Catalog = MyCatalog; FD Storage Address = 192.0.2.1 }
Storage { Name = Mapped; Address = 10.0.0.2; Password = x; Device = D; Media Type = M; FD Storage Address = 192.0.2.2 }
`,
});

describe('the plan of a run', () => {
  test('Default level when none is set: Backup → Incremental, Verify → Catalog; Admin has none', () => {
    const levelOf = (name: string) =>
      planRun({ job: named(conf.jobs, name), startedBy: 'scheduler' }, new Date()).level;
    expect(['B', 'V', 'D'].map(levelOf)).toEqual(['I', 'C', ' ']);
  });
});

test('FdStorageAddress (Client or Storage): a different SD address for clients outside', () => {
  const address = (client: string, storage: string) =>
    storageAddress(named(conf.clients, client), named(conf.storages, storage));
  expect(address('peer-fd', 'File1')).toBe('127.0.0.1');
  expect(address('peer-fd', 'Mapped')).toBe('192.0.2.2');
  expect(address('far-fd', 'File1')).toBe('192.0.2.1');
  expect(address('far-fd', 'Mapped')).toBe('192.0.2.1');
});
