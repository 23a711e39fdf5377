import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ConsoleSession } from '../../../console/console-session.ts';
import { DirectorSilent } from '../../../console/console-errors.ts';
import { StreamLines } from '../../../console/line-source.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fakeDirector } from '../director/console/fake-director.ts';
import { runConsole } from './console-under-test.ts';

const GREETING =
  '1000 OK: 103 peer-dir Version: 0.1.0 (21 November 2026)\nEnter a period to cancel a command.\n';

describe('a console session', () => {
  it('greets, echoes each command behind its prompt, and ends with the input', async () => {
    const { screen } = await runConsole(fakeDirector(), ['.clients', 'run job=Gzip', 'no']);
    expect(screen).toContain(`${GREETING}*.clients\npeer-fd\n*run job=Gzip\n`);
    expect(screen).toMatch(/OK to run\? \(yes\/mod\/no\): no\nJob not run\.\n$/);
  });

  it('ends at quit, with lines left', async () => {
    const { screen } = await runConsole(fakeDirector(), ['quit', '.clients']);
    expect(screen).toBe(`${GREETING}*quit\n`);
  });

  it('lets the last command finish when the input ends', async () => {
    const director = fakeDirector();
    const waited = Promise.withResolvers<void>();
    const idle = async () => waited.promise;
    const input = new PassThrough();
    input.end('run job=Gzip yes\nwait');
    setTimeout(waited.resolve, 50);
    const { screen } = await runConsole(
      { ...director, jobs: { ...director.jobs, idle } },
      new StreamLines(input),
    );
    expect(screen).toMatch(/\*wait\n$/);
  });

  it('tells whether the last command succeeded', async () => {
    const succeeded = async (...lines: string[]) => (await runConsole(fakeDirector(), lines)).succeeded;
    expect(await succeeded('time')).toBe(true);
    expect(await succeeded('time', 'nonsense')).toBe(false);
    expect(await succeeded('nonsense', 'time')).toBe(true);
    expect(await succeeded('run job=Gzip')).toBe(false);
  });

  it('prints answers alone when it is quiet, but shows questions with what answered them', async () => {
    const { screen } = await runConsole(fakeDirector(), ['.clients', 'label', '.'], { quiet: true });
    expect(screen).toMatch(/^peer-fd\nAutomatically selected Catalog/);
    expect(screen).toMatch(/Enter new Volume name: \.\n$/);
    expect(screen).not.toContain('*');
  });

  it('gives up when the Director says nothing for too long', async () => {
    const director = fakeDirector();
    const running = runConsole({ ...director, jobs: { ...director.jobs, idle: untilAborted } }, ['wait'], {
      timeoutSeconds: 1,
    });
    await expect(running).rejects.toThrow(DirectorSilent);
  });

  it('says that the Director has gone in the middle', async () => {
    const director = fakeDirector();
    let closeServer = () => Promise.resolve();
    const idle = (signal?: AbortSignal) => {
      void closeServer();
      return untilAborted(signal);
    };
    const running = runConsole({ ...director, jobs: { ...director.jobs, idle } }, ['wait'], {
      onServer: (server) => {
        closeServer = () => server.close();
      },
    });
    await expect(running).rejects.toThrow(/Director "peer-dir" at 127\.0\.0\.1:\d+/);
  });

  it('asks for completions while a line is typed', async () => {
    let session: ConsoleSession | undefined;
    const typed = Promise.withResolvers<string | undefined>();
    const source = {
      echoes: true,
      next: () => typed.promise,
      [Symbol.dispose]: () => undefined,
    };
    const running = runConsole(fakeDirector(), source, {
      onSession: (one) => {
        session = one;
      },
    });
    await expect.poll(() => session?.complete('sta')).toEqual(['status']);
    // Each of two at once gets its own answer.
    expect(await Promise.all([session?.complete('wai'), session?.complete('mess')])).toEqual([
      ['wait'],
      ['messages'],
    ]);
    typed.resolve('quit');
    expect((await running).screen).toContain('*quit\n');
  });
});

