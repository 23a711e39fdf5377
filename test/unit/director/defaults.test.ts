import { expect, test } from 'vitest';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import { textReader } from '../../../configuration/source-reader.ts';
import { loadStorageConf } from '../../../configuration/storage-conf.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { named, siteConf } from './site.ts';

const conf = siteConf(scratchDirectory(), {
  extra: 'Storage { Name = Plain; Address = 127.0.0.1; Password = x; Device = D; Media Type = M }',
});
const job = named(conf.jobs, 'Gzip');

test('Defaults of Maximum Concurrent Jobs for Client, Storage, Job are 1', () => {
  const resources = [named(conf.clients, 'peer-fd'), named(conf.storages, 'Plain'), job];
  expect(resources.map(({ maximumConcurrentJobs }) => maximumConcurrentJobs)).toEqual([1, 1, 1]);
});

test('RescheduleIncompleteJobs = yes (default), RescheduleTimes 0 = without limit', () => {
  expect(job).toMatchObject({ rescheduleIncompleteJobs: true, rescheduleTimes: 0 });
});

test('MaximumSpawnedJobs is 600', () => {
  expect(job.maximumSpawnedJobs).toBe(600);
});

test('The SD and FD also have limits of their own (20)', () => {
  const own = (type: string) => `${type} { Name = own; Working Directory = /w; Pid Directory = /p }
    Director { Name = dir; Password = "x" }\n`;
  const device = 'Device { Name = D; Media Type = File; Archive Device = /v; Label Media = yes }';
  const load = { reader: textReader({ '/sd.conf': own('Storage') + device, '/fd.conf': own('FileDaemon') }) };
  expect(loadStorageConf('/sd.conf', load).conf?.storage.maximumConcurrentJobs).toBe(20);
  expect(loadFileDaemonConf('/fd.conf', load).conf?.fileDaemon.maximumConcurrentJobs).toBe(20);
});
