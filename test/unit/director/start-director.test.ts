import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCatalog } from '../../../catalog/catalog.ts';
import { openCatalogOf } from '../../../director/open-catalog.ts';
import { startDirector } from '../../../director/start-director.ts';
import {
  DirectorServiceClient,
  type ConsoleRequest,
  type ConsoleResponse,
} from '../../../proto/noctule/director/v1/director.ts';
import { connect } from '../../../transport/channel.ts';
import { receiveAll, StreamWriter } from '../../../transport/streams.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { siteConf } from './site.ts';

/** A Director with a listener of its own, and what it wrote to its log. */
class StartedDirector implements AsyncDisposable {
  readonly directory: string;
  readonly port: number;
  readonly logged: string[] = [];
  #stop: () => Promise<void> = async () => {};
  #reload: () => Promise<void> = async () => {};

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  static async start(directory = scratchDirectory(), extra = '', inDirector = ''): Promise<StartedDirector> {
    const started = new StartedDirector(directory, await freePort());
    const conf = siteConf(directory, { extra, director: `Dir Port = ${started.port}; ${inDirector}` });
    const note = (text: string) => void started.logged.push(text);
    const context = {
      log: { info: note, warn: note, error: note, debug() {}, debugging: { level: 0, trace: false } },
      confFile: path.join(directory, 'noctule-dir.conf'),
      signal: new AbortController().signal,
    };
    const running = await startDirector(conf, context, openCatalogOf(conf));
    started.#stop = () => running.stop();
    started.#reload = async () => running.reload?.();
    return started;
  }

  reload(): Promise<void> {
    return this.#reload();
  }

