import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Catalog } from '../../../../catalog/catalog.ts';
import { ConsoleStore } from '../../../../director/messages/console-store.ts';
import { JobMessages } from '../../../../director/messages/job-messages.ts';
import { MessageOutlets } from '../../../../director/messages/outlets.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const AT = new Date(2026, 10, 21, 3, 42);

let directory: string;
let mailed: string;
let logged: { jobId: number; time: Date; text: string }[];
let complaints: string[];
let consoleStore: ConsoleStore;

beforeEach(async () => {
  directory = scratchDirectory();
  mailed = path.join(directory, 'mailed');
  logged = [];
  complaints = [];
  consoleStore = await ConsoleStore.open(path.join(directory, 'conmsg'));
  const mailer = path.join(directory, 'mailer');
  await writeFile(mailer, `#!/bin/sh\n{ for word in "$@"; do echo "[$word]"; done; cat; } >> ${mailed}\n`);
  await chmod(mailer, 0o755);
});

function messages(destinations: string): JobMessages {
  const conf = siteConf(directory, { extra: `Messages {\n Name = Test\n${destinations}\n}` });
  const catalog = { appendLog: async (entries: typeof logged) => void logged.push(...entries) };
  const outlets = new MessageOutlets({
    consoleStore,
    catalog: catalog as unknown as Catalog,
    log: {
      info() {},
      warn() {},
      error: (text) => complaints.push(text),
      debug() {},
      debugging: { level: 0, trace: false },
    },
    directorName: 'peer-dir',
    signal: new AbortController().signal,
  });
  return new JobMessages({
    jobId: 9,
    job: 'Gzip.2026-11-21_03.42.16_31',
    directorName: 'peer-dir',
    resource: named(conf.messages, 'Test'),
    outlets,
    workingDirectory: directory,
    codes: () => ({ e: 'OK', n: 'Gzip "quoted" $(name)', c: 'peer-fd', l: 'Full', t: 'Backup' }),
  });
}

