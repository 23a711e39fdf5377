import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupJob } from '../support/backup-job.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const command = (...words: string[]) => `"${words.join(' ').replace(/["\\]/g, '\\$&')}"`;
const shell = (script: string) => command('sh', '-c', `'${script}'`);

describe('scripts on the client', () => {
  const place = temporaryDirectory();
  const at = (name: string) => join(place.path, name);
  let held: SiteUnderTest;

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource: (directory) => {
        mkdirSync(directory);
        writeFileSync(join(directory, 'file'), 'x');
      },
      jobDirectives: `
        ClientRunBeforeJob = ${shell(`echo dumped > ${at('source-dump')}; echo before %n %l %c %S`)}
        ClientRunAfterJob = ${shell(`echo "after %e, files %F, bytes read %R, errors %E"`)}
        RunScript { Runs When = After; Runs On Client = yes; Runs On Success = no; Runs On Failure = yes
          Command = ${shell('echo never')} }`,
      directorConf: [
        backupJob(
          'Fails',
          `ClientRunBeforeJob = ${command('/bin/false')}
          RunScript { Runs When = After; Runs On Success = no; Runs On Failure = yes
            Command = ${shell('echo cleaned up, %e')} }`,
        ),
        backupJob(
          'GoesOn',
          `RunScript { Runs When = Before; Fail Job On Error = no; Command = ${command('/bin/false')} }`,
        ),
        backupJob('Missing', `ClientRunBeforeJob = ${command('/no/such/program')}`),
        backupJob(
          'Hangs',
          `RunScript { Runs When = Before; Timeout = 1
          Command = ${shell(`sleep 600 & echo $! > ${at('timed')}; wait`)} }`,
        ),
        backupJob(
          'Waits',
          `ClientRunBeforeJob = ${shell(`sleep 600 & echo $! > ${at('child')}; echo started; wait`)}`,
        ),
        backupJob(
          'Prints',
          `ClientRunBeforeJob = ${shell('head -c 1000000 /dev/zero | tr "\\\\0" x; echo; seq 20000')}`,
        ),
      ].join('\n'),
    });
  });
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  const run = (name: string) => held.console(`run job=${name} yes\nwait\nmessages\n`);

  it('run before the data and behind it, with their codes, and tell what they print', async () => {
    const output = await backUp(held, 'Full');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(output).toMatch(/site-fd JobId 1: shell command: run ClientRunBeforeJob "sh -c /);
    expect(output).toContain('ClientRunBeforeJob: before Backup Full site-fd\n');
    expect(output).toContain('ClientRunAfterJob: after OK, files 2, bytes read 1, errors 0\n');
    expect(output).not.toContain('never');
    expect(readFileSync(at('source-dump'), 'utf8')).toBe('dumped\n');
  });

  it('know the run that their job goes on from', async () => {
    const output = await backUp(held, 'Incremental');
    expect(output).toMatch(/ClientRunBeforeJob: before Backup Incremental site-fd Backup\.[-0-9._]+_01\n/);
  });

  it('that fail end the job before any data, and those for failure run', async () => {
    const output = await run('Fails');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(output).toContain(
      'Error: Runscript: ClientRunBeforeJob returned non-zero status=1. ERR=Child exited with code 1',
    );
    expect(output).toContain('ClientRunAfterJob: cleaned up, Fatal Error\n');
    expect(reported(output, 'SD Files Written')).toBe('0');
  });

  it('that may fail are an error in the messages, and the job goes on', async () => {
    const output = await run('GoesOn');
    expect(output).toContain('Error: Runscript: ClientRunBeforeJob returned non-zero status=1');
    expect(reported(output, 'Termination')).toBe('Backup OK -- with warnings');
    expect(reported(output, 'FD Files Written')).toBe('2');
  });

  it('that do not exist say so', async () => {
    const output = await run('Missing');
    expect(output).toContain('could not be run. ERR=Cannot run "/no/such/program": there is no such program');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
  });

  it('that hang are ended after their Timeout, with what they started', async () => {
    const output = await run('Hangs');
    expect(output).toContain('"sh" was ended after 1 seconds');
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(existsSync(`/proc/${readFileSync(at('timed'), 'utf8').trim()}`)).toBe(false);
  });

  it('are ended when the job is cancelled, with what they started', async () => {
    const started = await held.console('run job=Waits yes\n');
    const jobId = /JobId=(\d+)/.exec(started)![1]!;
    await expect.poll(() => existsSync(at('child')), { timeout: 20_000 }).toBe(true);
    const output = await held.console(`cancel jobid=${jobId} yes\nwait jobid=${jobId}\nmessages\n`);
    expect(reported(output, 'Termination')).toBe('Backup Canceled');
    const child = readFileSync(at('child'), 'utf8').trim();
    await expect.poll(() => existsSync(`/proc/${child}`), { timeout: 20_000 }).toBe(false);
  });

  it('that print a megabyte, in one line and in many, hold nothing up', async () => {
    const output = await run('Prints');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    expect(output).toContain('ClientRunBeforeJob: 20000\n');
    expect(/ClientRunBeforeJob: (x+)\n/.exec(output)![1]).toHaveLength(65_536);
  });

  it('run around a restore, too', async () => {
    expect(reported(await restoreAll(held), 'Termination')).toBe('Restore OK');
  });
});
