import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fakeDirector, type FakeDirector } from '../director/console/fake-director.ts';
import { PASSWORD, serveDirector } from './console-under-test.ts';

const NCONSOLE = fileURLToPath(new URL('../../../bin/nconsole', import.meta.url));

describe('nconsole', () => {
  const directory = temporaryDirectory();
  let director: FakeDirector;
  let server: Awaited<ReturnType<typeof serveDirector>>;
  beforeAll(async () => {
    director = fakeDirector();
    server = await serveDirector(director);
  });
  afterAll(async () => {
    await server.close();
    directory[Symbol.dispose]();
  });

  function confFile(changes: { port?: number; password?: string } = {}): string {
    const { port = server.port, password = PASSWORD } = changes;
    const file = join(directory.path, 'nconsole.conf');
    const text = `Director { Name = peer-dir; Address = 127.0.0.1; DirPort = ${port}; Password = "${password}" }\n`;
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  async function nconsole(
    args: readonly string[],
    input = '',
  ): Promise<{ out: string; err: string; status: number }> {
    const child = spawn(NCONSOLE, args);
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
    child.stdin.end(input);
    const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    return { ...text, status };
  }

  it('takes its commands from a pipe as scripts give them', async () => {
    const { out, err, status } = await nconsole(
      ['-c', confFile()],
      'run job=Gzip\nmod\n1\n1\nyes\n.clients\nquit\n',
    );
    expect(err).toBe('');
    expect(out).toContain(
      `Connecting to Director 127.0.0.1:${server.port}\n1000 OK: 103 peer-dir Version: 0.1.0 (`,
    );
    expect(out).toContain('Select level (1-5): 1\n');
    expect(out).toMatch(
      /OK to run\? \(yes\/mod\/no\): yes\nJob queued\. JobId=\d+\n\*\.clients\npeer-fd\n\*quit\n$/,
    );
    expect(director.runs[0]?.level).toBe('Full');
    expect(status).toBe(0);
  });

  it('gives commands of -e, prints their answers alone, and tells by its status whether the last one failed', async () => {
    expect(await nconsole(['-c', confFile(), '-e', 'nonsense; .clients'])).toEqual({
      out: 'nonsense: is an invalid command.\npeer-fd\n',
      err: '',
      status: 0,
    });
    expect(await nconsole(['-c', confFile(), '-e', 'run job=Nix yes'])).toMatchObject({ status: 1 });
  });

  it('prints lists as JSON and nothing else, for programs', async () => {
    const { out } = await nconsole(['-c', confFile(), '--json', '-e', 'list clients; list pools']);
    const lists = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { Name: string }[]);
    expect(lists.map(([first]) => first?.Name)).toEqual(['peer-fd', 'A-Full-Pool']);
  });

  it('says what to check when no Director answers', async () => {
    const { out, err, status } = await nconsole(['-c', confFile({ port: 1 })]);
    expect(out).toBe('Connecting to Director 127.0.0.1:1\n');
    expect(err).toMatch(
      /^nconsole: Director "peer-dir" at 127\.0\.0\.1:1 cannot be reached: connection refused\n +See whether/,
    );
    expect(status).toBe(1);
  });

  it('says that the password is wrong, and where to look', async () => {
    const { err, status } = await nconsole(['-c', confFile({ password: 'wrong' })]);
    expect(err).toMatch(/^nconsole: Director "peer-dir" at .* refused the password/);
    expect(status).toBe(1);
  });

  it('says how to come by a conf file when there is none', async () => {
    const { err, status } = await nconsole(['-c', '/no/such/nconsole.conf']);
    expect(err).toContain('/no/such/nconsole.conf:1:1: ');
    expect(err).toContain('Name another conf file with -c, or let "noctule init" make one.\n');
    expect(status).toBe(1);
  });
});