describe('the messages of a job', () => {
  test('have the form of Bacula, also with several lines', async () => {
    const job = messages('console = all');
    await job.add('Info', 'Start Backup JobId 9, Job=Gzip.2026-11-21_03.42.16_31', { at: AT });
    await job.add('Mount', 'Job is waiting.\nPlease use the "label" command', { at: AT, from: 'peer-sd' });
    await job.add('Fatal', 'no way', { at: AT });
    await job.add('Error', 'Noctule peer-dir:\n  Termination: ...\n', { at: AT });
    expect(await consoleStore.take()).toBe(
      [
        '21-Nov 03:42 peer-dir JobId 9: Start Backup JobId 9, Job=Gzip.2026-11-21_03.42.16_31',
        '21-Nov 03:42 peer-sd JobId 9: Job is waiting.',
        'Please use the "label" command',
        '21-Nov 03:42 peer-dir JobId 9: Fatal error: no way',
        '21-Nov 03:42 peer-dir JobId 9: Error: Noctule peer-dir:',
        '  Termination: ...',
        '',
        '',
      ].join('\n'),
    );
  });

  test('go to each destination that takes their type, and to no other', async () => {
    const file = path.join(directory, 'job.log');
    const job = messages(`console = all, !skipped\n catalog = fatal, error\n append = "${file}" = warning`);
    await job.add('Skipped', 'a socket', { at: AT });
    await job.add('Warning', 'slow', { at: AT });
    await job.add('Error', 'bad', { at: AT });
    expect(await consoleStore.take()).not.toContain('socket');
    expect(logged.map(({ jobId, text }) => ({ jobId, text }))).toEqual([
      { jobId: 9, text: 'peer-dir JobId 9: Error: bad\n' },
    ]);
    expect(await readFile(file, 'utf8')).toBe('21-Nov 03:42 peer-dir JobId 9: Warning: slow\n');
  });

  test('about single files are in the catalog when the job is finished, though nothing was said after them', async () => {
    const job = messages('catalog = restored, skipped');
    await job.add('Restored', '/one', { at: AT });
    await job.add('Skipped', '/two', { at: AT });
    expect(logged).toEqual([]);
    await job.finish({ endedWell: false });
    expect(logged.map(({ text }) => text)).toEqual(['peer-dir JobId 9: /one\n', 'peer-dir JobId 9: /two\n']);
  });

  test('about single files stand in the catalog before what was said after them', async () => {
    const job = messages('catalog = all');
    await job.add('Info', 'begin', { at: AT });
    await job.add('Restored', '/one', { at: AT });
    await job.add('Restored', '/two', { at: AT });
    await job.add('Warning', 'slow', { at: AT });
    expect(logged.map(({ text }) => text)).toEqual([
      'peer-dir JobId 9: begin\n',
      'peer-dir JobId 9: /one\n',
      'peer-dir JobId 9: /two\n',
      'peer-dir JobId 9: Warning: slow\n',
    ]);
  });

  test('that a file was not saved is in the catalog at once', async () => {
    const job = messages('catalog = all');
    await job.add('NotSaved', '/one', { at: AT });
    expect(logged).toHaveLength(1);
  });

  test('for a file begin it anew, and go on in it until the Director ends', async () => {
    const file = path.join(directory, 'begun.log');
    await writeFile(file, 'of an earlier Director\n');
    const job = messages(`file = "${file}" = all`);
    await job.add('Info', 'one', { at: AT });
    await job.add('Info', 'two', { at: AT });
    expect(await readFile(file, 'utf8')).toBe(
      '21-Nov 03:42 peer-dir JobId 9: one\n21-Nov 03:42 peer-dir JobId 9: two\n',
    );
  });

  test.each(['stdout', 'stderr'] as const)('for %s are written there', async (stream) => {
    const write = vi.spyOn(process[stream], 'write').mockReturnValue(true);
    await messages(`${stream} = error`).add('Error', 'bad', { at: AT });
    const written = write.mock.calls.map(([text]) => text);
    write.mockRestore();
    expect(written).toEqual(['21-Nov 03:42 peer-dir JobId 9: Error: bad\n']);
  });

  test('for syslog go to logger with the name of the Director and how bad it is, and no date: it has its own', async () => {
    const bin = path.join(directory, 'bin');
    mkdirSync(bin);
    await writeFile(path.join(bin, 'logger'), `#!/bin/sh\n{ echo "[$*]"; cat; } >> ${mailed}\n`, {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
    const job = messages('syslog = all, !skipped');
    await job.add('Warning', 'slow; $(rm x)', { at: AT });
    await job.add('Skipped', 'a socket', { at: AT });
    await job.add('Fatal', 'no way', { at: AT });
    await job.add('Info', 'done', { at: AT });
    vi.unstubAllEnvs();
    expect((await readFile(mailed, 'utf8')).split('\n')).toEqual([
      '[-t peer-dir -p daemon.warning]',
      'peer-dir JobId 9: Warning: slow; $(rm x)',
      '[-t peer-dir -p daemon.err]',
      'peer-dir JobId 9: Fatal error: no way',
      '[-t peer-dir -p daemon.info]',
      'peer-dir JobId 9: done',
      '',
    ]);
  });

  test('for syslog have the facility that the line names', async () => {
    const bin = path.join(directory, 'bin');
    mkdirSync(bin);
    await writeFile(path.join(bin, 'logger'), `#!/bin/sh\necho "[$*]" >> ${mailed}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
    await messages('syslog = local3 = all').add('Error', 'bad', { at: AT });
    vi.unstubAllEnvs();
    expect(await readFile(mailed, 'utf8')).toBe('[-t peer-dir -p local3.err]\n');
  });

  test.each([
    ['Fatal', 'Fatal error: x'],
    ['Error', 'Error: x'],
    ['Warning', 'Warning: x'],
    ['Security', 'Security Alert: x'],
    ['Abort', 'Abort: x'],
    ['Info', 'x'],
    ['Mount', 'x'],
    ['NotSaved', 'x'],
  ] as const)('of type %s begin with the word for it, or none: "%s"', async (type, text) => {
    await messages('catalog = all').add(type, 'x', { at: AT });
    expect(logged.map((entry) => entry.text)).toEqual([`peer-dir JobId 9: ${text}\n`]);
  });

  test('of the types Debug, Saved and Events are not among "all"', async () => {
    const job = messages('console = all\n catalog = saved');
    await job.add('Saved', '/etc/passwd', { at: AT });
    expect(consoleStore.pending).toBe(false);
    await job.finish({ endedWell: true });
    expect(logged).toHaveLength(1);
  });

  test('are counted by type', async () => {
    const job = messages('console = all');
    await job.add('Warning', 'a');
    await job.add('Warning', 'b');
    await job.add('NotSaved', 'c');
    expect(job.count('Warning')).toBe(2);
    expect(job.count('Error', 'NotSaved')).toBe(1);
  });

  test('are mailed once, at the end, with the codes filled in and no shell near them', async () => {
    const job = messages(
      `mailcommand = "${directory}/mailer -s \\"%t %e of %c %l\\" %n %r"\n mail = root@localhost, ops@localhost = all`,
    );
    await job.add('Info', 'one', { at: AT });
    await job.add('Info', 'two', { at: AT });
    expect(existsSync(mailed)).toBe(false);
    await job.finish({ endedWell: true });
    expect(await readFile(mailed, 'utf8')).toBe(
      [
        '[-s]',
        '[Backup OK of peer-fd Full]',
        '[Gzip "quoted" $(name)]',
        '[root@localhost]',
        '[ops@localhost]',
        '21-Nov 03:42 peer-dir JobId 9: one',
        '21-Nov 03:42 peer-dir JobId 9: two',
        '',
      ].join('\n'),
    );
    expect(readdirSync(directory).filter((name) => name.endsWith('mail'))).toEqual([]);
  });

  test('are not mailed when there was none of the types that the line asks for', async () => {
    const job = messages(`mailcommand = "${directory}/mailer %r"\n mail = root@localhost = error, fatal`);
    await job.add('Info', 'all is well', { at: AT });
    await job.finish({ endedWell: true });
    expect(existsSync(mailed)).toBe(false);
  });

  test.each([
    [true, 'mailonsuccess'],
    [false, 'mailonerror'],
  ])('for success and for error are mailed only when the job ended so (%s)', async (endedWell, kind) => {
    const job = messages(
      `mailcommand = "${directory}/mailer %r"\n mailonerror = mailonerror@x = all\n mailonsuccess = mailonsuccess@x = all`,
    );
    await job.add('Info', 'done', { at: AT });
    await job.finish({ endedWell });
    expect((await readFile(mailed, 'utf8')).split('\n')[0]).toBe(`[${kind}@x]`);
  });

  test('for an operator are mailed at once, one by one, by the Operator Command', async () => {
    const job = messages(
      `mailcommand = "/no/such/program"\n operatorcommand = "${directory}/mailer %r"\n operator = op@x = mount`,
    );
    await job.add('Mount', 'Please mount', { at: AT });
    const first = '[op@x]\n21-Nov 03:42 peer-dir JobId 9: Please mount\n';
    expect(await readFile(mailed, 'utf8')).toBe(first);
    await job.add('Mount', 'Still waiting', { at: AT });
    expect(await readFile(mailed, 'utf8')).toBe(
      `${first}[op@x]\n21-Nov 03:42 peer-dir JobId 9: Still waiting\n`,
    );
  });

  test('leave a code that nobody knows as it stands in the command', async () => {
    const job = messages(`mailcommand = "${directory}/mailer %Z %% %r"\n mail = root@localhost = all`);
    await job.add('Info', 'x', { at: AT });
    await job.finish({ endedWell: true });
    expect((await readFile(mailed, 'utf8')).split('\n').slice(0, 3)).toEqual([
      '[%Z]',
      '[%]',
      '[root@localhost]',
    ]);
  });

  test('that cannot be delivered cost a line in the log, once, and nothing else', async () => {
    const job = messages(
      `console = all\n append = "${directory}/none/job.log" = all\n mail server = "localhost:1"\n mail = root@localhost = all`,
    );
    await job.add('Info', 'one');
    await job.add('Info', 'two');
    await job.finish({ endedWell: true });
    const shown = await consoleStore.take();
    expect(shown).toContain('two');
    expect(shown).toContain('Error: No mail to root@localhost about JobId 9: ');
    expect(complaints).toHaveLength(2);
    expect(complaints[0]).toContain('none/job.log');
    expect(complaints[1]).toMatch(
      /^No mail to root@localhost about JobId 9: the mail server localhost:1 cannot be reached: .*ECONNREFUSED/,
    );
  });
});
