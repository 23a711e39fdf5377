import { describe, expect, test } from 'vitest';
import { TestDirector } from '../jobs/test-director.ts';

/** What a Job of this type says of pruning at its end. */
async function pruned(
  type: 'Backup' | 'Admin',
  options: { director?: string; client?: string; job?: string } = {},
): Promise<string[]> {
  const { director = '', client = '', job = '' } = options;
  const extra = `
Client { Name = pruned-fd; Address = 127.0.0.1; Password = x; Catalog = MyCatalog; ${client} }
Job { Name = Pruned; JobDefs = Defaults; Type = ${type}; Client = pruned-fd; ${job} }`;
  await using site = await TestDirector.start({ conf: { director, extra } });
  const { text } = await site.outcome('Pruned');
  return [...text.matchAll(/Begin pruning (Jobs|Files)/g)].map((match) => match[1]!);
}

describe('After every backup job the Director prunes Job and File records of that client', () => {
  test('when Director AutoPrune and Client AutoPrune are on', async () => {
    expect(await pruned('Backup')).toEqual(['Jobs', 'Files']);
    expect(await pruned('Backup', { client: 'AutoPrune = no' })).toEqual([]);
    expect(await pruned('Backup', { director: 'AutoPrune = no' })).toEqual([]);
  });

  test('or when the Job says PruneJobs or PruneFiles', async () => {
    const off = { client: 'AutoPrune = no' };
    expect(await pruned('Backup', { ...off, job: 'Prune Jobs = yes' })).toEqual(['Jobs']);
    expect(await pruned('Backup', { ...off, job: 'Prune Files = yes' })).toEqual(['Files']);
    const none = { director: 'AutoPrune = no', job: 'Prune Jobs = yes; Prune Files = yes' };
    expect(await pruned('Backup', none)).toEqual([]);
  });
});

test('a job that did not end well prunes nothing', async () => {
  expect(await pruned('Backup', { job: 'Run Before Job = /bin/false' })).toEqual([]);
});

test('Admin: runs only scripts and the automatic pruning', async () => {
  expect(await pruned('Admin')).toEqual(['Jobs', 'Files']);
  expect(await pruned('Admin', { client: 'AutoPrune = no' })).toEqual([]);
});