describe('@-commands', () => {
  it('write to a file instead of the screen, with the lines that were read, until told otherwise', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'out');
    const { screen } = await runConsole(fakeDirector(), [`@output ${file}`, '.clients', '@output', '.pools']);
    expect(readFileSync(file, 'utf8')).toBe(`*.clients\npeer-fd\n*@output\n`);
    expect(screen).toBe(`${GREETING}*@output ${file}\n*.pools\nA-Incr-Pool\nA-Full-Pool\n`);
  });

  it('write to a file as well', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'a file');
    const { screen } = await runConsole(fakeDirector(), [`@tee "${file}"`, '.clients', '@tee', 'quit']);
    expect(readFileSync(file, 'utf8')).toBe('*.clients\npeer-fd\n*@tee\n');
    expect(screen).toContain('*.clients\npeer-fd\n*@tee\n*quit\n');
  });

  it('read commands from files, which may read others', async () => {
    using directory = temporaryDirectory();
    const outer = join(directory.path, 'outer');
    const inner = join(directory.path, 'inner');
    writeFileSync(outer, `.clients\n@input ${inner}\n@echo outer ends\n`);
    writeFileSync(inner, '@echo inner\n');
    const { screen } = await runConsole(fakeDirector(), [`@input ${outer}`, '@echo given']);
    expect(screen.replace(/\*@.*\n/g, '')).toBe(`${GREETING}*.clients\npeer-fd\ninner\nouter ends\ngiven\n`);
  });

  it('end when a file reads itself', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'self');
    writeFileSync(file, `@input ${file}\n`);
    const { screen } = await runConsole(fakeDirector(), [`@input ${file}`, 'quit']);
    expect(screen).toContain(`@input: ${file} is not read: too many files are read by one another\n`);
    expect(screen).toMatch(/\*quit\n$/);
  });

  it('take lines apart at a separator outside quotes', async () => {
    const { screen } = await runConsole(fakeDirector(), [
      '@separator ;',
      '.clients; sql SELECT "a;b";.types type',
      'quit',
    ]);
    expect(screen).toContain('*.clients; sql SELECT "a;b";.types type\npeer-fd\n');
    expect(screen).toContain('| SELECT "a;b" |');
  });

  it('sleep, tell time and version, run programs, and are themselves comments', async () => {
    const { screen } = await runConsole(fakeDirector(), [
      '@sleep 0.01',
      '@time',
      '@version',
      '@exec "echo one; exit 3"',
      '@# a comment',
      '@help',
      '@quit',
      '.clients',
    ]);
    expect(screen).toMatch(/\*@time\n\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d\n/);
    expect(screen).toContain('nconsole Version: 0.1.0');
    expect(screen).toContain(
      '*@exec "echo one; exit 3"\none\n@exec: "echo one; exit 3" ended with status 3\n*@# a comment\n*@help',
    );
    expect(screen).toContain('@separator CHAR');
    expect(screen).toMatch(/\*@quit\n$/);
  });

  it.each([
    ['@frobnicate', '@frobnicate: there is no such command; @help lists them.'],
    ['@encode x', '@encode: no command here takes encoded text: write names in quotes, as they are.'],
    ['@zed_keys', '@zed_keys: there is one set of keys: those of the shell.'],
    ['@input /no/such/file', "@input: ENOENT: no such file or directory, open '/no/such/file'"],
    ['@output /no/such/file', "@output: ENOENT: no such file or directory, open '/no/such/file'"],
    ['@sleep long', '@sleep: "long" is no number of seconds'],
    ['@separator a', '@separator: "a" cannot be a separator: take one of ; | , & ! :'],
  ])('say what is wrong with %s, and go on', async (line, answer) => {
    const { screen } = await runConsole(fakeDirector(), [line, '.clients']);
    expect(screen).toContain(`${answer}\n*.clients\npeer-fd\n`);
  });
});

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
}