  /** Everything the Director says to a console that gives these commands. `meanwhile`: before it gives the first. */
  async console(
    login: { name: string; password: string },
    lines: string[],
    meanwhile?: () => Promise<void>,
  ): Promise<string> {
    using connection = connect(DirectorServiceClient, {
      host: '127.0.0.1',
      port: this.port,
      self: { role: 'console', name: login.name },
      peerKind: 'Director',
      peerName: 'peer-dir',
      secret: { password: login.password },
    });
    await connection.ready(10_000);
    const call = connection.client.console();
    const writer = new StreamWriter<ConsoleRequest>(call);
    const responses = receiveAll<ConsoleResponse>(call, new AbortController().signal);
    await writer.write({
      input: {
        $case: 'hello',
        value: { interactive: false, columns: 80, rows: 0, version: '', canBrowse: false },
      },
    });
    let text = '';
    for await (const { output } of responses) {
      if (output?.$case === 'welcome') {
        await meanwhile?.();
        for (const value of [...lines, 'quit']) await writer.write({ input: { $case: 'line', value } });
      }
      if (output?.$case === 'text') text += output.value;
      if (output?.$case === 'goodbye') writer.end();
    }
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const DEFAULT = { name: '*UserAgent*', password: 'dirpw' };

describe('a Director', () => {
  test('lets the default console in, which proves its password', async () => {
    await using director = await StartedDirector.start();
    expect(await director.console(DEFAULT, ['status dir'])).toContain('peer-dir Version:');
  });

  test('refuses a wrong password on both sides with a sentence', async () => {
    await using director = await StartedDirector.start();
    const wrong = director.console({ ...DEFAULT, password: 'wrong' }, []);
    await expect(wrong).rejects.toThrow('refused the password');
    expect(director.logged.join('\n')).toMatch(/\*UserAgent\*/);
  });

  test('says under Security who was refused, and under Terminate that it stops', async () => {
    const directory = scratchDirectory();
    const at = (name: string) => path.join(directory, name);
    const lines = ['Security', 'Terminate', 'Info'].map((type) => `append = "${at(type)}" = ${type}`);
    const extra = `Messages { Name = Daemon\n ${lines.join('\n ')}\n }`;
    {
      await using director = await StartedDirector.start(directory, extra, 'Messages = Daemon;');
      await director.console({ ...DEFAULT, password: 'wrong' }, []).catch(() => {});
    }
    const said = (name: string) => readFile(at(name), 'utf8');
    expect(await said('Security')).toMatch(/^\S+ \S+ peer-dir JobId 0: Security Alert: .*\*UserAgent\*.*\n$/);
    expect(await said('Terminate')).toMatch(/^\S+ \S+ peer-dir JobId 0: The Director stops\.\n$/);
  });

  test('lets a named console do what its resource allows', async () => {
    const directory = scratchDirectory();
    const resource = 'Console { Name = operator; Password = oppw; CommandACL = status; JobACL = Gz* }';
    await using director = await StartedDirector.start(directory, resource);
    const operator = { name: 'operator', password: 'oppw' };
    const text = await director.console(operator, ['status dir', 'run job=Gzip yes']);
    expect(text).toContain('peer-dir Version:');
    expect(text).toContain('run: Console "operator" has no right to Command "run".');
    expect(await director.console(DEFAULT, ['list jobs'])).toContain('No results to list.');
  });

  test('takes no more consoles at once than Maximum Console Connections, and says so', async () => {
    await using director = await StartedDirector.start(
      scratchDirectory(),
      '',
      'Maximum Console Connections = 1',
    );
    const text = await director.console(DEFAULT, ['version'], async () => {
      await expect(director.console(DEFAULT, ['version'])).rejects.toMatchObject({
        code: 'DIR_TOO_MANY_CONSOLES',
        message: 'Director "peer-dir" takes no more consoles: it has 1, its Maximum Console Connections',
      });
    });
    expect(text).toContain('peer-dir Version:');
    expect(await director.console(DEFAULT, ['version'])).toContain('peer-dir Version:');
  });

  test('marks what was running when it died as failed, and says so', async () => {
    const directory = scratchDirectory();
    {
      await using catalog = await openCatalog(path.join(directory, 'MyCatalog.db'));
      const clientId = await catalog.syncClient({
        name: 'peer-fd',
        autoPrune: true,
        fileRetention: 1,
        jobRetention: 1,
      });
      const job = 'Gzip.2026-11-21_03.39.53_06';
      const row = { job, name: 'Gzip', type: 'B', level: 'F', clientId, schedTime: new Date(), status: 'C' };
      const jobId = await catalog.createJob(row);
      await catalog.setJob(jobId, { jobStatus: 'R', startTime: new Date() });
    }
    await using director = await StartedDirector.start(directory);
    expect(director.logged.join('\n')).toContain('JobId 1, Job=Gzip.2026-11-21_03.39.53_06, had not ended');
    const text = await director.console(DEFAULT, ['list jobs', 'list joblog jobid=1', 'messages']);
    expect(text).toMatch(/\| Gzip .*\| f /);
    expect(text).toContain('It is marked as failed.');
  });

  test('mails about the jobs that it had when it died, with what had been collected, each once', async () => {
    const directory = scratchDirectory();
    const mailed = path.join(directory, 'mailed');
    const mailer = path.join(directory, 'mailer');
    writeFileSync(mailer, `#!/bin/sh\n{ echo "[$*]"; cat; } >> ${mailed}\n`, { mode: 0o755 });
    const extra = `
Messages { Name = Mailed
  mailcommand = "${mailer} %r %e %n %l %c %i"
  mailonsuccess = good@x = all
  mailonerror = bad@x = all
  mail = every@x = all }
Job { Name = "My Job"; JobDefs = Defaults; Messages = Mailed }`;
    const unique = (number: number) => `My_Job.2026-11-21_03.39.53_0${number}`;
    {
      await using catalog = await openCatalog(path.join(directory, 'MyCatalog.db'));
      const times = { autoPrune: true, fileRetention: 1, jobRetention: 1 };
      const clientId = await catalog.syncClient({ name: 'peer-fd', ...times });
      const row = { name: 'My Job', type: 'B', level: 'F', clientId, schedTime: new Date(), status: 'C' };
      for (const number of [1, 2, 3, 4]) await catalog.createJob({ ...row, job: unique(number) });
      // The first ran, the second waited. The third had just ended, the mail of the fourth was on its way.
      await catalog.setJob(1, { jobStatus: 'R', startTime: new Date() });
      const totals = { jobFiles: 0, jobBytes: 0, readBytes: 0, jobErrors: 0, endTime: new Date() };
      for (const jobId of [3, 4]) await catalog.endJob(jobId, { jobStatus: 'T', ...totals });
    }
    const spool = (name: string, text: string) => writeFileSync(path.join(directory, name), text);
    spool(`${unique(1)}.2.noctule-mail`, 'it began\n');
    spool(`${unique(1)}.3.noctule-mail`, 'it began\n');
    spool(`${unique(3)}.1.noctule-mail`, 'Backup OK\n');
    spool(`${unique(4)}.1.noctule-mail-sending`, 'sent or not\n');
    spool('Unknown.2026-11-21_03.39.53_09.1.noctule-mail', 'of nobody\n');
    {
      await using _director = await StartedDirector.start(directory, extra);
      const isThere = (text: string) =>
        readFile(mailed, 'utf8').then(
          (all) => all.includes(text),
          () => false,
        );
      while (!(await isThere('Backup OK'))) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await using _again = await StartedDirector.start(directory, extra);
    const mails = (await readFile(mailed, 'utf8')).split(/^(?=\[)/m);
    const said = (number: number) =>
      `JobId ${number}, Job=${unique(number)}, had not ended when the Director died.`;
    expect(mails.map((mail) => mail.split('\n')[0])).toEqual([
      '[bad@x Fatal Error My Job Full peer-fd 1]',
      '[every@x Fatal Error My Job Full peer-fd 1]',
      '[bad@x Fatal Error My Job Full peer-fd 2]',
      '[every@x Fatal Error My Job Full peer-fd 2]',
      '[good@x OK My Job Full peer-fd 3]',
    ]);
    expect(mails[0]).toMatch(/^it began$/m);
    for (const [index, number] of [1, 1, 2, 2].entries()) expect(mails[index]).toContain(said(number));
    expect(readdirSync(directory).filter((name) => name.includes('noctule-mail'))).toEqual([]);
  });

  test('reads its conf again: all of it, or nothing', async () => {
    await using director = await StartedDirector.start();
    const file = path.join(director.directory, 'noctule-dir.conf');
    const good = await readFile(file, 'utf8');
    writeFileSync(file, good.replace('Name = A-Diff-Pool; Pool Type', 'Name = A-Diff-Pool; Pool Typo'));
    await expect(director.reload()).rejects.toThrow('the old one stays in force');
    expect(director.logged.at(-1)).toContain('The conf was not read again; the old one stays in force.');
    expect(director.logged.at(-1)).toMatch(/noctule-dir\.conf:\d+:\d+: /);
    writeFileSync(file, `${good}\nPool { Name = Brand-New; Pool Type = Backup }\n`);
    await director.reload();
    expect(director.logged.at(-1)).toContain('The conf was read again');
    expect(await director.console(DEFAULT, ['list pools'])).toContain('Brand-New');
  });

  test('does not change what it cannot change while it runs', async () => {
    await using director = await StartedDirector.start();
    const file = path.join(director.directory, 'noctule-dir.conf');
    writeFileSync(file, (await readFile(file, 'utf8')).replace('Name = peer-dir', 'Name = other-dir'));
    await expect(director.reload()).rejects.toThrow('the old one stays in force');
    expect(director.logged.at(-1)).toContain(
      'the Name of the Director changes from "peer-dir" to "other-dir"',
    );
  });

  test('is not started with two Catalogs', async () => {
    const two = StartedDirector.start(scratchDirectory(), 'Catalog { Name = Second; dbname = x }');
    await expect(two).rejects.toThrow('two Catalogs, "MyCatalog" and "Second"');
  });
});
