import { describe, expect, test } from 'vitest';
import { PeerLost } from '../../../../transport/peer-errors.ts';
import { durable, finish, HANGING, mountVolume, openSession, type Script } from './fake-daemons.ts';
import { TestDirector } from './test-director.ts';

const client = {
  host: '127.0.0.1',
  port: 9102,
  self: { role: 'director', name: 'peer-dir' },
  peerKind: 'File daemon',
  peerName: 'peer-fd',
} as const;

/** A client that is lost when so much has been committed to the volume. */
function lostAfter(commits: readonly ReturnType<typeof durable>[]): Script {
  const isCommitted = Promise.withResolvers<void>();
  return {
    backup: async function* () {
      yield* [];
      await isCommitted.promise;
      throw new PeerLost(client, 'socket closed');
    },
    append: async (call) => {
      await openSession(call);
      await mountVolume(call);
      for (const value of commits) call.answer({ event: { $case: 'durable', value } });
      isCommitted.resolve();
      await call.take();
      finish(call, 'E', 'aborted');
    },
  };
}

describe('Incomplete needs AllowIncompleteJobs and data already committed: a job that breaks off', () => {
  test.each([
    ['with files committed is incomplete', 'Allow Incomplete Jobs = yes', [durable()], 'I'],
    ['before anything is committed has failed', 'Allow Incomplete Jobs = yes', [], 'f'],
    [
      'with blocks of which no file is in the catalog has failed',
      'Allow Incomplete Jobs = yes',
      [durable({ paths: [] })],
      'f',
    ],
    [
      'with files committed has failed where Allow Incomplete Jobs = no',
      'Allow Incomplete Jobs = no',
      [durable()],
      'f',
    ],
    ['with files committed is incomplete where nobody wrote Allow Incomplete Jobs', '', [durable()], 'I'],
  ])('%s', async (_, directive, commits, end) => {
    const extra = `Job { Name = Breaks; JobDefs = Defaults; Reschedule Incomplete Jobs = no; ${directive} }`;
    await using director = await TestDirector.start({ conf: { extra }, script: lostAfter(commits) });
    const { jobId, status, text } = await director.outcome('Breaks', { level: 'Full' });
    expect(status).toBe(end);
    expect((await director.catalog.jobById(jobId))?.jobStatus).toBe(end);
    const termination = end === 'I' ? 'Backup failed -- Incomplete' : '*** Backup Error ***';
    expect(text).toMatch(new RegExp(`Termination: +${RegExp.escape(termination)}\n`));
  });
});

test('a job that is resumed is incomplete again when it breaks off before it has sent more; only cancel gives it up', async () => {
  const extra = 'Job { Name = Breaks; JobDefs = Defaults; Reschedule Incomplete Jobs = no }';
  await using director = await TestDirector.start({ conf: { extra }, script: lostAfter([durable()]) });
  const { jobId, status } = await director.outcome('Breaks', { level: 'Full' });
  expect(status).toBe('I');
  director.daemons.script = lostAfter([]);
  expect(await director.outcome('Breaks', { level: 'Full', resume: { jobId } })).toMatchObject({
    jobId,
    status: 'I',
  });
  const isOpen = Promise.withResolvers<void>();
  director.daemons.script = {
    ...HANGING,
    append: async (call) => {
      await openSession(call);
      isOpen.resolve();
      await call.take();
      finish(call, 'E', 'aborted');
    },
  };
  await director.run('Breaks', { level: 'Full', resume: { jobId } });
  await isOpen.promise;
  director.jobs.cancel(jobId, 'by hand');
  expect(await director.jobs.ended(jobId)).toBe('A');
});
