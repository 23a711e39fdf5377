import { describe, expect, test } from 'vitest';
import { consolidated } from '../../../../director/jobs/virtual-full-job.ts';
import { jobRow } from '../console/fake-catalog.ts';
import { durable, finish, mountVolume, openSession, type Script } from './fake-daemons.ts';
import { TestDirector } from './test-director.ts';

const appendToAny: Script['append'] = async (call) => {
  await openSession(call);
  const { volumeName } = await mountVolume(call);
  call.answer({ event: { $case: 'durable', value: durable({ volumeName }) } });
  finish(call);
};

/** A VirtualFull after a Full and two Incrementals; the storage daemon has nothing to read them from. */
async function virtualFullOf(directives: string, accurate: boolean) {
  const extra = `Job { Name = Virtual; JobDefs = Defaults; Next Pool = Manual-Pool; ${directives} }`;
  await using director = await TestDirector.start({ conf: { extra }, script: { append: appendToAny } });
  for (const level of ['Full', 'Incremental', 'Incremental']) {
    const { status, text } = await director.outcome('Virtual', { level });
    expect(status, text).toMatch(/[TW]/);
  }
  return await director.outcome('Virtual', { level: 'VirtualFull', accurate });
}

describe('BackupsToKeep', () => {
  test.each([
    ['0: the whole chain', 0, [1, 2, 3, 4]],
    ['1: all but the newest', 1, [1, 2, 3]],
    ['3: the Full alone', 3, [1]],
    ['as many as there are: none', 4, []],
    ['more than there are: none', 9, []],
  ])('= n: keep the newest n jobs as they are; of four jobs %s', (_, backupsToKeep, expected) => {
    const chain = [1, 2, 3, 4].map((jobId) => jobRow(jobId));
    expect(consolidated(chain, backupsToKeep).map(({ jobId }) => jobId)).toEqual(expected);
  });

  test('If fewer jobs exist: nothing to do, ends OK with a message', async () => {
    const { status, text } = await virtualFullOf('Backups To Keep = 2', true);
    expect(text).toContain('Nothing to consolidate: there are 3 backups, and Backups To Keep is 2.');
    expect(text).not.toContain('Consolidating JobIds=');
    expect(status).toBe('T');
  });
});

test.each([
  ['with Accurate backups nothing is said of deleted files', true],
  ['without Accurate backups deleted files reappear, and a warning says so', false],
])('%s', async (_, accurate) => {
  const { text } = await virtualFullOf('', accurate);
  expect(text).toContain('Consolidating JobIds=1,2,3');
  expect(text.includes('Warning: This Job is not Accurate: files deleted after its Full come back')).toBe(
    !accurate,
  );
});
