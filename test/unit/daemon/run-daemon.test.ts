import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../../tools/running-process.ts';
import type { FakeConf } from './fixtures/fake-daemon.ts';

const PROGRAM = fileURLToPath(new URL('./fixtures/fake-daemon.ts', import.meta.url));

interface Site extends Disposable {
  readonly directory: string;
  readonly confFile: string;
  readonly logFile: string;
  readonly pidFile: string;
  readonly port: number;
}

/** A directory with a conf for the fake daemon, and a free port. What still runs there at the end is killed. */
async function site(conf: Partial<FakeConf> = {}): Promise<Site> {
  const directory = mkdtempSync(join(tmpdir(), 'noctule-daemon-'));
  const confFile = join(directory, 'fake.conf');
  const port = conf.port ?? (await freePort());
  writeConf(confFile, { directory, port, ...conf });
  const pidFile = join(directory, `noctule-fd.${port}.pid`);
  return {
    directory,
    confFile,
    logFile: join(directory, 'fake-fd.log'),
    pidFile,
    port,
    [Symbol.dispose]() {
      const pid = existsSync(pidFile) ? readPid(pidFile) : process.pid;
      if (pid !== process.pid && isRunning(pid)) process.kill(pid, 'SIGKILL');
      rmSync(directory, { recursive: true });
    },
  };
}

