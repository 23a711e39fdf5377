import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon } from '../../tools/site.ts';
import { HAS_MAIL_SERVER, mailsArrived, startMailServer, type MailServer } from '../support/mail-server.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const HOUR_MS = 3_600_000;
/** A time of day that is far from now. */
const farTime = `${new Date(Date.now() + 12 * HOUR_MS).getHours()}:00`;

/** A Job that runs nothing but its scripts. */
const adminJob = (name: string, directives: string, messages = 'Standard') => `
Job {
  Name = ${name}
  Type = Admin
  Client = site-fd
  FileSet = Files
  Storage = File
  Pool = Full-Pool
  Messages = ${messages}
  ${directives}
}`;

const HOUSEKEEPING = `
  RunScript {
    Runs When = Before
    Runs On Client = no
    Console = "prune expired volume yes"
    Console = "truncate allpools storage=File"
  }
  Console Run After Job = "status dir"`;

const makeSource = (directory: string) => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'a'), randomBytes(300_000));
};

describe('Admin jobs', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource,
      poolDirectives: 'Maximum Volume Jobs = 1\n Action On Purge = Truncate',
      directorConf: [
        `Schedule { Name = Nightly; Catch Up = yes; Run = at ${farTime} }`,
        adminJob('Housekeeping', HOUSEKEEPING),
        adminJob('Scheduled', 'Schedule = Nightly\n Console Run Before Job = "time"'),
        adminJob('Asks', 'Console Run Before Job = "purge"'),
        adminJob('Starts', 'Console Run Before Job = "run job=Backup yes"'),
      ].join('\n'),
    });
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  const run = (name: string) => held.console(`run job=${name} yes\nwait\nmessages\n`);

  it('prune what has expired and give its disk space back', async () => {
    const volume = join(held.site.volumesDirectory, 'Full-0001');
    for (let job = 0; job < 2; job++) await backUp(held, 'Full');
    const full = statSync(volume).size;
    await held.console('update volume=Full-0001 volretention=1s\n');
    await expect
      .poll(() => held.console('prune volume=Full-0001 dryrun\n'), { timeout: 20_000 })
      .toContain('would go');
    const output = await run('Housekeeping');
    expect(output).toContain('console command: run BeforeJob "prune expired volume yes"');
    expect(output).toMatch(/BeforeJob: .*"Full-0001"/);
    expect(output).toContain('console command: run BeforeJob "truncate allpools storage=File"');
    expect(output).toMatch(/AfterJob: site-dir Version:/);
    expect(reported(output, 'Termination')).toBe('Admin OK');
    expect(statSync(volume).size).toBeLessThan(full / 2);
    expect(await held.console('list volumes pool=Full-Pool\n')).toMatch(/Full-0001 +\| Purged/);
    expect(await held.console('list joblog jobid=3\n')).toContain('truncate allpools storage=File');
  });

  it('fail when a command of theirs asks a question, or may not be given by a script', async () => {
    const asks = await run('Asks');
    expect(asks).toContain('and a script cannot answer');
    expect(reported(asks, 'Termination')).toBe('*** Admin Error ***');
    const starts = await run('Starts');
    expect(starts).toContain('a script may not give the command "run"');
    expect(reported(starts, 'Termination')).toBe('*** Admin Error ***');
  });

  it('run when their Schedule says', async () => {
    await stopDaemon(held.site, 'noctule-dir');
    const since = new Date(Date.now() - 24 * HOUR_MS).toISOString();
    writeFileSync(join(held.site.directory, 'director', 'site-dir.schedules'), `${since}\n`);
    await startDaemon(held.site, 'noctule-dir');
    const output = await held.console('wait\nmessages\n');
    expect(output).toContain('console command: run BeforeJob "time"');
    expect(reported(output, 'Termination')).toBe('Admin OK');
  });
});

describe.skipIf(!HAS_MAIL_SERVER)("mails of jobs (skipped without Debian's python3-aiosmtpd)", () => {
  const place = temporaryDirectory();
  let server: MailServer;
  let held: SiteUnderTest;
  beforeAll(async () => {
    server = await startMailServer(join(place.path, 'mails'));
    const destinations = `
      console = all
      mail = every@localhost = all
      mailonerror = bad@localhost = all
      mailonsuccess = good@localhost = all`;
    held = await siteUnderTest({
      makeSource,
      directorConf: [
        adminJob('Good', 'Run Before Job = "/bin/echo Größe"', 'Mailed'),
        adminJob('Bad', 'Run Before Job = "/bin/false"', 'Mailed'),
        adminJob('Unmailed', '', 'Nowhere'),
        `Messages {\n Name = Mailed\n Mail Server = "${server.address}"\n${destinations}\n}`,
        `Messages {\n Name = Nowhere\n Mail Server = "127.0.0.1:1"\n${destinations}\n}`,
      ].join('\n'),
    });
  });
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  const run = (name: string) => held.console(`run job=${name} yes\nwait\nmessages\n`);

  it('arrive with the report: one to each destination that is meant, for success or for error', async () => {
    await run('Good');
    await run('Bad');
    const mails = await mailsArrived(server, 4);
    expect(mails.map(({ to, headers }) => [to[0], headers.get('subject')])).toEqual([
      ['every@localhost', 'Noctule: Admin OK of site-fd'],
      ['good@localhost', 'Noctule: Admin OK of site-fd'],
      ['every@localhost', 'Noctule: Admin Fatal Error of site-fd'],
      ['bad@localhost', 'Noctule: Admin Fatal Error of site-fd'],
    ]);
    expect(mails[0]!.text).toContain('BeforeJob: Größe\n');
    expect(reported(mails[0]!.text, 'Termination')).toBe('Admin OK');
    expect(reported(mails[3]!.text, 'Termination')).toBe('*** Admin Error ***');
  });

  it('that cannot be sent do no harm to the job, and the console says so', async () => {
    const output = await run('Unmailed');
    expect(reported(output, 'Termination')).toBe('Admin OK');
    expect(output + (await held.console('messages\n'))).toMatch(
      /Error: No mail to every@localhost about JobId 3: the mail server 127\.0\.0\.1:1 cannot be reached/,
    );
  });
});
