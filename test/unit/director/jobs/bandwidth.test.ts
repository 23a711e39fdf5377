import { describe, expect, test } from 'vitest';
import type { BackupResponse } from '../../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { named } from '../site.ts';
import { backupAll } from './fake-daemons.ts';
import { TestDirector, until } from './test-director.ts';

const MORE = {
  extra: `
Client { Name = slow-fd; Address = 127.0.0.1; Password = "p"; Catalog = MyCatalog; Maximum Bandwidth Per Job = 3 mb/s }
Job { Name = Slow; JobDefs = Defaults; Client = slow-fd }
Job { Name = Slower; JobDefs = Defaults; Client = slow-fd; Maximum Bandwidth = 1 mb/s }
Job { Name = Faster; JobDefs = Defaults; Client = slow-fd; Maximum Bandwidth = 9 mb/s }
`,
};

describe('the bandwidth of a job', () => {
  test('is the smallest that the conf gives', async () => {
    await using director = await TestDirector.start({ conf: MORE });
    for (const job of ['Gzip', 'Slow', 'Slower', 'Faster']) await director.outcome(job);
    const limits = director.daemons.backups.map(({ bandwidth }) => bandwidth?.bytesPerSecond);
    expect(limits).toEqual([0, 3_000_000, 1_000_000, 3_000_000]);
    expect(director.daemons.bandwidths).toEqual([]);
  });

  test('reaches the client when it is changed while the job runs, and no longer when it has ended', async () => {
    const { promise: isChanged, resolve: changed } = Promise.withResolvers<void>();
    let begun = false;
    async function* backup(): AsyncGenerator<BackupResponse> {
      begun = true;
      await isChanged;
      yield* backupAll();
    }
    await using director = await TestDirector.start({ conf: MORE, script: { backup } });
    const jobId = await director.run('Slow');
    await until(() => begun);
    expect(await director.jobs.setBandwidth(jobId, 0)).toBe(0);
    const [{ job } = { job: '' }] = director.jobs.running();
    expect(director.daemons.bandwidths).toEqual([{ job, bytesPerSecond: 0 }]);
    changed();
    expect(await director.jobs.ended(jobId)).toBe('T');
    expect(await director.jobs.setBandwidth(jobId, 1)).toBeUndefined();
    expect(director.daemons.bandwidths).toHaveLength(1);
  });

  test('that is changed while the job waits is what it starts with', async () => {
    await using director = await TestDirector.start({ conf: MORE });
    const jobId = await director.run('Slow', { when: new Date(Date.now() + 500) });
    expect(await director.jobs.setBandwidth(jobId, 7)).toBe(7);
    await director.jobs.ended(jobId);
    expect(director.daemons.backups[0]?.bandwidth).toEqual({ bytesPerSecond: 7 });
  });

  test('of a client can be replaced for its jobs to come; that of the job holds beside it', async () => {
    await using director = await TestDirector.start({ conf: MORE });
    director.jobs.setClientBandwidth(named(director.conf.clients, 'slow-fd'), 2_000_000);
    for (const job of ['Slow', 'Slower', 'Gzip']) await director.outcome(job);
    const limits = director.daemons.backups.map(({ bandwidth }) => bandwidth?.bytesPerSecond);
    expect(limits).toEqual([2_000_000, 1_000_000, 0]);
  });
});