function writeConf(file: string, conf: FakeConf): void {
  writeFileSync(file, JSON.stringify(conf));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function readPid(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}

interface Started {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Resolves when it has printed this. */
  printed(text: string | RegExp): Promise<void>;
  /** Exit status; of the parent, for a daemon that goes into the background. */
  readonly ended: Promise<number | null>;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const onOutput = (data: Buffer): void => void (output += data.toString());
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  return {
    child,
    output: () => output,
    async printed(text) {
      while (!(typeof text === 'string' ? output.includes(text) : text.test(output))) {
        await once(child.stderr, 'data');
      }
    },
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

async function run(...args: string[]): Promise<{ exitCode: number | null; output: string }> {
  const started = start(...args);
  return { exitCode: await started.ended, output: started.output() };
}

/** Resolves when the file holds this text. */
async function written(file: string, text: string): Promise<void> {
  const holds = (): boolean => existsSync(file) && readFileSync(file, 'utf8').includes(text);
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(join(file, '..'), () => holds() && resolve());
  if (holds()) resolve();
  await promise;
  watcher.close();
}

async function gone(file: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(join(file, '..'), () => !existsSync(file) && resolve());
  if (!existsSync(file)) resolve();
  await promise;
  watcher.close();
}

describe('the command line', () => {
  it('prints its options for -? and complains about what it does not know', async () => {
    const help = await run('-?');
    expect(help).toMatchObject({ exitCode: 0, output: expect.stringContaining('-c FILE') as string });
    const wrong = await run('-x');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.output).toMatch(/^noctule-fd: Unknown option '-x'.*\n[^]*Usage: noctule-fd/);
  });

  it('tests the conf with -t: 1 and the problems for an error', async () => {
    using held = await site({ problem: 'error' });
    const { exitCode, output } = await run('-t', '-c', held.confFile);
    expect(exitCode).toBe(1);
    expect(output).toContain(`${held.confFile}:1:3: Pool "Dialy" is not defined\n`);
  });

  it('tests the conf with -t: 0 and the problems for a warning or a notice, 0 and nothing for a good one', async () => {
    for (const problem of ['warning', 'notice'] as const) {
      using held = await site({ problem });
      const { exitCode, output } = await run('-tc', held.confFile);
      expect(exitCode).toBe(0);
      expect(output).toContain(`:1:3: ${problem}: Pool "Dialy"`);
    }
    using held = await site();
    expect(await run('-t', held.confFile)).toEqual({ exitCode: 0, output: '' });
    expect(existsSync(held.logFile)).toBe(false);
  });

  it('does not start with an error in the conf', async () => {
    using held = await site({ problem: 'error' });
    for (const flags of ['-f', '-v']) {
      const { exitCode, output } = await run(flags, '-c', held.confFile);
      expect(exitCode).toBe(1);
      expect(output).toContain('Pool "Dialy" is not defined');
      expect(output).toContain('not started');
    }
  });

  it('refuses a user that does not exist', async () => {
    using held = await site();
    const { exitCode, output } = await run('-u', 'no-such-user', '-c', held.confFile);
    expect(exitCode).toBe(1);
    expect(output).toContain('Cannot run as user "no-such-user"');
  });
});

describe.runIf(process.getuid?.() === 0)('started as root', () => {
  it('goes on as the user of -u, with the groups of that user', async () => {
    using held = await site();
    chmodSync(held.directory, 0o777);
    const daemon = start('-f', '-u', 'nobody', '-c', held.confFile);
    await daemon.printed('started as process');
    const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8');
    expect(status).not.toMatch(/^(Uid|Gid):.*\b0\b/m);
    expect(status).not.toMatch(/^Groups:.*\b0\b/m);
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });
});

describe('a daemon in the foreground', () => {
  it('logs to standard error, holds a pid file, and ends with 0 on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      using held = await site();
      const daemon = start('-f', '-d', '50', '-c', held.confFile);
      await daemon.printed(
        /^\d\d-\w{3} \d\d:\d\d fake-fd: noctule-fd \d+\.\d+\.\d+ .* started as process \d+$/m,
      );
      expect(daemon.output()).toContain('debug 50: starting');
      expect(readPid(held.pidFile)).toBe(daemon.child.pid);
      daemon.child.kill(signal);
      expect(await daemon.ended).toBe(0);
      expect(daemon.output()).toMatch(/stop was called, signal aborted\n.*Stopped\n$/);
      expect(existsSync(held.pidFile)).toBe(false);
    }
  });

  it('writes no pid file with -P and no debug messages without -d', async () => {
    using held = await site();
    const daemon = start('-fP', '-c', held.confFile);
    await daemon.printed('started as process');
    expect(existsSync(held.pidFile)).toBe(false);
    expect(daemon.output()).not.toContain('debug');
    daemon.child.kill('SIGTERM');
    await daemon.ended;
  });

  it('reloads on SIGHUP, and stays as it is when that fails', async () => {
    using held = await site();
    const daemon = start('-f', '-c', held.confFile);
    await daemon.printed('started as process');
    daemon.child.kill('SIGHUP');
    await daemon.printed('reload was called');
    writeConf(held.confFile, { directory: held.directory, port: held.port, problem: 'error' });
    daemon.child.kill('SIGHUP');
    await daemon.printed(
      'Error: Not reloaded, the old configuration stays in force: Error: the new conf has errors',
    );
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });

  it('names port and directive when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    using held = await site({ port });
    const { exitCode, output } = await run('-f', '-c', held.confFile);
    expect(exitCode).toBe(1);
    expect(output).toContain(`Cannot listen on 127.0.0.1:${port}: another program already uses port ${port}`);
    expect(output).toContain('FDPort');
    expect(existsSync(held.pidFile)).toBe(false);
    server.close();
  });

  it('ends with 70 and the stack after a bug, at the start and later', async () => {
    for (const behaviour of ['has a bug', 'throws later'] as const) {
      using held = await site({ behaviour });
      const { exitCode, output } = await run('-f', '-c', held.confFile);
      expect(exitCode).toBe(70);
      expect(output).toMatch(/Error: .*\n +at .*fake-daemon\.ts/);
      expect(output.includes('stop was called')).toBe(behaviour === 'throws later');
      expect(existsSync(held.pidFile)).toBe(false);
    }
  });

  it('can be stopped while it starts', async () => {
    using held = await site({ behaviour: 'never starts' });
    const daemon = start('-f', '-d50', '-c', held.confFile);
    await daemon.printed('starting');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(daemon.output()).toContain('Stopped while it was starting');
    expect(existsSync(held.pidFile)).toBe(false);
  });

  it('that does not stop is ended by a second signal', async () => {
    using held = await site({ behaviour: 'never stops' });
    const daemon = start('-f', '-c', held.confFile);
    await daemon.printed('started as process');
    daemon.child.kill('SIGTERM');
    await daemon.printed('SIGTERM: stopping');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(1);
    expect(existsSync(held.pidFile)).toBe(false);
  });
});

