import { expect, test } from 'vitest';
import { TestDirector, until } from './test-director.ts';

const EXTRA = `
Pool { Name = Copies; Pool Type = Backup; Label Format = "Copy-"; Storage = File1 }
Job { Name = Copy; Type = Copy; Selection Type = PoolUncopiedJobs; Client = peer-fd; FileSet = Gzip; Storage = File1
  Messages = Standard; Pool = A-Full-Pool; Next Pool = Copies; Maximum Spawned Jobs = 2 }`;

test('Several jobs: the control job handles one itself and spawns the others as jobs (up to MaximumSpawnedJobs)', async () => {
  await using director = await TestDirector.start({ conf: { extra: EXTRA } });
  for (let i = 0; i < 3; i++) await director.outcome('Gzip', { level: 'Full' });
  await director.run('Copy');
  let text = '';
  await until(async () => (text += await director.text()).includes('Copying JobId=1 '));
  expect(text).toContain('The following 3 JobIds were chosen to be copied: 1,2,3');
  expect(text.match(/Job queued\. JobId=\d+ \(JobId \d+ is to be copied\)/g)).toEqual([
    'Job queued. JobId=5 (JobId 2 is to be copied)',
  ]);
  expect(text).toContain('Maximum Spawned Jobs reached: 1 are left for the next time.');
});
