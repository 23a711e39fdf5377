import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../scratch-directory.ts';
import { TestDirector } from './test-director.ts';

/** Who got a mail about a job with these directives, and its status. */
async function mailed(directives: string, end?: 'cancelled'): Promise<{ to: string; status: string }> {
  const file = join(scratchDirectory(), 'mailed');
  const extra = `
Messages { Name = Mails
  Mail Command = "sh -c 'cat > /dev/null; echo %r >> ${file}'"
  Mail On Error = error@x = all
  Mail On Success = success@x = all
}
Job { Name = Mailing; Type = Admin; Client = peer-fd; FileSet = Gzip; Pool = Manual-Pool; Messages = Mails; ${directives} }`;
  await using director = await TestDirector.start({ conf: { extra } });
  const when = end && { when: new Date(Date.now() + 3_600_000) };
  const jobId = await director.run('Mailing', when);
  if (end) director.jobs.cancel(jobId, 'by hand');
  const status = await director.jobs.ended(jobId);
  return { to: readFileSync(file, 'utf8'), status };
}

test('mailonsuccess: mailed only if the job ended OK', async () => {
  expect(await mailed('')).toEqual({ to: 'success@x\n', status: 'T' });
  const warned = 'RunScript { Runs When = Before; Command = "dump" }'; // an Admin job contacts no client
  expect(await mailed(warned)).toEqual({ to: 'success@x\n', status: 'W' });
});

test('mailonerror: mailed only if the job did not end OK (status neither T nor W)', async () => {
  expect(await mailed('Run Before Job = /bin/false')).toEqual({ to: 'error@x\n', status: 'f' });
  expect(await mailed('', 'cancelled')).toEqual({ to: 'error@x\n', status: 'A' });
});

test('an After script that fails decides which of the two is mailed', async () => {
  expect(await mailed('Run After Job = /bin/false')).toEqual({ to: 'error@x\n', status: 'E' });
});