describe('a daemon in the background', () => {
  it('lets its parent go with 0 when it listens, logs to its file, and stops on SIGTERM', async () => {
    using held = await site();
    const { exitCode, output } = await run('-d50', '-c', held.confFile);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: '' });
    const pid = readPid(held.pidFile);
    expect(isRunning(pid)).toBe(true);
    const log = readFileSync(held.logFile, 'utf8');
    expect(log).toMatch(/fake-fd: noctule-fd .* started as process/);
    expect(log).toContain('background mark gone');
    process.kill(pid, 'SIGTERM');
    await written(held.logFile, 'Stopped');
    await gone(held.pidFile);
  });

  it('goes on in a new log file after a rotation and SIGHUP', async () => {
    using held = await site();
    await run('-c', held.confFile);
    rmSync(held.logFile);
    process.kill(readPid(held.pidFile), 'SIGHUP');
    await written(held.logFile, 'Reloaded');
  });

  it('makes its parent print why it does not start, and exit with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    using taken = await site({ port: (server.address() as AddressInfo).port });
    const portTaken = await run('-c', taken.confFile);
    expect(portTaken.exitCode).toBe(1);
    expect(portTaken.output).toMatch(/^noctule-fd: Cannot listen on .*\n.*FDPort/);
    server.close();

    using dying = await site({ behaviour: 'dies' });
    const died = await run('-c', dying.confFile);
    expect(died).toEqual({
      exitCode: 1,
      output: `noctule-fd: Ended by SIGKILL before it was ready; see ${dying.logFile}\n`,
    });
  });

  it('says so when its log file cannot be written', async () => {
    using held = await site();
    writeConf(held.confFile, { directory: '/nonexistent', port: held.port });
    const { exitCode, output } = await run('-c', held.confFile);
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^noctule-fd: Cannot write the log file \/nonexistent\/fake-fd\.log: ENOENT.*\n.*WorkingDirectory/,
    );
  });
});

describe('the pid file', () => {
  it('keeps a second daemon from starting', async () => {
    using held = await site();
    await run('-c', held.confFile);
    const pid = readPid(held.pidFile);
    for (const flags of ['-f', '-d1']) {
      const { exitCode, output } = await run(flags, '-c', held.confFile);
      expect(exitCode).toBe(1);
      expect(output).toContain(`noctule-fd is already running as process ${pid} (pid file ${held.pidFile})`);
    }
    expect(readPid(held.pidFile)).toBe(pid);
  });

  it('of a daemon that was killed, or whose id went to another program, is replaced', async () => {
    using held = await site();
    const stale = spawn(process.execPath, ['-e', '']);
    await once(stale, 'exit');
    for (const content of [`${stale.pid}\n`, `${process.ppid}\n`, 'garbage', '']) {
      writeFileSync(held.pidFile, content);
      const daemon = start('-f', '-c', held.confFile);
      await daemon.printed('started as process');
      expect(readPid(held.pidFile)).toBe(daemon.child.pid);
      daemon.child.kill('SIGTERM');
      expect(await daemon.ended).toBe(0);
    }
  });

  it('that cannot be written is named, with the way out', async () => {
    using held = await site();
    writeConf(held.confFile, { directory: '/nonexistent', port: held.port });
    const { exitCode, output } = await run('-f', '-c', held.confFile);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/Cannot write the pid file \/nonexistent\/.*ENOENT.*\n.*-P/);
  });
});
