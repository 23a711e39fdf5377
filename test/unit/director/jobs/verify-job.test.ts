import { expect, test } from 'vitest';
import type { RestoreStart, VolumeVerify } from '../../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { Script } from './fake-daemons.ts';
import { TestDirector } from './test-director.ts';

/** What the client is to compare, when a backup is verified at this level with these letters in the FileSet. */
async function compared(level: string, verify: string): Promise<VolumeVerify | undefined> {
  let start: RestoreStart | undefined;
  const script: Script = {
    async read(call) {
      await call.take();
      const opened = { ticketId: 't', ticketSecret: Buffer.alloc(32), deviceName: 'FileStorage' };
      call.answer({ event: { $case: 'opened', value: opened } });
      while (await call.take());
      const finished = { status: 'T', reason: '', blocks: 1, memberBytes: 500, errors: 0 };
      call.answer({ event: { $case: 'finished', value: finished } });
    },
    async restore(call) {
      for (let request = await call.take(); request; request = await call.take()) {
        if (request.command?.$case === 'start') start = request.command.value;
      }
      const totals = { files: 2, contentBytes: 2000, errors: 0, skipped: 0, differences: 0 };
      call.answer({ event: { $case: 'totals', value: totals } });
    },
  };
  const extra = `
FileSet { Name = Checked; Include { Options { ${verify} }
  File = /srv/data
} }
Job { Name = Check; Type = Verify; Level = ${level}; Client = peer-fd; FileSet = Checked; Storage = File1
  Messages = Standard; Pool = A-Full-Pool }`;
  await using director = await TestDirector.start({ conf: { extra }, script });
  await director.outcome('Gzip', { level: 'Full' });
  const { status, text } = await director.outcome('Check');
  expect(status, text).toBe('T');
  return start?.verify;
}

test.each([
  ['headers and attributes', 'verify = pug', { letters: 'pug', content: false }],
  [
    'data checksum when the verify option has a checksum letter',
    'verify = pug5',
    { letters: 'pug5', content: true },
  ],
])('VolumeToCatalog reads the volumes: %s', async (_, verify, expected) => {
  expect(await compared('VolumeToCatalog', verify)).toMatchObject(expected);
});

test.each(['', 'verify = pug'])(
  'Data reads the volumes and checks stored checksums and sizes of every file, whatever the letters: %s',
  async (verify) => {
    expect(await compared('Data', verify)).toMatchObject({ letters: '', content: true });
  },
);
